"""A real store from nothing: founded, filled, taken away by a backup and back again byte for byte (PF-15)."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from fours import __version__
from fours.server.postgres import SUPERUSER, EmbeddedPostgres
from tests.imports.workbooks import keep, messy_customers, table

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "laozhang-2026"
ATTACH = """
import hashlib
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
    archive, place = folder / "busy.tar", folder / "busy"
    many = table(
        ("客户名称", "手机号码", "车牌"), *((f"客户{n}", f"1381{n:07d}", f"苏F{n:05d}") for n in range(1500))
    )
    source = keep(folder, "many.xlsx", many)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    command = [sys.executable, "-m", "fours", "import", "customers", str(source), "--store", "S08"]
    with subprocess.Popen(
        command, env={**environment, "FOURS_HOME": str(home)}, cwd=ROOT, stdout=subprocess.DEVNULL
    ) as work:
        made = fours(home, "backup", str(archive))
        assert work.poll() is None, "the import ended before the backup did"
    assert made.returncode == 0, made.stderr
    restored = fours(place, "restore", str(archive))
    assert (restored.returncode, restored.stdout.splitlines()[-1]) == (0, "OK"), restored.stderr
