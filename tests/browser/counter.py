"""People at their screens: sign in once each, then do what a mouse and a keyboard can do."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

expect.set_options(timeout=15_000)

PASSWORD = "ein-langes-Passwort-2026"
SIZES: Mapping[str, tuple[int, int]] = {"desktop": (1440, 900), "tablet": (1024, 1366), "phone": (390, 844)}
BUSY = ".htmx-request, .htmx-swapping, .htmx-settling"


class Screen:
    """One person's browser window; every page must load without an error in the browser's console."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.troubles: list[str] = []
        self.seen: set[str] = set()
        self.pages: set[str] = set()
        self.page.on("pageerror", lambda error: self.troubles.append(f"{self.path} {error}"))
        self.page.on("console", self._note_console)
        self.page.on("response", self._note)

    def _note_console(self, message: Any) -> None:
        # A refusal (4xx) is also written there by the browser; faults of the server are noted by their answer.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(f"{self.path} {message.text}")

    def _note(self, response: Any) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.status} {response.url}")
        elif response.ok and response.request.method == "GET":
            path = response.url.removeprefix(self.address)
            self.seen.add(path)
            is_page = response.headers.get("content-type", "").startswith("text/html")
            if is_page and response.request.is_navigation_request():
                self.pages.add(path)

    # ---- going somewhere ----

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def home(self) -> None:
        """Click on the product's mark: today's work of the post."""
        if self._is_small:
            self._leave_by(self.page.locator(".bottom-bar").get_by_role("link", name="工作台"))
        else:
            self._leave_by(self.page.locator(".side-brand a").first)

    def menu(self, label: str) -> None:
        """Open an area from the menu, which a phone shows only when asked."""
        if self._is_small:
            self.page.locator(".bottom-bar").get_by_role("button", name="菜单").click()
        self._leave_by(self.page.locator(".side-menu").get_by_role("link", name=label, exact=True).first)

    @property
    def _is_small(self) -> bool:
        return self.page.locator(".bottom-bar").is_visible()

    def follow(self, name: str, *, within: str = "main", exact: bool = False) -> None:
        """Click the link that says so, and wait for its page."""
        self._leave_by(self.page.locator(within).get_by_role("link", name=name, exact=exact).first)

    def press(self, name: str, *, within: str = "main", exact: bool = False) -> None:
        """Click the button that says so, and wait for the page that answers."""
        self._leave_by(self.page.locator(within).get_by_role("button", name=name, exact=exact).first)

    def confirm(self, name: str) -> None:
        """Click the button that asks first, and then its answer."""
        self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()
        self.press(name, within="dialog[open]", exact=True)

    def take_up(self, task: str) -> None:
        """From today's work at home, open the first thing to do that is called so."""
        self.home()
        row = self.main.locator(".task", has_text=task).first
        self._leave_by(row.get_by_role("link", name="去做"))

    def _leave_by(self, target: Locator) -> None:
        with self.page.expect_navigation():
            target.click()

    # ---- working on a page ----

    def click(self, name: str, *, within: str = "main") -> None:
        """Click something that stays on the page: a dialog's button, something to open."""
        self.page.locator(within).get_by_text(name, exact=True).first.click()

    def open(self, name: str) -> str:
        """Open the part of the page under this heading, if it is not; where it is, for `within`."""
        part = f"main details:has(summary:has-text('{name}'))"
        if self.page.locator(part).first.get_attribute("open") is None:
            self.page.locator(f"{part} summary").first.click()
        return part

    def send(self, name: str, *, within: str = "main") -> None:
        """Click a button whose answer replaces a part of the page."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            self.page.locator(within).get_by_role("button", name=name, exact=True).first.click()
        self.settle()

    def settle(self) -> None:
        """Wait until no part of the page is being replaced."""
        expect(self.page.locator(BUSY)).to_have_count(0)

    def fill(self, within: str = "main", **fields: str) -> None:
        """Type into the fields of these names; a choice is chosen by its text, one of several by its value."""
        for name, value in fields.items():
            controls = self.page.locator(within).locator(f"[name='{name}']:not([type=hidden])")
            kind = controls.first.evaluate("c => c.tagName === 'SELECT' ? 'select' : c.type")
            if kind == "select":
                controls.first.select_option(label=value)
            elif kind in ("checkbox", "radio"):
                self.page.locator(within).locator(f"[name='{name}'][value='{value}']").first.check()
            else:
                controls.first.fill(value)
            self.settle()

    def tick(self, *names: str) -> None:
        """Tick every box of these names."""
        for name in names:
            for box in self.main.locator(f"input[type=checkbox][name='{name}']").all():
                box.check()

    def answer_all(self, value: str) -> None:
        """The same result for every item of a checklist."""
        for choice in self.main.locator(f"input[type=radio][name^='result_'][value='{value}']").all():
            choice.check()

    def pick(self, name: str, typed: str, within: str = "main") -> None:
        """Choose in a picker: type, and take the first that the server offers."""
        box = self.page.locator(within).locator(f"select[name='{name}'] + .ts-wrapper").first
        box.locator(".ts-control").click()
        self.page.keyboard.type(typed)
        option = box.locator(".ts-dropdown .option", has_text=typed).first
        option.wait_for()
        option.click()
        self.settle()

    def sign(self, within: str = "main") -> None:
        """Draw a line on the signature pad with the mouse."""
        pad = self.page.locator(within).locator("canvas").first
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        left, top, height = box["x"] + 30, box["y"], box["height"]
        mouse = self.page.mouse
        mouse.move(left, top + height * 0.7)
        mouse.down()
        for step in range(1, 8):
            mouse.move(left + step * 25, top + height * (0.3 if step % 2 else 0.7), steps=3)
        mouse.up()

    # ---- looking ----

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text)

    def sees_not(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("body")).not_to_contain_text(text)

    def figure(self, label: str) -> str:
        """The value on the card of this label."""
        card = self.main.locator(".stat", has=self.page.locator(".stat-label", has_text=label)).first
        return card.locator(".stat-value").inner_text().strip()

    def address_of(self, link: str) -> str:
        address = self.main.get_by_role("link", name=link).first.get_attribute("href")
        assert address is not None
        return address

    def pdf(self, link: str) -> bytes:
        """The PDF behind the link of this name."""
        address = self.address_of(link)
        answer = self.context.request.get(f"{self.address}{address}")
        self.seen.add(address)
        assert answer.status == 200, answer.status
        assert answer.headers["content-type"] == "application/pdf"
        return answer.body()

    def status_of(self, path: str) -> int:
        return self.context.request.get(f"{self.address}{path}").status

    def too_wide(self, paths: Iterable[str]) -> list[str]:
        """Those of the pages that can be pushed sideways."""
        found = []
        for path in paths:
            self.go(path)
            expect(self.main.locator("h1")).to_be_visible()
            if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append(path)
        return found

    def menu_paths(self) -> list[str]:
        return [link.get_attribute("href") or "" for link in self.page.locator(".side-menu a").all()]

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

    def __call__(self, username: str, size: str = "desktop", **options: Any) -> Screen:
        """The person's screen, on the home page of their post when it is opened."""
        if username not in self.screens:
            width, height = SIZES[size]
            context = self.browser.new_context(
                viewport={"width": width, "height": height}, locale="zh-CN", has_touch=size != "desktop",
                accept_downloads=True, **options,
            )  # fmt: skip
            screen = Screen(context, self.address)
            screen.go("/accounts/login/")
            screen.page.fill("[name=login]", username)
            screen.page.fill("[name=password]", PASSWORD)
            screen.page.keyboard.press("Enter")
            screen.page.wait_for_url(f"{self.address}/")
            self.screens[username] = screen
        return self.screens[username]

    def go_home(self) -> None:
        """The working day is over: every window is closed; no page may have failed in any of them."""
        troubles = [trouble for screen in self.screens.values() for trouble in screen.troubles]
        for screen in self.screens.values():
            screen.context.close()
        self.screens.clear()
        assert troubles == []
