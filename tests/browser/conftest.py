"""The product in a real browser: a threaded server in this process, so that time can be moved, and one Chromium."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import Browser, Playwright, sync_playwright

from conftest import real_commits
from tests.browser.counter import Counter
from tests.browser.desks import Desks, desks_at
from tests.browser.serving import answering, as_served

CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture
def address(committed: None) -> Iterator[str]:
    """Where the product answers, on committed data of this process's own database."""
    with answering(StaticFilesHandler(WSGIHandler())) as found:
        yield found


@pytest.fixture(scope="module")
def desks(
    django_db_blocker: pytest.FixtureRequest, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desks]:
    """The posts of the busy store at their desks, once for a module; static files as the product serves them."""
    with (
        real_commits(django_db_blocker),
        as_served(tmp_path_factory.mktemp("static")) as address,
        desks_at(address, chromium) as opened,
    ):
        yield opened


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Ends with these tests: a thread whose loop runs cannot run a worker."""
    # Playwright's own loop makes Django believe it is called from asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as started:
        yield started
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("FOURS_CHROMIUM")
    if not path:
        pytest.fail("FOURS_CHROMIUM names no browser; `make test` finds or installs one.")
    browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)
    yield browser
    browser.close()


@pytest.fixture
def counter(address: str, chromium: Browser) -> Iterator[Counter]:
    """The people of the store, each at their own screen."""
    people = Counter(address, chromium)
    yield people
    people.go_home()
