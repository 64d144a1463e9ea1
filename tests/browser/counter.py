"""People at their screens: sign in once each, then do what a mouse and a keyboard can do."""

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

PASSWORD = "ein-langes-Passwort-2026"
SIZES: Mapping[str, tuple[int, int]] = {"desktop": (1440, 900), "tablet": (1024, 1366), "phone": (390, 844)}


class Screen:
    """One person's browser window; every page must load without an error in the browser's console."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.page: Page = context.new_page()
        self.page.set_default_timeout(8000)
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("response", self._note_fault)

    def _note_fault(self, response: Any) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.status} {response.url}")

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def press(self, name: str, *, exact: bool = False, within: str = "main") -> None:
        """Click the button or link that says so, and wait for the page that follows."""
        scope = self.page.locator(within)
        target = scope.get_by_role("button", name=name, exact=exact).or_(
            scope.get_by_role("link", name=name, exact=exact)
        )
        target.first.click()
        self.page.wait_for_load_state()

    def fill(self, **fields: str) -> None:
        """Type into the fields of these names; a choice is chosen by its text, a box is ticked."""
        for name, value in fields.items():
            control = self.page.locator(f"main [name='{name}']:not([type=hidden])").first
            kind = control.evaluate("c => c.tagName === 'SELECT' ? 'select' : c.type")
            if kind == "select":
                control.select_option(label=value)
            elif kind in ("checkbox", "radio"):
                self.page.locator(f"main [name='{name}'][value='{value}']").first.check(force=True)
            else:
                control.fill(value)

    def tick_all(self, name: str) -> None:
        boxes = self.page.locator(f"main input[type=checkbox][name='{name}']")
        for index in range(boxes.count()):
            boxes.nth(index).check(force=True)

    def tick(self, *names: str) -> None:
        for name in names:
            self.page.locator(f"main input[type=checkbox][name='{name}']").first.check(force=True)

    def sign(self) -> None:
        """Draw a line on the signature pad with the mouse."""
        pad = self.page.locator("main canvas").first
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        mouse = self.page.mouse
        mouse.move(box["x"] + 30, box["y"] + box["height"] * 0.7)
        mouse.down()
        for step in range(1, 8):
            mouse.move(
                box["x"] + 30 + step * 25, box["y"] + box["height"] * (0.3 if step % 2 else 0.7), steps=3
            )
        mouse.up()

    def sees(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text)

    def sees_not(self, text: str) -> None:
        expect(self.page.locator("body")).not_to_contain_text(text)

    def pdf(self, link: str) -> bytes:
        """The PDF behind the link of this name."""
        href = self.page.locator("main").get_by_role("link", name=link).first.get_attribute("href")
        assert href is not None
        answer = self.context.request.get(f"{self.address}{href}")
        assert answer.status == 200, answer.status
        assert answer.headers["content-type"] == "application/pdf"
        return answer.body()

    def status_of(self, path: str) -> int:
        return self.context.request.get(f"{self.address}{path}").status

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.address)

    @property
    def pk(self) -> int:
        """The number in the address of the page."""
        found = re.search(r"/(\d+)/", self.path)
        assert found is not None, self.path
        return int(found[1])


class Counter:
    """Opens a window for each person the first time they do something."""

    def __init__(self, address: str, browser: Browser) -> None:
        self.address, self.browser = address, browser
        self.screens: dict[str, Screen] = {}

    def __call__(self, username: str, size: str = "desktop") -> Screen:
        if username not in self.screens:
            width, height = SIZES[size]
            context = self.browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", has_touch=size != "desktop"
            )
            screen = Screen(context, self.address)
            screen.go("/accounts/login/")
            screen.page.fill("[name=login]", username)
            screen.page.fill("[name=password]", PASSWORD)
            screen.page.click("button[type=submit]")
            screen.page.wait_for_url(f"{self.address}/")
            self.screens[username] = screen
        return self.screens[username]

    def leave(self) -> None:
        """Close the windows; no page may have failed in any of them."""
        troubles = [trouble for screen in self.screens.values() for trouble in screen.troubles]
        for screen in self.screens.values():
            screen.context.close()
        assert troubles == []
