"""A data folder of its own with the present schema, for tests that serve the product."""

import os
import subprocess
from pathlib import Path

from fours.server.postgres import SUPERUSER, EmbeddedPostgres, find_programs
from tests.plugin import TEMPLATE


def migrated(home: Path) -> EmbeddedPostgres:
    """A running server with the schema as the suite's template has it, walls included; the caller leaves it.

    Migrating from nothing takes a core fifteen seconds; the template, `init` and the upgrade do so already.
    """
    server, suite = EmbeddedPostgres(home), EmbeddedPostgres(Path(os.environ["FOURS_HOME"]))
    server.ensure()
    source = suite._url(SUPERUSER, suite._passwords(), os.environ[TEMPLATE])
    target = server._url(SUPERUSER, server._passwords(), "fours")
    dump = [str(find_programs() / "pg_dump"), "--format=custom", source]
    load = [
        str(find_programs() / "pg_restore"),
        "--clean",
        "--if-exists",
        "--exit-on-error",
        "--dbname",
        target,
    ]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as written:
        subprocess.run(load, stdin=written.stdout, check=True)
    assert written.returncode == 0
    return server
