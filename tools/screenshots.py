"""Pictures of every screen, as each post sees it: all sizes into var/pictures, the README's into docs/pictures.

Starts a server with fresh demo data in a temporary folder, signs in as each post, and takes the sign-in page, the
home page, every page of the menu and the first document each list leads to. `--readme` takes the README's only.
"""

import io
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
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
BROWSER_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--lang=zh-CN"),
]
COLORS = 192
DESK, TABLET, PHONE = (1440, 900), (1024, 768), (390, 844)


ADVISORS = ("advisor", *(f"advisor.s01.{number}" for number in range(1, 5)))
TECHNICIANS = ("technician", *(f"technician.s01.{number}" for number in range(1, 10)))


@dataclass(frozen=True)
class Shot:
    """A picture of the README: a page, then what the first link of each selector on the way leads to.

    It is seen by the first of `people` whose page has such a link, or shows `wanted`: not everybody is busy now.
    """

    name: str
    people: tuple[str, ...]
    path: str
    links: tuple[str, ...] = ()
    size: tuple[int, int] = DESK
    wanted: str = "main"

    @property
    def proof(self) -> str:
        return self.links[0] if self.links else self.wanted


README = (
    Shot("home", ("foreman", *ADVISORS), "/", wanted=".task"),
    Shot("board", ("foreman",), "/service/board/"),
    Shot("order", ("advisor",), "/service/board/", ('[data-state="in_work"] a[href^="/service/orders/"]',)),
    Shot(
        "car",
        ("advisor",),
        "/service/orders/?state=closed",
        ('main tbody a[href^="/service/orders/"]', 'main a[href^="/vehicles/"]'),
    ),
    Shot("phone", TECHNICIANS, "/service/my-jobs/", ('.task a.btn-primary[href^="/service/jobs/"]',), PHONE),
    Shot("call", ("crm_agent",), "/survey/calls/?state=later", ('main tbody a[href^="/survey/calls/"]',)),
    Shot("daily-report", ("service_manager",), "/survey/reports/", ("main tbody tr:nth-child(3) a",)),
)
# A list as dealers keep it: dates of all kinds, full-width digits, a phone too short, a month too many.
DEALERS_LIST = """客户车辆档案,,,,,
客户名称,手机,车牌号,车架号,上牌日期,里程（万公里）
陈晓东,１３８１２３４５６７８,苏Ｅ·７Ｋ３２１,,2021年3月5日,4.2
苏州远方物流有限公司,0512-65123456,苏EA1234,,20220630,无
李梅,1391234567,苏E6M889,,2023.05.18,1.5
孙志明,13912340007,苏E90K12,,2024-13-5,0.8
周雅琴,13912340008,苏ED05518,,2024/1/15,2.6
合计,,,,,9.1
"""


def main() -> int:
    """Take the pictures; 1 with the addresses of pages that answered with an error."""
    ALL_PICTURES.mkdir(parents=True, exist_ok=True)
    README_PICTURES.mkdir(parents=True, exist_ok=True)
    broken: list[str] = []
    with demo_server() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["FOURS_CHROMIUM"],
            args=BROWSER_ARGUMENTS,
            env={**os.environ, "LANGUAGE": "zh_CN"},
        )
        photograph_readme(browser, url)
        for post in POSTS if "--readme" not in sys.argv else ():
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


def photograph_readme(browser: Browser, url: str) -> None:
    """The README's pictures; fails when a page or the link to it is missing, since then the picture would lie."""
    photograph_sign_in(browser, url)
    for shot in README:
        keep(arrived(browser, url, shot), shot.name)
    photograph_check_in(browser, url)
    photograph_import(browser, url)


def arrived(browser: Browser, url: str, shot: Shot) -> Page:
    """The page of the shot, before the eyes of the first person who has something on it."""
    for person in shot.people:
        page = signed_in(browser, url, person, shot.size)
        page.goto(f"{url}{shot.path}")
        if page.locator(shot.proof).count():
            for link in shot.links:
                address = page.locator(link).first.get_attribute("href", timeout=5000)
                page.goto(f"{url}{address}")
            return page
        page.context.close()
    raise LookupError(f"nobody has anything to show for the picture {shot.name}")


def photograph_check_in(browser: Browser, url: str) -> None:
    """A car being taken over on a tablet, with two marks on its outline."""
    page = signed_in(browser, url, "advisor", TABLET)
    page.goto(f"{url}/vehicles/?page=2")
    page.goto(f"{url}{page.locator('main tbody a').first.get_attribute('href', timeout=5000)}")
    page.get_by_role("link", name="接车", exact=True).last.click()
    start = page.get_by_role("button", name="开始接车")
    if start.count():  # else it is being taken over already: a running server, photographed before
        page.get_by_label("送修人", exact=False).first.fill("王小明")
        page.get_by_label("送修人电话").fill("13800000000")
        start.click()
    outline = page.locator("[data-damage] svg").first
    outline.scroll_into_view_if_needed()
    for x, y in ((220, 60), (430, 150)):
        outline.click(position={"x": x, "y": y})
    keep(page, "check-in")


def photograph_import(browser: Browser, url: str) -> None:
    """A dealer's list, checked and not yet loaded."""
    page = signed_in(browser, url, "info_clerk", DESK)
    page.goto(f"{url}/import/?kind=customers")
    page.set_input_files(
        "input[type=file]",
        {"name": "客户档案.csv", "mimeType": "text/csv", "buffer": DEALERS_LIST.encode("gb18030")},
    )
    for label in ("上传", "核对数据"):
        page.get_by_role("button", name=label).click()
    keep(page, "import")


def photograph_sign_in(browser: Browser, url: str) -> None:
    context = new_context(browser, DESK)
    page = context.new_page()
    page.goto(f"{url}/accounts/login/")
    photograph(context, page, "sign-in")
    context.close()


def keep(page: Page, name: str) -> None:
    """The page as it stands, in few colours: the README is read over slow lines too."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    palette = picture.quantize(COLORS, dither=Image.Dither.NONE)
    palette.save(README_PICTURES / f"{name}.png", optimize=True)
    page.context.close()


def new_context(browser: Browser, size: tuple[int, int]) -> BrowserContext:
    return browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": size[0], "height": size[1]}
    )


def signed_in(browser: Browser, url: str, user: str, size: tuple[int, int]) -> Page:
    """A page of somebody's own, signed in."""
    page = new_context(browser, size).new_page()
    page.goto(f"{url}/accounts/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_load_state("networkidle")
    return page


def photograph_post(browser: Browser, url: str, post: str) -> list[str]:
    """All screens of a post; the addresses that answered with an error."""
    print(post, flush=True)
    page = signed_in(browser, url, post, DESK)
    broken = []
    for path in paths_of(page, url):
        answer = page.goto(f"{url}{path}")
        if answer is None or answer.status >= 400:
            broken.append(f"{post} {path} {answer.status if answer else 'no answer'}")
            continue
        photograph(page.context, page, screen_name(post, path))
    page.context.close()
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


if __name__ == "__main__":
    sys.exit(main())
