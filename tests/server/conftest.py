"""A real PostgreSQL for the tests of the server itself, apart from the one the other tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fours.server.postgres import EmbeddedPostgres


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One embedded server for the tests of a file; every test leaves it usable."""
    postgres = EmbeddedPostgres(tmp_path_factory.mktemp("server"))
    postgres.ensure()
    yield postgres
    postgres.stop()


@pytest.fixture
def home(server: EmbeddedPostgres) -> Path:
    """The FOURS_HOME of that server."""
    return server.folder.parent
