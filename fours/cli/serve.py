"""`fours serve`: database, web and worker in one command."""

import ipaddress
import os
import socket
import subprocess
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from fours.cli.command import Command
from fours.server.certificate import own_names, store_certificate
from fours.server.environment import data_folder, environment_of, named_database, set_up_django
from fours.server.errors import ServerError
from fours.server.postgres import DatabaseUrls, EmbeddedPostgres
from fours.server.programs import Program, web_program, worker_program
from fours.server.supervisor import Supervisor


def add(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=_port, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument("--only", choices=["web", "worker"], help="one part only, for several machines")
    parser.add_argument(
        "--tls",
        action="store_true",
        help="speak HTTPS with a certificate of the store's own (FOURS_HOME/tls)",
    )
    parser.add_argument("--demo-public", action="store_true", help="let others reach a demo database")


def run(arguments: Namespace) -> int:
    """Serve until told to stop. Raises ServerError when it must not or cannot begin."""
    has_web = arguments.only != "worker"
    if has_web:
        _refuse_taken_port(arguments.host, arguments.port)
    server = None if named_database() else EmbeddedPostgres(data_folder(), supervised=True)
    urls = server.ensure() if server else named_database()
    assert urls is not None
    try:
        if has_web and not arguments.demo_public and not _is_loopback(arguments.host):
            _refuse_demo_data(urls)
        if has_web:
            _gather_static_files(urls)
            _name_ourselves(arguments)
        scheme = "https" if arguments.tls else "http"
        url = f"{scheme}://{_reachable(arguments.host)}:{arguments.port}/" if has_web else ""
        Supervisor(_programs(arguments), urls, server, url).run()
    finally:
        if server:
            server.leave()
    return 0


def _programs(arguments: Namespace) -> list[Program]:
    certificate = None
    if arguments.tls and arguments.only != "worker":
        certificate = store_certificate(data_folder(), own_names(arguments.host))
        print(f"Certificate: {certificate.file}, SHA-256 {certificate.fingerprint}", flush=True)
    web = web_program(arguments.host, arguments.port, certificate)
    programs = {"web": web, "worker": worker_program()}
    return [program for name, program in programs.items() if arguments.only in (None, name)]


def _name_ourselves(arguments: Namespace) -> None:
    """Tell the web processes under which names they may be called, and that their cookies are for HTTPS only."""
    names = (f"[{name}]" if ":" in name else name for name in own_names(arguments.host))
    os.environ.setdefault("FOURS_ALLOWED_HOSTS", ",".join(names))
    if arguments.tls:
        os.environ["FOURS_TLS"] = "true"


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise ArgumentTypeError(f"{text!r} is no port: use a number from 1 to 65535")
    return int(text)


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = f"Cannot listen on {host} port {port} ({error.strerror}): choose another --port."
            raise ServerError(reason) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reachable(host: str) -> str:
    """The address under which this machine reaches a server listening on `host`."""
    if host in ("0.0.0.0", "::"):  # noqa: S104  compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _refuse_demo_data(urls: DatabaseUrls) -> None:
    """The passwords of demo accounts are public, so only this machine may reach them by default."""
    with environment_of(urls, "app"):
        set_up_django()
        from django.db import connection

        from fours.kernel.models import Store

        has_demo = Store.objects.filter(is_demo=True).exists()
        connection.close()
    if has_demo:
        raise ServerError(
            "This is a demo database with public passwords: add --demo-public to let others reach it."
        )


def _gather_static_files(urls: DatabaseUrls) -> None:
    """In a process of its own: the supervisor stays small."""
    with environment_of(urls, "app"):
        result = subprocess.run([sys.executable, "-m", "fours", "static"], check=False)
    if result.returncode:
        raise ServerError("The files browsers load could not be gathered, see above.")


COMMAND = Command("run database, web and worker until told to stop", add, run, role=None)
