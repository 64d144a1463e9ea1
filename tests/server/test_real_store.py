"""A real store from nothing: founded, filled, taken away by a backup and back again byte for byte (PF-15)."""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from fours import __version__
from fours.server.postgres import SUPERUSER, EmbeddedPostgres
from tests.imports.workbooks import keep, messy_customers

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "laozhang-2026"
ATTACH = """
import hashlib
import json
from django.db import transaction
from fours.kernel.actor import open_scope
from fours.kernel.attachments import store_bytes
from fours.kernel.models import Attachment, Store
store = Store.objects.get()
with transaction.atomic():
    open_scope([store.pk])
    for n in range(3):
        data = bytes([n]) * 4000
        Attachment.objects.create(
            store=store, aggregate_kind="customers.customer", aggregate_id=1, name="p.jpg", content_type="image/jpeg",
            size=4000, sha256=hashlib.sha256(data).hexdigest(), path=store_bytes(store.pk, data, ".jpg"),
        )
"""

WRITE = """
import os
from pathlib import Path
from django.db import transaction
from fours.customers.models import Customer
from fours.customers.verbs.customer import create_customer
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Store
store, number = Store.objects.get(), 0
while not Path(os.environ["STOP"]).exists() or number < 50:
    number += 1
    with transaction.atomic():
        open_scope([store.pk])
        create_customer(store, name=f"客户{number}", phones=[f"138{number:08d}"], actor=Actor.system(store))
    if number == 1:
        print(1, flush=True)
with transaction.atomic():
    open_scope([store.pk])
    print(Customer.objects.count())
"""


def fours(home: Path, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    return subprocess.run(
        [sys.executable, "-m", "fours", *arguments],
        env={**inherited, "FOURS_HOME": str(home)},
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def founded(home: Path) -> subprocess.CompletedProcess[str]:
    names = ("--store", "S08", "--name", "苏州北店", "--admin", "laozhang", "--admin-name", "张工")
    return fours(home, "init", *names, "--password-stdin", given=f"{PASSWORD}\n")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Not in pytest's own folder: as root the database's OS user could not reach it while another pytest starts."""
    with TemporaryDirectory(prefix="fours-real-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def home(folder: Path) -> Iterator[Path]:
    """A founded store with customers and three files; its server runs throughout."""
    home = folder / "home"
    server = EmbeddedPostgres(home)
    server.ensure()
    result = founded(home)
    assert result.returncode == 0, result.stderr
    loaded = fours(
        home, "import", "customers", str(keep(folder, "a.xlsx", messy_customers())), "--store", "S08"
    )
    assert loaded.returncode == 1, loaded.stderr
    assert fours(home, "manage", "shell", "-v", "0", "--command", ATTACH).returncode == 0
    yield home
    server.stop()


def contents(home: Path) -> dict[str, str]:
    """A hash of every table's rows and of every kept file."""
    server = EmbeddedPostgres(home)
    url = server.ensure().owner
    superuser = server._url(SUPERUSER, server._passwords(), "fours")
    found = {}
    with psycopg.connect(superuser) as session:
        tables = session.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        for (name,) in tables:
            row = session.execute(
                f"select md5(string_agg(t::text, '|' order by t::text)) from \"{name}\" t"
            ).fetchone()
            found[name] = str(row and row[0])
    assert url
    server.leave()
    for path in sorted((home / "files").rglob("*")):
        if path.is_file():
            found[str(path.relative_to(home))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def test_the_version_is_the_packages() -> None:
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text()


def test_it_is_founded_once(home: Path) -> None:
    before = contents(home)
    again = founded(home)
    assert again.returncode == 2
    assert "已有数据" in again.stderr
    assert contents(home) == before


def test_a_backup_comes_back_byte_for_byte(home: Path, folder: Path) -> None:
    archive, elsewhere = folder / "store.tar", folder / "elsewhere"
    made = fours(home, "backup", str(archive))
    assert (made.returncode, "4 个文件" in made.stdout or made.stdout) == (0, True), made.stderr
    before = contents(home)
    restored = fours(elsewhere, "restore", str(archive))
    assert restored.returncode == 0, restored.stderr
    assert restored.stdout.splitlines()[-1] == "OK"
    after = contents(elsewhere)
    running = {"kernel_cache", "django_session", "django_migrations"}
    assert {k: v for k, v in after.items() if k not in running} == {
        k: v for k, v in before.items() if k not in running
    }
    assert (elsewhere / "secret_key").read_text() == (home / "secret_key").read_text()
    full = fours(elsewhere, "restore", str(archive))
    assert (full.returncode, "空的数据库" in full.stderr) == (2, True)
    assert contents(elsewhere) == after
    walls = fours(
        elsewhere,
        "manage",
        "shell",
        "-v",
        "0",
        "--command",
        "from fours.customers.models import Customer; print(Customer.objects.count())",
    )
    assert walls.stdout == "0\n"  # row-level security is up again: without a store nothing is seen


def test_a_backup_taken_while_people_work_is_of_one_moment(home: Path, folder: Path) -> None:
    archive, place, stop = folder / "busy.tar", folder / "busy", folder / "stop"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    command = [sys.executable, "-m", "fours", "manage", "shell", "-v", "0", "--command", WRITE]
    environment |= {"FOURS_HOME": str(home), "STOP": str(stop)}
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as work:
        assert work.stdout is not None
        assert work.stdout.readline() == "1\n"
        made = fours(home, "backup", str(archive))
        stop.touch()
        last = work.communicate()[0].split()[-1]
    assert made.returncode == 0, made.stderr
    restored = fours(place, "restore", str(archive))
    assert (restored.returncode, restored.stdout.splitlines()[-1]) == (0, "OK"), restored.stderr
    with tarfile.open(archive) as tar:
        manifest = tar.extractfile("manifest.json")
        assert manifest is not None
        rows = json.load(manifest)["rows"]
    assert 4 < rows["customers_customer"] < int(last)
