"""The programs that `fours serve` keeps running beside the database."""

import os
import sys
from dataclasses import dataclass

from fours.server.certificate import Certificate


@dataclass(frozen=True)
class Program:
    """A child of the supervisor; it must end in good order on SIGTERM."""

    name: str
    command: tuple[str, ...]


def web_program(host: str, port: int, certificate: Certificate | None = None) -> Program:
    """The web server, with TLS when it has a certificate.

    Threads wait for the database most of the time, processes use the cores.
    """
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--workers": str(max(2, min(4, os.cpu_count() or 1))),
        "--blocking-threads": "4",
        # A thread owns its database connection; threads that come and go would connect anew each time.
        "--blocking-threads-idle-timeout": "600",
        "--workers-kill-timeout": "10",
        "--log-level": "warning",
    }
    if certificate is not None:
        options |= {"--ssl-certificate": str(certificate.file), "--ssl-keyfile": str(certificate.key)}
    arguments = [word for pair in options.items() for word in pair]
    switches = ["--no-ws", "--no-access-log", "--respawn-failed-workers"]
    command = [sys.executable, "-m", "granian", *arguments, *switches, "fours.config.wsgi:application"]
    return Program("web", tuple(command))


def worker_program() -> Program:
    """Queued and scheduled work."""
    return Program("worker", (sys.executable, "-m", "fours", "worker"))
