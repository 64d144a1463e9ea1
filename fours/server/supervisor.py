"""Keeps database, web and worker running, and stops them in the right order."""

import os
import signal
import ssl
import sys
import time
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from fours.server.children import Child
from fours.server.environment import environment_of
from fours.server.errors import ServerError
from fours.server.postgres import DatabaseUrls, EmbeddedPostgres
from fours.server.programs import Program

STEP_SECONDS = 0.2
STOP_SECONDS = 25.0


class Supervisor:
    """Runs `programs` on the database `urls`, restarting what dies, until SIGTERM or SIGINT.

    With `server` the embedded database is watched too. When `/healthz` under `ready_url` answers 200,
    `Ready: <ready_url>` is printed, once.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        urls: DatabaseUrls,
        server: EmbeddedPostgres | None = None,
        ready_url: str = "",
    ) -> None:
        self.children = [Child(program) for program in programs]
        self._urls = urls
        self._server = server
        self._ready_url = ready_url
        self._stopping = False

    def run(self) -> None:
        """Return after everything has been stopped. Children are ended before the database they use."""
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._stop)
        try:
            while not self._stopping:
                self.step()
                time.sleep(STEP_SECONDS)
        finally:
            self.shut_down()

    def step(self) -> None:
        """Look once after the database and every child."""
        if self._server is not None and not self._server.is_running():
            self._restart_database(self._server)
        for child in self.children:
            if sentence := child.death():
                _say(sentence)
            if child.is_due():
                self._start(child)
        if self._ready_url and _is_healthy(self._ready_url):
            print(f"Ready: {self._ready_url}", flush=True)
            self._ready_url = ""

    def shut_down(self) -> None:
        """Stop the children together, then leave the database."""
        self._stop_children()
        if self._server is not None:
            self._server.leave()

    def _stop(self, signum: int, frame: object) -> None:
        self._stopping = True

    def _stop_children(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        end = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.wait_for_end(max(0.0, end - time.monotonic()))

    def _start(self, child: Child) -> None:
        with environment_of(self._urls, "app"):
            child.start({name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"})

    def _restart_database(self, server: EmbeddedPostgres) -> None:
        _say("the database has ended, starting it again")
        try:
            urls = server.ensure()
        except ServerError as error:
            _say(f"{error} Trying again.")
            return
        if urls != self._urls:
            # Its port was taken meanwhile; the children look for it at the old one.
            self._urls = urls
            self._stop_children()


def _is_healthy(url: str) -> bool:
    address = urlsplit(url)
    connection = _connect(address.scheme, address.hostname or "", address.port)
    try:
        connection.request("GET", "/healthz", headers={"Host": _allowed_host()})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _connect(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "http":
        return HTTPConnection(host, port, timeout=2)
    # Ourselves on this machine, by a certificate we signed ourselves.
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    return HTTPSConnection(host, port, timeout=2, context=trusting)


def _allowed_host() -> str:
    """A host name the site answers to, which need not be the address it listens on."""
    first = os.environ.get("FOURS_ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    return "127.0.0.1" if first in ("", "*") else first


def _say(sentence: str) -> None:
    print(f"fours serve: {sentence}", file=sys.stderr, flush=True)
