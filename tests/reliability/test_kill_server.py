"""kill −9 of the running product, part by part: whatever was answered is there, once, and the product comes back (PF-15).

A client writes without pause and repeats what was not answered under the same key, as `docs/api.md` tells programs to.
"""

import json
import os
import random
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.server.homes import migrated
from tests.server.test_serve import COMMAND, environment, serving

from .test_kill import KILLS

VICTIMS = ("the database", "a connection of the database", "the web server", "a web process", "the worker")
PATIENCE = 90
PEOPLE = """
from fours.desk.tokens import issue_token
from django.db import transaction
from tests.reliability.store import furnished
furnished()
with transaction.atomic():
    print(issue_token("w.advisor"))
"""
COUNT = """
from collections import Counter
from django.db import transaction
from fours.customers.models import Customer
from fours.kernel.actor import open_scope
from fours.kernel.models import Store
with transaction.atomic():
    open_scope([Store.objects.get().pk])
    print(Counter(Customer.objects.values_list("name", flat=True)).most_common(1)[0][1], Customer.objects.count())
"""


def shell(home: Path, program: str) -> str:
    command = [*COMMAND, "manage", "shell", "--verbosity", "0", "--command", program]
    done = subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[Path, str]]:
    """A data folder of a furnished store, and an advisor's token."""
    with TemporaryDirectory(prefix="fours-kill-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        migrated(home).leave()
        yield home, shell(home, PEOPLE)


def offspring(pid: int) -> dict[int, str]:
    """The processes below a process, children first, with their command lines."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            parents[int(folder.name)] = int(fields[1]), (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue  # ended while we looked
    found: dict[int, str] = {}
    layer = {pid}
    while layer:
        layer = {child for child, (parent, _) in parents.items() if parent in layer} - set(found)
        found |= {child: parents[child][1] for child in sorted(layer)}
    return found


def victims(name: str, home: Path, supervisor: int) -> list[int]:
    """The processes of that part there are now; none while it is being started again."""
    if name in ("the database", "a connection of the database"):
        postmaster = int(next(home.rglob("postmaster.pid")).read_text().split()[0])
        below = offspring(postmaster).items()
        return [postmaster] if name == "the database" else [pid for pid, line in below if "fours_app" in line]
    family = offspring(supervisor)
    if name == "the worker":
        return [pid for pid, line in family.items() if "fours worker" in line]
    web = [pid for pid, line in family.items() if "granian" in line]
    return web[:1] if name == "the web server" else web[1:]


def victim(name: str, home: Path, supervisor: int, luck: random.Random) -> int:
    """The process to be killed; waited for, since what was killed before may still be on its way back."""
    until, found = time.monotonic() + PATIENCE, list[int]()
    while not found and time.monotonic() < until:
        found = victims(name, home, supervisor)
        time.sleep(0.05)
    return luck.choice(found)


def create(url: str, token: str, number: int) -> None:
    """One new customer, asked for until it is answered."""
    ask = urllib.request.Request(
        f"{url}api/v1/customers",
        json.dumps({"name": f"客户{number:05d}"}).encode(),
        {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"kill-{number}",
        },
    )
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(ask, timeout=20) as answer:
                assert answer.status == 201
                return
        except urllib.error.HTTPError as error:
            # 409: the first one is still at work; 503: the database is being started.
            if error.code not in (409, 503):
                pytest.fail(f"{error.code}: {error.read().decode()}")
        except (OSError, HTTPException):
            pass
        assert time.monotonic() < until, f"customer {number} was never answered"
        time.sleep(0.1)


@pytest.mark.race
def test_what_was_answered_is_there_once_whichever_part_is_killed(house: tuple[Path, str]) -> None:
    home, token = house
    luck = random.Random(8)
    written = 0
    with serving(home, only="") as (process, url):
        for kill in range(max(KILLS, len(VICTIMS))):
            for _ in range(luck.randint(1, 6)):
                create(url, token, written := written + 1)
            name = VICTIMS[kill % len(VICTIMS)]
            os.kill(victim(name, home, process.pid, luck), signal.SIGKILL)
        create(url, token, written := written + 1)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    assert shell(home, COUNT) == f"1 {written}"
    check = subprocess.run(
        [*COMMAND, "check"], env=environment(home), capture_output=True, text=True, check=False
    )
    assert check.returncode == 0, check.stdout
