"""Which database a command works on, and as whom."""

import os
from pathlib import Path

import psycopg
import pytest

from fours.server.environment import PROJECT, data_folder, prepare
from fours.server.errors import ServerError
from fours.server.postgres import EmbeddedPostgres

NAMES = ("FOURS_HOME", "DATABASE_URL", "DATABASE_OWNER_URL", "FOURS_DB_ROLE")


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_the_data_folder_is_var_beside_the_program_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert data_folder() == PROJECT / "var"
    monkeypatch.setenv("FOURS_HOME", "/somewhere/else")
    assert data_folder() == Path("/somewhere/else")


def test_without_a_named_server_the_embedded_one_runs_inside_the_block(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOURS_HOME", str(folder))
    with prepare("app") as urls:
        assert os.environ["DATABASE_URL"] == urls.app
        assert os.environ["DATABASE_OWNER_URL"] == urls.owner
        assert os.environ["FOURS_DB_ROLE"] == "app"
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("fours_app",)
    assert not EmbeddedPostgres(folder).is_running()
    assert "DATABASE_URL" not in os.environ


def test_a_command_beside_a_running_server_does_not_stop_it(
    home: Path, server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.ensure()
    monkeypatch.setenv("FOURS_HOME", str(home))
    with prepare("owner"):
        assert os.environ["FOURS_DB_ROLE"] == "owner"
    assert server.is_running()


def test_a_named_server_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURS_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db.example/fours")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@db.example/fours")
    with prepare("owner") as urls:
        assert urls.app == "postgresql://app@db.example/fours"
        assert urls.owner == "postgresql://owner@db.example/fours"
    assert list(tmp_path.iterdir()) == []
    assert os.environ["DATABASE_URL"] == "postgresql://app@db.example/fours"


def test_the_owner_of_a_named_server_must_be_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db.example/fours")
    with pytest.raises(ServerError, match="DATABASE_OWNER_URL"), prepare("owner"):
        pass
    assert "FOURS_DB_ROLE" not in os.environ
