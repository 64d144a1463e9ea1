"""A store of version 0.1.0 with a delivered car, one in the workshop and one at the counter is brought to this version.

The archive was made by that version's `fours backup` (its people and cars are invented, it holds no key).
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from fours.server.backup_file import opened
from fours.server.postgres import SUPERUSER, EmbeddedPostgres

ARCHIVE = Path(__file__).parent / "data" / "store-0.1.0.tar"
ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_store_of_the_first_version_is_brought_to_this_one_and_agrees() -> None:
    with TemporaryDirectory(prefix="fours-upgrade-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        server = EmbeddedPostgres(home)
        server.ensure()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
        result = subprocess.run(
            [sys.executable, "-m", "fours", "restore", str(ARCHIVE)],
            env={**environment, "FOURS_HOME": str(home)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "OK"), result.stderr
        url = server._url(SUPERUSER, server._passwords(), "fours")
        with psycopg.connect(url) as session, opened(ARCHIVE) as archive:
            known = {name for (name,) in session.execute("select name from django_migrations").fetchall()}
            assert known >= {name for _, name in archive.manifest["migrations"]}
            states = session.execute("select state, presence from service_repairorder order by id").fetchall()
            assert [presence for _, presence in states] == ["left", "arrived"]
            for table in ("kernel_event", "service_payment", "parts_stockmovement", "kernel_printedform"):
                row = session.execute(f"select count(*) from {table}").fetchone()
                assert row == (archive.manifest["rows"][table],)
            locked = session.execute(
                "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity"
            ).fetchone()
            assert locked is not None
            assert locked[0] > 40
        server.stop()
