"""A sample of the story's pages read by axe-core, and the store's main steps with the keyboard alone."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from fours.survey.tests.care import MONDAY
from tests.browser.axe import findings
from tests.pages.busy_store import BusyStore, busy_store
from tests.pages.test_query_counts import PAGES

# Each page costs a second or two; every sixteenth of the list is read in the suite.
SAMPLE = PAGES[5::16]


class Desks:
    """One browser window for each post of the busy store, signed in."""

    def __init__(self, address: str, browser: Browser, busy: BusyStore) -> None:
        self.address, self.browser, self.busy = address, browser, busy
        self.pages: dict[str, Page] = {}

    def __call__(self, post: str) -> Page:
        if post not in self.pages:
            with transaction.atomic():
                user = self.busy.person(post, self.busy.store).user
            assert user is not None
            client = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            context = self.browser.new_context(
                viewport={"width": 1440, "height": 900}, locale="zh-CN", reduced_motion="reduce"
            )
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.address}]
            )
            self.pages[post] = context.new_page()
        return self.pages[post]

    def open(self, post: str, name: str, row: str = "", query: str = "") -> Page:
        page = self(post)
        path = reverse(name, args=[self.busy.rows[row].pk] if row else []) + (f"?{query}" if query else "")
        answer = page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, path
        return page

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()


@pytest.fixture
def desks(address: str, chromium: Browser) -> Iterator[Desks]:
    with (
        time_machine.travel(MONDAY, tick=True),
        # A hundred papers are frozen on the way; here nobody reads them.
        patch("fours.kernel.printing.typeset", return_value=b"%PDF-"),
    ):
        with transaction.atomic():
            busy = busy_store()
        opened = Desks(address, chromium, busy)
        yield opened
        opened.close()


def test_axe_finds_nothing_serious_on_a_sample_of_the_pages(desks: Desks) -> None:
    found: dict[str, list[str]] = {}
    for page in SAMPLE:
        if told := findings(desks.open(*page)):
            found[" ".join(page)] = told
    if told := _findings_of_refused(desks.open("advisor", "customers_new")):
        found["customers_new refused"] = told
    assert found == {}, "\n".join(f"{page}: {told}" for page, one in found.items() for told in one)


def _findings_of_refused(page: Page) -> list[str]:
    form = page.locator("main form[method=post]").last
    form.evaluate("form => { form.noValidate = true; }")
    form.locator("button:not([type=button])").last.click()
    expect(page.locator("main .field-error, main [role=alert]").first).to_be_visible()
    return findings(page)


def test_axe_finds_nothing_serious_where_one_signs_in(address: str, chromium: Browser) -> None:
    page = chromium.new_page(locale="zh-CN")
    page.goto(f"{address}/accounts/login/")
    assert findings(page) == []
    page.locator("[name=login]").fill("nobody")
    page.locator("[name=password]").fill("wrong-word")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    assert findings(page) == []
    page.close()


def test_an_open_dialog_is_read_well_and_gives_the_focus_back(desks: Desks) -> None:
    page = desks.open("advisor", "order", "draft")
    opener = page.locator("main [data-dialog]:visible").first
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    assert findings(page) == []
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()


def test_the_way_to_the_content_and_to_an_order_needs_no_mouse(desks: Desks) -> None:
    page = desks.open("advisor", "home")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_contain_text("跳到内容")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")

    page.keyboard.press("/")
    page.keyboard.type("苏E10003")
    expect(page.locator("#search-results a").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_be_visible()
    assert page.url.removeprefix(desks.address) not in ("", "/")


def test_the_button_of_a_payment_is_reached_and_seen_with_the_keyboard(desks: Desks) -> None:
    page = desks.open("cashier", "statement_pay", "statement")
    for _ in range(60):
        if page.evaluate("document.activeElement.matches('main form .btn-primary')"):
            break
        page.keyboard.press("Tab")
    button = page.locator("main form .btn-primary:focus-visible")
    expect(button).to_have_count(1)
    style = button.evaluate(
        "button => getComputedStyle(button).outlineStyle + getComputedStyle(button).boxShadow"
    )
    assert style != "nonenone"
