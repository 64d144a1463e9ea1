"""A sample of the story's pages, all of them by `make every-page`: what axe-core finds, and what they weigh on the line."""

import os
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

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
