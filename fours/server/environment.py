"""The environment a command runs in: which database, as which role, in which data folder."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import django

from fours.server.errors import ServerError
from fours.server.postgres import DatabaseUrls, EmbeddedPostgres

Role = Literal["app", "owner"]
PROJECT = Path(__file__).resolve().parent.parent.parent


def data_folder() -> Path:
    """`FOURS_HOME`, by default `var/` beside the program."""
    return Path(os.environ.get("FOURS_HOME") or PROJECT / "var").resolve()


@contextmanager
def prepare(role: Role) -> Iterator[DatabaseUrls]:
    """Set FOURS_HOME, DATABASE_URL, DATABASE_OWNER_URL and FOURS_DB_ROLE; enter it before Django is set up.

    A server named in DATABASE_URL is used as it is; otherwise the embedded one is running inside the block.
    Raises ServerError when the owner is asked for and DATABASE_OWNER_URL is missing beside DATABASE_URL.
    """
    with chosen_database() as urls:
        if role == "owner" and not urls.owner:
            raise ServerError("This command works as the owner of the database: set DATABASE_OWNER_URL too.")
        with environment_of(urls, role):
            yield urls


@contextmanager
def chosen_database() -> Iterator[DatabaseUrls]:
    """The addresses from the environment, or those of the embedded server, kept running meanwhile."""
    named = named_database()
    if named is not None:
        yield named
        return
    server = EmbeddedPostgres(data_folder())
    urls = server.ensure()
    try:
        yield urls
    finally:
        server.leave()


def set_up_django() -> None:
    """Make models importable; the environment must name the database by now."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fours.config.settings")
    with loaded_for_good():
        django.setup()


@contextmanager
def loaded_for_good() -> Iterator[None]:
    """What is loaded inside the block stays to the end, so the collector neither interrupts nor looks through it later.

    Looking for garbage among half a million objects of which none will ever go is a quarter of the program's start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def named_database() -> DatabaseUrls | None:
    """The server named by DATABASE_URL; None when FourS is to run its own."""
    app = os.environ.get("DATABASE_URL", "")
    return DatabaseUrls(app, os.environ.get("DATABASE_OWNER_URL", "")) if app else None


@contextmanager
def environment_of(urls: DatabaseUrls, role: Role) -> Iterator[None]:
    """Let the environment name `urls` inside the block."""
    values = {
        "FOURS_HOME": str(data_folder()),
        "DATABASE_URL": urls.app,
        "DATABASE_OWNER_URL": urls.owner,
        "FOURS_DB_ROLE": role,
    }
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
