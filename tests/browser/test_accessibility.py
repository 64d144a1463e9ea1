"""Signing in, dialogs and the store's main steps with the keyboard alone, and with a screen reader's eyes."""

from playwright.sync_api import Browser, expect

from tests.browser.axe import findings
from tests.browser.desks import Desks


def test_axe_finds_nothing_serious_where_one_signs_in(desks: Desks, chromium: Browser) -> None:
    page = chromium.new_page(locale="zh-CN")
    page.goto(f"{desks.address}/accounts/login/")
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
