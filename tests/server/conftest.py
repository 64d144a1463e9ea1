"""A real PostgreSQL for the tests of the server itself, apart from the one the other tests share."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fours.server.postgres import EmbeddedPostgres


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """One embedded server for the tests of a file; every test leaves it usable.

    Not in pytest's own folder: as root, another pytest starting meanwhile closes that to the database's OS user.
    """
    with TemporaryDirectory(prefix="fours-server-", ignore_cleanup_errors=True) as folder:
        postgres = EmbeddedPostgres(Path(folder))
        postgres.ensure()
        yield postgres
        postgres.stop()


@pytest.fixture
def home(server: EmbeddedPostgres) -> Path:
    """The FOURS_HOME of that server."""
    return server.folder.parent


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder in which a test starts servers of its own; not in pytest's own, as above."""
    with TemporaryDirectory(prefix="fours-server-", ignore_cleanup_errors=True) as name:
        yield Path(name)
