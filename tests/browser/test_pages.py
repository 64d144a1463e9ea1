"""Pages of a busy store, made once: a sample of them, or all by `make every-page`, is read by axe-core and weighed;
signing in, dialogs and the store's main steps are done with the keyboard alone, and with a screen reader's eyes."""

import os
import re
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from fours.kernel.attachments import signature_content
from fours.register.base import REGISTERS
from tests.browser.axe import findings
from tests.browser.desks import Desks, Opened
from tests.pages.test_query_counts import PAGES

ALL = bool(os.environ.get("FOURS_EVERY_PAGE"))
POSTS = {"parts": "parts_manager", "bins": "parts_manager"}
EVERY = [*PAGES, *((POSTS.get(name, "service_manager"), name, "", "") for name in sorted(REGISTERS))]
# Each page costs a second or two.
READ: list[Opened] = EVERY if ALL else PAGES[5::16]
# The pages that bring scripts of their own: signature and outline of the car, drag and drop, lines.
WEIGHED: list[Opened] = EVERY if ALL else [
    ("advisor", "check_in", "check_in", ""), ("foreman", "board", "", ""), ("advisor", "order", "draft", ""),
]  # fmt: skip
FIRST, LATER = 400_000, 60_000


def test_axe_finds_nothing_serious(desks: Desks) -> None:
    found: dict[str, list[str]] = {}
    for page in READ:
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


def test_a_first_page_weighs_at_most_400_kb_and_a_later_one_60_kb(desks: Desks) -> None:
    told: list[tuple[int, int, str]] = []
    for post, name, row, query in WEIGHED:
        address = desks.address + desks.path(name, row, query)
        context = desks.new_context(post)
        told.append((_weight(context, address), _weight(context, address), f"{post} {name} {query}".strip()))
        context.close()
    if ALL:
        print(
            *(f"{first:8,d} {later:8,d} {page}" for first, later, page in sorted(told, reverse=True)),
            sep="\n",
        )
    assert [one for one in told if one[0] > FIRST or one[1] > LATER] == []
    # Else nothing was measured: the first page brings the styles, a later one finds them there.
    assert all(first > 100_000 > later for first, later, _ in told)


def _weight(context: BrowserContext, address: str) -> int:
    """The bytes that came over the line for the page and all it loads, headers included."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[int] = []

    def note(event: dict[str, Any]) -> None:
        received.append(int(event["encodedDataLength"]))

    session.on("Network.loadingFinished", note)
    answer = page.goto(address, wait_until="networkidle")
    assert answer is not None
    assert answer.status == 200, address
    assert answer.headers.get("content-encoding") == "gzip", address
    page.close()
    return sum(received)


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


def test_a_late_answer_does_not_open_the_list_again_after_the_choice(desks: Desks) -> None:
    page = desks.open("advisor", "order", "draft")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    def asked(times: int) -> None:
        while len(held) < times:
            page.wait_for_timeout(20)

    page.route("**/pick/operations/**", hold)
    box = page.locator("select[name=operation] + .ts-wrapper")
    box.locator(".ts-control").click()
    asked(1)
    page.keyboard.type("机油")
    asked(2)
    first, second = held
    second.continue_()
    box.locator(".ts-dropdown .option").first.click()
    with page.expect_response("**/pick/operations/**"):
        first.continue_()
    expect(box).not_to_have_class(re.compile(r"\bloading\b"))
    expect(box.locator(".ts-dropdown")).to_be_hidden()
    expect(box.locator(".item")).to_have_count(1)
    page.unroute("**/pick/operations/**")


def test_a_signature_on_paper_is_handed_in_with_the_keyboard_alone(desks: Desks, tmp_path: Path) -> None:
    page = desks.open("advisor", "order_authorise", "draft")
    pad = page.locator("[data-signature]")
    pad.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    control = page.get_by_label("签名扫描件")
    expect(control).to_be_focused()
    assert findings(page) == []
    paper = tmp_path / "签字.jpg"
    image = Image.new("RGB", (3000, 1200), "white")
    ImageDraw.Draw(image).line([(300, 900), (900, 200), (1600, 900), (2600, 300)], fill="black", width=40)
    image.save(paper)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(paper)
    expect(pad.locator("img")).to_be_visible()
    sent = pad.locator("input[type=hidden]").input_value()
    assert signature_content(sent).suffix == ".png"
    pad.get_by_role("button", name="重签").focus()
    page.keyboard.press("Enter")
    expect(pad.locator("img")).to_be_hidden()
    assert pad.locator("input[type=hidden]").input_value() == ""
    nothing = tmp_path / "x.jpg"
    nothing.write_text("no picture")
    control.set_input_files(nothing)
    expect(pad.get_by_role("alert")).to_contain_text("不是照片")
