"""`fours serve` with the product itself, from an empty folder to pages in a browser's reach and back to nothing."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from fours.server.postgres import EmbeddedPostgres

from .homes import migrated

COMMAND = (sys.executable, "-m", "fours")


def environment(home: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    return {**inherited, "FOURS_HOME": str(home), "FOURS_DB_ROLE": "app"}


@pytest.fixture(scope="module")
def demo_home() -> Iterator[Path]:
    """A data folder with the schema and one store marked as demo, where another pytest does not close the way to it."""
    with TemporaryDirectory(prefix="fours-serve-", ignore_cleanup_errors=True) as folder:
        yield demo_database(Path(folder))


def demo_database(home: Path) -> Path:
    server = migrated(home)
    with psycopg.connect(server.ensure().owner) as connection:
        connection.execute("INSERT INTO kernel_group (name) VALUES ('演示集团')")
        connection.execute(
            "INSERT INTO kernel_store (group_id, code, name, active, is_demo) "
            "SELECT id, 'S01', '演示店', true, true FROM kernel_group"
        )
    server.leave()
    return home


@contextmanager
def serving(home: Path, *arguments: str, only: str = "web") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running `fours serve` that has said it is ready, and the address it said; all of it with an empty `only`."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    part = ("--only", only) if only else ()
    command = [*COMMAND, "serve", *part, "--port", str(port), *arguments]
    with subprocess.Popen(command, env=environment(home), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline().strip()
            assert ready == f"Ready: http://127.0.0.1:{port}/"
            yield process, ready.removeprefix("Ready: ")
        finally:
            process.terminate()


def fetch(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read().decode()


def test_pages_and_their_static_files_are_served_and_all_ends_on_sigterm(demo_home: Path) -> None:
    with serving(demo_home) as (process, url):
        status, health = fetch(f"{url}healthz")
        assert (status, json.loads(health)["status"]) == (200, "ok")
        status, page = fetch(f"{url}accounts/login/")
        assert status == 200
        assets = re.findall(r'(?:href|src)="/(static/[^"]+)"', page)
        assert len(assets) >= 2
        assert [fetch(f"{url}{asset}")[0] for asset in assets] == [200] * len(assets)
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
    assert not EmbeddedPostgres(demo_home).is_running()


def test_a_demo_database_is_not_shown_to_other_machines(demo_home: Path) -> None:
    command = [*COMMAND, "serve", "--host", "0.0.0.0", "--port", "1029"]
    result = subprocess.run(command, env=environment(demo_home), capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "--demo-public" in result.stderr
    assert not EmbeddedPostgres(demo_home).is_running()


def test_a_demo_database_is_shown_to_other_machines_when_told_so(demo_home: Path) -> None:
    with serving(demo_home, "--host", "0.0.0.0", "--demo-public") as (_, url):
        assert fetch(f"{url}healthz")[0] == 200


def test_a_command_beside_the_running_server_shares_its_database(demo_home: Path) -> None:
    with serving(demo_home) as (_, url):
        program = "from fours.kernel.models import Store; print(Store.objects.get().name)"
        command = [*COMMAND, "manage", "shell", "--verbosity", "0", "--command", program]
        result = subprocess.run(
            command, env=environment(demo_home), capture_output=True, text=True, check=True
        )
        assert result.stdout.strip() == "演示店"
        assert fetch(f"{url}healthz")[0] == 200


def test_with_tls_it_speaks_https_and_its_cookies_are_for_https_only(demo_home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [*COMMAND, "serve", "--only", "web", "--tls", "--port", str(port)]
    with subprocess.Popen(command, env=environment(demo_home), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith(
                f"Certificate: {demo_home / 'tls' / 'store.crt'}, SHA-256 "
            )
            assert process.stdout.readline() == f"Ready: https://127.0.0.1:{port}/\n"
            trusting = ssl.create_default_context(cafile=str(demo_home / "tls" / "store.crt"))
            with urllib.request.urlopen(
                f"https://127.0.0.1:{port}/accounts/login/", context=trusting
            ) as answer:
                assert answer.status == 200
                assert all("Secure" in cookie for cookie in answer.headers.get_all("Set-Cookie"))
        finally:
            process.terminate()
