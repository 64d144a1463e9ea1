"""Gives every test process a database of its own on the embedded server, migrated once as a user would.

Loaded with `-p tests.plugin`, before Django reads its settings.
"""

import atexit
import gc
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from fours.server.postgres import SUPERUSER, EmbeddedPostgres

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "FOURS_TEST_TEMPLATE"
OWN = "FOURS_TEST_DATABASE"


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def schema_hash() -> str:
    """Changes whenever the migrated schema could."""
    digest = hashlib.sha256()
    files = sorted((ROOT / "fours").glob("*/migrations/*.py"))
    for path in [*files, *sorted((ROOT / "fours").glob("*/models/*.py")), ROOT / "fours/kernel/database.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def prepare_template() -> None:
    """Start the server, migrate a template once per schema, and tell the workers about it."""
    home = Path(os.environ.get("FOURS_TEST_HOME", ROOT / "var" / "test")).resolve()
    # Where a server keeps its collected files; without the folder every test client warns.
    (home / "static").mkdir(parents=True, exist_ok=True)
    os.environ["FOURS_HOME"] = str(home)
    server = EmbeddedPostgres(home)
    urls = server.ensure()
    atexit.register(server.leave)
    name = f"fours_template_{schema_hash()}"
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("select pg_advisory_lock(4411)")
        known = owner.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        stale = owner.execute("select datname from pg_database where datname like 'fours_test_%'").fetchall()
        for (left,) in stale:
            if not is_running(int(str(left).rpartition("_")[2])):
                drop_if_unused(owner, str(left))
        if not known:
            migrate_template(owner, urls.app, urls.owner, name)
    write_carelessly(server)
    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = urls.app, urls.owner
    os.environ[TEMPLATE] = name


def write_carelessly(server: EmbeddedPostgres) -> None:
    """Nothing in this server has to outlive a failing machine; those of tests/server and tests/reliability are their own."""
    superuser = server._url(SUPERUSER, server._passwords(), "postgres")
    with psycopg.connect(superuser, autocommit=True) as session:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            session.execute(f"alter system set {name} = off")
        session.execute("select pg_reload_conf()")


def migrate_template(
    owner: psycopg.Connection[tuple[object, ...]], app_url: str, owner_url: str, name: str
) -> None:
    draft = f"{name}_draft"
    owner.execute(f'drop database if exists "{draft}"')
    owner.execute(f'create database "{draft}"')
    env = {
        **os.environ,
        "DATABASE_URL": with_database(app_url, draft),
        "DATABASE_OWNER_URL": with_database(owner_url, draft),
    }
    command = [sys.executable, "-m", "fours", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=env, cwd=ROOT, check=True)
    owner.execute(f'alter database "{draft}" rename to "{name}"')


def own_database() -> None:
    """A copy of the template for this process, dropped at its end."""
    name = f"fours_test_{os.getpid()}"
    owner_url, app_url = os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"]
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("select pg_advisory_lock(4411)")
        owner.execute(f'drop database if exists "{name}"')
        owner.execute(f'create database "{name}" template "{os.environ[TEMPLATE]}"')
    os.environ["DATABASE_URL"] = with_database(app_url, name)
    os.environ["DATABASE_OWNER_URL"] = with_database(owner_url, name)
    os.environ[OWN] = name


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs for minutes goes first, so that no worker is left alone with it at the end: all of it is in tests/."""
    items.sort(key=lambda item: ROOT / "tests" not in item.path.parents)


def pytest_collection_finish() -> None:
    """What was loaded for collecting stays; looking through it for garbage was a quarter of the time that takes."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Drop this process's database once Django has let go of it."""
    from django.db import connections

    connections.close_all()
    owner_url = with_database(os.environ["DATABASE_OWNER_URL"], "fours")
    with psycopg.connect(owner_url, autocommit=True) as owner:
        drop_if_unused(owner, os.environ[OWN])


def is_running(pid: int) -> bool:
    """Whether the test process a database is named after still lives; it may not have connected yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def drop_if_unused(owner: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    try:
        owner.execute(f'drop database if exists "{name}"')
    except psycopg.errors.ObjectInUse:
        return


gc.disable()
os.environ.setdefault("FOURS_MANIFEST", "false")
if "PYTEST_XDIST_WORKER" not in os.environ:
    prepare_template()
own_database()
