"""Every page of every post's menu on a phone in the dark: nothing wider than the screen, nothing in the console."""

from playwright.sync_api import expect

from tests.browser.counter import Counter
from tests.browser.store import POSTS, open_two_stores


def test_every_menu_fits_a_phone_in_the_dark(counter: Counter) -> None:
    open_two_stores()
    for post in POSTS:
        screen = counter(post, "phone", color_scheme="dark")
        expect(screen.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        paths = screen.menu_paths()
        assert len(paths) > 2, post
        assert screen.too_wide(paths) == [], post
