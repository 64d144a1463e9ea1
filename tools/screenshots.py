"""Pictures of every screen, as each post sees it: all sizes into var/pictures, the README's into docs/pictures.

Starts a server with fresh demo data in a temporary folder, signs in as each post, and takes the sign-in page, the
home page, every page of the menu and the first document each list leads to.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
ALL_PICTURES = PROJECT / "var" / "pictures"
README_PICTURES = PROJECT / "docs" / "pictures"
POSTS = (
    *("info_clerk", "advisor", "foreman", "technician", "team_leader", "inspector", "washer", "parts_keeper"),
    *("cashier", "crm_agent", "service_manager", "gm"),
)
PASSWORD = "fours-demo"  # noqa: S105 - public, demo data only
WIDTHS = {1440: 900, 1024: 768, 390: 844}
THEMES = ("light", "dark")
# Screen → name in docs/pictures. A screen is named <post>-<address>, numbers in the address written as "one".
IN_README = {
    "advisor-home": "home",
    "foreman-board": "board",
    "advisor-repair-orders-one": "repair-order",
    "service_manager-daily-reports-one": "daily-report",
}
BROWSER_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


def main() -> int:
    """Take all pictures; 1 with the addresses of pages that answered with an error."""
    ALL_PICTURES.mkdir(parents=True, exist_ok=True)
    README_PICTURES.mkdir(parents=True, exist_ok=True)
    broken: list[str] = []
    with demo_server() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["FOURS_CHROMIUM"], args=BROWSER_ARGUMENTS
        )
        for post in POSTS:
            broken += photograph_post(browser, url, post)
        browser.close()
    print("\n".join(broken))
    return 1 if broken else 0


@contextmanager
def demo_server() -> Iterator[str]:
    """A server on fresh demo data; its address. FOURS_SCREENSHOTS_URL names a running one instead."""
    if url := os.environ.get("FOURS_SCREENSHOTS_URL"):
        yield url.rstrip("/")
        return
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "FOURS_HOME": home}
        for arguments in (["migrate", "--verbosity", "0"], ["demo"]):
            subprocess.run([sys.executable, "-m", "fours", *arguments], env=environment, check=True)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "fours", "serve", "--port", str(port)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                if not any(line.startswith("Ready: ") for line in server.stdout):
                    raise RuntimeError("fours serve has ended")
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()


def photograph_post(browser: Browser, url: str, post: str) -> list[str]:
    """All screens of a post; the addresses that answered with an error."""
    print(post, flush=True)
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    page = context.new_page()
    page.goto(f"{url}/accounts/login/")
    if post == POSTS[0]:
        photograph(context, page, "sign-in")
    page.fill("input[name=login]", post)
    page.fill("input[name=password]", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_load_state("networkidle")
    broken = []
    for path in paths_of(page, url):
        answer = page.goto(f"{url}{path}")
        if answer is None or answer.status >= 400:
            broken.append(f"{post} {path} {answer.status if answer else 'no answer'}")
            continue
        photograph(context, page, screen_name(post, path))
    context.close()
    return broken


def paths_of(page: Page, url: str) -> list[str]:
    """Home, the pages of the menu, and the first document that each of them leads to."""
    menu = ["/", *(link for link in links(page, ".side-menu a") if link != "/")]
    paths = list(menu)
    for path in menu:
        page.goto(f"{url}{path}")
        documents = [link for link in links(page, "main a") if re.search(r"/\d+/$", link)]
        paths += documents[:1]
    return list(dict.fromkeys(paths))


def links(page: Page, selector: str) -> list[str]:
    """Addresses inside the product that `selector` shows, without their questions."""
    found = page.eval_on_selector_all(selector, "all => all.map(link => link.getAttribute('href') || '')")
    return [urlsplit(address).path for address in found if address.startswith("/")]


def screen_name(post: str, path: str) -> str:
    parts = ["one" if part.isdigit() else part for part in path.strip("/").split("/") if part]
    return "-".join([post, *(parts or ["home"])])


def photograph(context: BrowserContext, page: Page, name: str) -> None:
    """The page at every width, light and dark."""
    for theme in THEMES:
        context.add_cookies([{"name": "theme", "value": theme, "url": page.url}])
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.reload(wait_until="networkidle")
            page.screenshot(path=ALL_PICTURES / f"{name}-{width}-{theme}.png")
            if (width, theme) == (1440, "light") and name in IN_README:
                page.screenshot(path=README_PICTURES / f"{IN_README[name]}.png")


if __name__ == "__main__":
    sys.exit(main())
