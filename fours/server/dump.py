"""PostgreSQL's own programs for a backup: `pg_dump` and `pg_restore` from the embedded server's wheel."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fours.server.errors import ServerError
from fours.server.postgres import find_programs

# Rows that belong to the running system, not to the store: who was signed in, rate limits.
WITHOUT_ROWS = ("django_session", "kernel_cache")


def dump(url: str, snapshot: str, scope: Mapping[str, str], target: Path) -> None:
    """Write the database as it is in `snapshot` (an exported one, still open). ServerError with the program's words.

    Row-level security is forced on the owner as well, so the session names all stores, like any other transaction.
    """
    options = ["--format=custom", "--no-owner", "--no-privileges", "--enable-row-security"]
    tables = [f"--exclude-table-data={name}" for name in WITHOUT_ROWS]
    _run("pg_dump", [*options, *tables, f"--snapshot={snapshot}", f"--file={target}"], url, scope)


def load(url: str, scope: Mapping[str, str], source: Path) -> None:
    """Load a dump into an empty database, all of it or nothing."""
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    database = unquote(urlsplit(url).path.lstrip("/"))
    _run("pg_restore", [*options, f"--dbname={database}", str(source)], url, scope)


def _run(program: str, arguments: Sequence[str], url: str, scope: Mapping[str, str]) -> None:
    result = subprocess.run(
        [str(find_programs() / program), *arguments],
        env={**os.environ, **_connection(url), "PGOPTIONS": _options(scope)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise ServerError(f"{program}: {' / '.join(result.stderr.split(chr(10))[:5])}")


def _connection(url: str) -> dict[str, str]:
    """By the environment: what stands in a command line can be read by everybody on the machine."""
    parts = urlsplit(url)
    return {
        "PGHOST": unquote(parts.hostname or ""),
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }


def _options(scope: Mapping[str, str]) -> str:
    return " ".join(f"-c {name}={value}" for name, value in scope.items())
