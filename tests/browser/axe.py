"""axe-core in the page that is open: what it finds that keeps people with a screen reader or weak eyes out."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from fours.desk.assets import NODE_MODULES

GRAVE = ("serious", "critical")
_EVERYTHING = "() => axe.run(document, {resultTypes: ['violations']})"
# The same page in the other colours: only what depends on them, without loading it again.
_CONTRAST = """async () => {
  const html = document.documentElement, before = html.dataset.bsTheme;
  html.dataset.bsTheme = before === 'dark' ? 'light' : 'dark';
  await new Promise(done => setTimeout(done, 250));  // until colours that fade are there
  const found = await axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']});
  html.dataset.bsTheme = before;
  return found;
}"""


@cache
def _axe() -> str:
    return (NODE_MODULES / "axe-core/axe.min.js").read_text(encoding="utf-8")


def findings(page: Page) -> list[str]:
    """Every serious or critical finding, in light and in dark, with the element and what is wrong with it."""
    page.evaluate(_axe())
    return [*_told(page.evaluate(_EVERYTHING), ""), *_told(page.evaluate(_CONTRAST), "other theme: ")]


def _told(result: dict[str, Any], prefix: str) -> list[str]:
    return [
        f"{prefix}{rule['id']}: {' '.join(node['target'])} {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in result["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
