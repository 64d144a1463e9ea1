"""The embedded database: started once, shared, recovered, and its application role kept behind the wall."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from fours.server.errors import ServerError
from fours.server.postgres import EmbeddedPostgres
from fours.server.processes import command_line, wait_until


def pid_of(server: EmbeddedPostgres) -> int:
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def test_a_second_start_reuses_the_running_server(server: EmbeddedPostgres, home: Path) -> None:
    urls, before = server.ensure(), pid_of(server)
    second = EmbeddedPostgres(home)
    assert second.ensure() == urls
    assert pid_of(server) == before
    second.leave()
    assert server.is_running()


def test_the_last_user_to_leave_stops_the_server(folder: Path) -> None:
    first, second = EmbeddedPostgres(folder), EmbeddedPostgres(folder)
    urls = first.ensure()
    second.ensure()
    first.leave()
    assert value(urls.app, "SELECT 1") == 1
    second.leave()
    assert not second.is_running()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(urls.app, connect_timeout=2)


def test_it_keeps_data_and_port_over_a_restart(server: EmbeddedPostgres) -> None:
    urls = server.ensure()
    with psycopg.connect(urls.owner) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    server.stop()
    assert server.ensure() == urls
    assert value(urls.app, "SELECT number FROM kept") == 7


def test_it_takes_another_port_when_its_own_is_taken(server: EmbeddedPostgres) -> None:
    before = server.ensure()
    port = int((server.folder / "port").read_text())
    server.stop()
    with socket.create_server(("127.0.0.1", port)):
        after = server.ensure()
    assert after.app != before.app
    assert value(after.app, "SELECT 1") == 1


def test_a_killed_server_is_recovered_with_all_that_was_committed(server: EmbeddedPostgres) -> None:
    urls, killed = server.ensure(), pid_of(server)
    with psycopg.connect(urls.owner) as connection:
        connection.execute("CREATE TABLE committed AS SELECT generate_series(1, 1000) AS number")
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: not server.is_running(), 10)
    assert value(server.ensure().app, "SELECT count(*) FROM committed") == 1000
    assert pid_of(server) != killed


def test_a_leftover_file_naming_a_stranger_harms_nobody(server: EmbeddedPostgres) -> None:
    server.stop()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        leftover = f"{stranger.pid}\n{server.data}\n0\n1\n\n127.0.0.1\n\nready\n"
        (server.data / "postmaster.pid").write_text(leftover)
        assert not server.is_running()
        assert value(server.ensure().app, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.communicate(b"\n")


def test_two_starters_at_the_same_moment_get_one_server(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from fours.server.postgres import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(Path(sys.argv[1])); print(server.ensure().app, flush=True); input()\n"
        "server.leave()"
    )
    command = [sys.executable, "-c", program, str(folder)]
    starters = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    urls = {starter.stdout.readline().strip() for starter in starters if starter.stdout}
    assert len(urls) == 1
    assert value(urls.pop(), "SELECT 1") == 1
    for starter in starters:
        starter.communicate("\n")
        assert starter.returncode == 0
    assert not EmbeddedPostgres(folder).is_running()


def test_a_supervised_server_ends_with_its_killed_parent(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from fours.server.postgres import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1]), supervised=True).ensure(); print('up', flush=True); input()"
    )
    command = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "up\n"
        server = EmbeddedPostgres(folder)
        assert server.is_running()
        parent.kill()
        assert wait_until(lambda: not server.is_running(), 10)


def test_it_works_in_a_folder_too_deep_for_a_socket(folder: Path) -> None:
    deep = folder.joinpath(*["a-rather-long-folder-name"] * 6)
    server = EmbeddedPostgres(deep)
    assert value(server.ensure().app, "SELECT 1") == 1
    server.leave()


def test_it_speaks_utf8_and_loses_nothing(server: EmbeddedPostgres) -> None:
    url = server.ensure().app
    assert value(url, "SHOW server_encoding") == "UTF8"
    assert value(url, "SHOW fsync") == "on"
    assert value(url, "SHOW timezone") == "UTC"
    assert value(url, "SELECT datlocale FROM pg_database WHERE datname = 'fours'") == "C.UTF-8"
    assert value(url, "SELECT lower('Ä苏E')") == "ä苏e"


def test_it_listens_on_this_machine_only_and_asks_for_the_password(server: EmbeddedPostgres) -> None:
    urls = server.ensure()
    assert value(urls.app, "SHOW listen_addresses") == "127.0.0.1"
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(urls.app, password="wrong", connect_timeout=5)
    assert stat.S_IMODE((server.folder / "credentials.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700


def test_started_by_root_it_runs_as_another_user(server: EmbeddedPostgres) -> None:
    server.ensure()
    assert server.data.stat().st_uid != 0
    assert command_line(pid_of(server))[0].endswith("/postgres")


def test_no_role_of_ours_passes_by_row_level_security(server: EmbeddedPostgres) -> None:
    query = "SELECT bool_or(rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname LIKE 'fours_%'"
    assert value(server.ensure().owner, query) is False


@pytest.mark.parametrize(
    "forbidden",
    [
        "ALTER TABLE wall DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE wall NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own_rows ON wall",
        "ALTER ROLE fours_app BYPASSRLS",
        "SET ROLE fours_owner",
        "CREATE TABLE anywhere (id int)",
        "TRUNCATE wall",
        "CREATE DATABASE another",
    ],
)
def test_the_application_cannot_take_the_wall_down(server: EmbeddedPostgres, forbidden: str) -> None:
    urls = server.ensure()
    with psycopg.connect(urls.owner) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS wall (store_id bigint)")
        connection.execute("ALTER TABLE wall ENABLE ROW LEVEL SECURITY")
        connection.execute("ALTER TABLE wall FORCE ROW LEVEL SECURITY")
        connection.execute("DROP POLICY IF EXISTS own_rows ON wall")
        connection.execute("CREATE POLICY own_rows ON wall USING (store_id = 1)")
        connection.execute("INSERT INTO wall VALUES (1)")
    with psycopg.connect(urls.app, autocommit=True) as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(forbidden)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("INSERT INTO wall VALUES (2)")
        assert connection.execute("SELECT DISTINCT store_id FROM wall").fetchall() == [(1,)]


def test_databases_the_owner_makes_give_the_application_its_rights(server: EmbeddedPostgres) -> None:
    urls = server.ensure()
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        connection.execute("CREATE DATABASE test_rights")
    with psycopg.connect(urls.owner, dbname="test_rights") as connection:
        connection.execute("CREATE TABLE thing (id bigint GENERATED BY DEFAULT AS IDENTITY, name text)")
    with psycopg.connect(urls.app, dbname="test_rights") as connection:
        connection.execute("INSERT INTO thing (name) VALUES ('机油')")
        assert connection.execute("SELECT id, name FROM thing").fetchall() == [(1, "机油")]


def test_a_lost_password_file_is_said_plainly(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.ensure()
    server.leave()
    credentials = server.folder / "credentials.json"
    stored = json.loads(credentials.read_text())
    credentials.unlink()
    with pytest.raises(ServerError, match=r"credentials\.json is missing"):
        server.ensure()
    credentials.write_text(json.dumps(stored))
    assert value(server.ensure().app, "SELECT 1") == 1
    server.stop()


def test_a_server_that_cannot_start_shows_the_end_of_its_log(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.ensure()
    server.stop()
    with (server.data / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(ServerError, match="no_such_setting"):
        server.ensure()
    server.leave()
