"""`fours serve` keeps its children alive and ends everything in order."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from fours.server.children import FIRST_PAUSE, Child
from fours.server.postgres import EmbeddedPostgres
from fours.server.processes import command_line, wait_until
from fours.server.programs import Program

# A web server in place of the product: answers /healthz with 200, notes pid and environment in a file, and
# has a helper process that would be left over if only its parent were ended.
WEB = """
import http.server, json, os, subprocess, sys
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
notes = {"pid": os.getpid(), "helper": helper.pid, "environment": dict(os.environ)}
with open(sys.argv[1] + ".part", "w") as file:
    json.dump(notes, file)
os.rename(sys.argv[1] + ".part", sys.argv[1])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()
    def log_message(self, *arguments):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
"""
SUPERVISOR = """
import sys
from pathlib import Path
from fours.server.postgres import EmbeddedPostgres
from fours.server.programs import Program
from fours.server.supervisor import Supervisor
home, web, notes, port = sys.argv[1:]
server = EmbeddedPostgres(Path(home), supervised=True)
programs = [Program("web", (sys.executable, web, notes, port))]
Supervisor(programs, server.ensure(), server, f"http://127.0.0.1:{port}/").run()
"""


class Running:
    """A supervisor in a process of its own, with the web server above as its only program."""

    def __init__(self, home: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.notes = home / "notes.json"
        self.database = EmbeddedPostgres(home)
        self.errors = home / "errors.txt"
        web = home / "web.py"
        web.write_text(WEB)
        command = [sys.executable, "-c", SUPERVISOR, str(home), str(web), str(self.notes), str(port)]
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        self.url = f"http://127.0.0.1:{port}/"

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def web(self) -> dict[str, int]:
        numbers: dict[str, int] = json.loads(self.notes.read_text())
        return numbers

    def environment(self) -> dict[str, str]:
        environment: dict[str, str] = json.loads(self.notes.read_text())["environment"]
        return environment

    def everything_ended(self) -> bool:
        web = self.web()
        return not (command_line(web["pid"]) or command_line(web["helper"]) or self.database.is_running())


@contextmanager
def supervisor(home: Path) -> Iterator[Running]:
    running = Running(home)
    try:
        assert running.line() == f"Ready: {running.url}"
        yield running
    finally:
        running.process.terminate()
        running.process.communicate(timeout=40)


def test_it_says_ready_once_health_is_given_and_ends_all_on_sigterm(folder: Path) -> None:
    with supervisor(folder) as running:
        assert command_line(running.web()["pid"])
        running.process.terminate()
        rest, _ = running.process.communicate(timeout=40)
    assert rest == ""
    assert running.process.returncode == 0
    assert running.everything_ended()


def test_ctrl_c_ends_it_in_good_order(folder: Path) -> None:
    with supervisor(folder) as running:
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(40) == 0
        assert running.everything_ended()
        assert running.errors.read_text() == ""


def test_a_killed_child_is_started_again_and_leaves_nothing_behind(folder: Path) -> None:
    with supervisor(folder) as running:
        before = running.web()
        os.kill(before["pid"], signal.SIGKILL)
        assert wait_until(lambda: running.web()["pid"] != before["pid"], 20)
        assert wait_until(lambda: not command_line(before["helper"]), 10)
        assert "web ended with status -9" in running.errors.read_text()


def test_a_killed_database_is_started_again_at_its_place(folder: Path) -> None:
    with supervisor(folder) as running:
        url = running.environment()["DATABASE_URL"]
        pid = int((running.database.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: can_connect(url), 20)
        assert "the database has ended" in running.errors.read_text()


def test_children_end_with_a_killed_supervisor(folder: Path) -> None:
    with supervisor(folder) as running:
        running.process.kill()
        web = running.web()
        assert wait_until(lambda: not command_line(web["pid"]), 10)
        assert wait_until(lambda: not running.database.is_running(), 10)
        os.kill(web["helper"], signal.SIGKILL)


def test_children_get_the_restricted_role_only(folder: Path) -> None:
    with supervisor(folder) as running:
        environment = running.environment()
        assert environment["FOURS_DB_ROLE"] == "app"
        assert "//fours_app:" in environment["DATABASE_URL"]
        assert "DATABASE_OWNER_URL" not in environment


def test_a_child_that_dies_at_once_waits_longer_each_time() -> None:
    child = Child(Program("broken", (sys.executable, "-c", "raise SystemExit(3)")))
    pauses = []
    for _ in range(3):
        child.start(os.environ)
        assert wait_until(lambda: child.process is not None and child.process.poll() is not None, 10)
        died = time.monotonic()
        sentence = child.death()
        assert sentence is not None
        assert sentence.startswith("broken ended with status 3, starts again in ")
        assert not child.is_due()
        pauses.append(sentence.removesuffix(" s").rsplit(" ", 1)[1])
        child._start_at = died
    assert pauses == [f"{FIRST_PAUSE:g}", f"{FIRST_PAUSE * 2:g}", f"{FIRST_PAUSE * 4:g}"]


def test_a_child_deaf_to_sigterm_is_ended_by_force() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    child = Child(Program("deaf", (sys.executable, "-c", deaf)))
    child.start(os.environ)
    assert child.process is not None
    pid = child.process.pid
    time.sleep(0.5)
    child.ask_to_stop()
    child.wait_for_end(0.5)
    assert command_line(pid) == []


def can_connect(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def test_a_taken_port_is_refused_with_one_line(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "fours", "serve", "--port", str(port)]
        environment = {**os.environ, "FOURS_HOME": str(folder)}
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert f"127.0.0.1 port {port}" in result.stderr
    assert not (folder / "postgres").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_wrong_port_number_is_refused(port: str) -> None:
    command = [sys.executable, "-m", "fours", "serve", "--port", port]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "--port" in result.stderr
