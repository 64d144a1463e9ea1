"""Every page of every post's menu on a phone in the dark: nothing wider than the screen, nothing in the console."""

import pytest
from playwright.sync_api import expect

from tests.browser.counter import Counter
from tests.browser.store import POSTS, open_two_stores


@pytest.fixture
def store(address: str) -> None:
    open_two_stores()


def test_every_menu_fits_a_phone_in_dark(store: None, counter: Counter) -> None:
    wide: list[str] = []
    for post in POSTS:
        screen = counter(post, "phone", color_scheme="dark")
        expect(screen.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        paths = [link.get_attribute("href") or "" for link in screen.page.locator(".side-menu a").all()]
        assert len(paths) > 2, post
        for path in paths:
            screen.go(path)
            expect(screen.main.locator("h1")).to_be_visible()
            if screen.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                wide.append(f"{post} {path}")
    assert wide == []
