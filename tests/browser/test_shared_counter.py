"""A counter's PC in a real browser: what stood on the screen is covered, what was typed comes back, but only to its person."""

import re
import secrets
from collections.abc import Iterator
from datetime import date

import pytest
from django.core.signing import get_cookie_signer
from django.db import transaction
from playwright.sync_api import Browser, Page, expect

from conftest import make_store
from fours.kernel.models import Group, Store, User
from fours.org.devices import COOKIE, SALT, hash_of
from fours.org.models import Assignment, DeviceSignIn, SharedDevice
from fours.org.pins import set_pin
from tests.browser.axe import findings

HOME = re.compile(r"//[^/]+/$")
PINS = {"advisor": "271828", "cashier": "314159"}


@pytest.fixture
def pc(address: str, chromium: Browser) -> Iterator[Page]:
    """The counter's browser after the advisor has signed in with the PIN."""
    secret = secrets.token_urlsafe(32)
    _counter(secret)
    context = chromium.new_context(locale="zh-CN", base_url=address, has_touch=True)
    cookie = get_cookie_signer(salt=COOKIE + SALT).sign(secret)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": address}])
    page, troubles = context.new_page(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.set_default_timeout(15_000)
    _sign_in(page, "advisor")
    yield page
    context.close()
    assert troubles == []


@transaction.atomic
def _counter(secret: str) -> None:
    store: Store = make_store(Group.objects.create(name="测试集团"), "S01", "四方一店")
    SharedDevice.objects.create(store=store, name="前台一号", secret_hash=hash_of(secret))
    for post, pin in PINS.items():
        user = User.objects.create(username=post, name=f"员工{post}", home_store=store)
        Assignment.objects.create(user=user, store=store, post=post, starts_on=date(2020, 1, 1))
        set_pin(user, pin)


def _sign_in(page: Page, username: str) -> None:
    page.goto("/switch-person/other/")
    page.fill("[name=username]", username)
    page.fill("[name=secret]", PINS[username])
    page.keyboard.press("Enter")
    page.wait_for_url(HOME)


def _tap(page: Page, pin: str) -> None:
    for digit in pin:
        page.locator(f"[data-digit='{digit}']:visible").tap()


def test_an_idle_page_covers_itself_and_gives_back_what_was_typed(pc: Page) -> None:
    pc.clock.install()
    pc.goto("/customers/new/")
    title = pc.title()
    pc.fill("[name=name]", "欧阳海棠")
    pc.clock.fast_forward("09:00")
    expect(pc.locator("main h1")).to_be_visible()
    pc.clock.fast_forward("02:00")
    expect(pc.locator("#lock form")).to_be_visible()
    expect(pc.locator("main h1")).to_be_hidden()
    assert pc.title() == "已锁屏 · 四方"
    pc.keyboard.press("Escape")
    pc.keyboard.press("Escape")
    expect(pc.locator("#lock form")).to_be_visible()
    assert DeviceSignIn.objects.get().locked_at is not None
    other_window = pc.context.new_page()
    other_window.goto("/customers/")
    assert other_window.url.endswith("/lock/?next=%2Fcustomers%2F")
    other_window.close()
    _tap(pc, "999998")
    expect(pc.locator("#lock .field-error")).to_contain_text("PIN不对")
    _tap(pc, PINS["advisor"])
    expect(pc.locator("main h1")).to_be_visible()
    assert pc.title() == title
    expect(pc.locator("[name=name]")).to_have_value("欧阳海棠")
    with pc.expect_navigation():
        pc.locator("main form[method=post] button.btn-primary").last.click()
    expect(pc.locator("body")).not_to_contain_text("页面停留过久")


def test_the_first_key_after_a_long_sleep_reaches_the_cover_and_not_the_page(pc: Page) -> None:
    """A PC that slept ran no clock: whoever wakes it sees nothing more than a cover."""
    pc.clock.install()
    pc.goto("/customers/new/")
    pc.fill("[name=name]", "欧阳")
    pc.clock.set_system_time(pc.evaluate("Date.now() + 3600000"))
    pc.focus("[name=name]")
    pc.keyboard.press("x")
    expect(pc.locator("#lock form")).to_be_visible()
    expect(pc.locator("[name=name]")).to_have_value("欧阳")


def test_the_next_person_finds_nothing_of_the_former_one(pc: Page) -> None:
    second_window = pc.context.new_page()
    second_window.goto("/customers/")
    pc.goto("/customers/new/")
    pc.fill("[name=name]", "欧阳海棠")
    pc.keyboard.press("Alt+u")
    pc.wait_for_url("**/switch-person/")
    expect(pc.locator(".tile .tile-text")).to_have_text(["员工advisor服务顾问"])
    pc.go_back()
    pc.wait_for_url("**/lock/**")
    _sign_in(pc, "cashier")
    expect(pc.locator(".person-text")).to_contain_text("员工cashier")
    for _ in range(6):
        pc.go_back()
        expect(pc.locator("body")).not_to_contain_text("欧阳海棠")
        assert "欧阳海棠" not in pc.evaluate("[...document.querySelectorAll('input')].map(i => i.value)")
    second_window.wait_for_url(HOME)
    expect(second_window.locator(".person-text")).to_contain_text("员工cashier")
    second_window.close()


def test_axe_finds_nothing_serious_on_the_cover_and_where_people_change(pc: Page) -> None:
    pc.goto("/customers/")
    pc.keyboard.press("Alt+l")
    expect(pc.locator("#lock form")).to_be_visible()
    assert findings(pc) == []
    for path in ("/lock/", "/switch-person/", "/switch-person/other/"):
        pc.goto(path)
        assert findings(pc) == [], path
