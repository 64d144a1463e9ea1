"""Text can be read: WCAG AA (4.5 : 1) for every pair of text and ground in the style sheet, light and dark."""

import re
from pathlib import Path

import pytest

SHEET = Path(__file__).resolve().parents[1] / "static" / "kernel" / "fours.css"
TONES = ("blue", "amber", "red", "green", "violet", "neutral")
PAIRS = [
    *(
        (text, ground)
        for text in ("text", "muted")
        for ground in ("surface", "surface-2", "hover", "tblr-body-bg")
    ),
    *((text, "surface") for text in ("accent", "tblr-link-color", "red-fg", "amber-fg", "green-fg")),
    *((f"{tone}-fg", f"{tone}-bg") for tone in TONES),
    *(("white", button) for button in ("tblr-primary", "tblr-danger")),
]


def tokens(theme: str) -> dict[str, str]:
    block = re.search(rf"\[data-bs-theme={theme}\] \{{([^}}]*)\}}", SHEET.read_text())
    assert block is not None
    return {"white": "#ffffff", **dict(re.findall(r"--([\w-]+): (#\w{6})\b", block[1]))}


def luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme: str, text: str, ground: str) -> None:
    found = tokens(theme)
    lighter, darker = sorted((luminance(found[text]), luminance(found[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
