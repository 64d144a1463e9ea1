"""The columns an import understands, and which column of a file is which."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fours.base.checked import Checked
from fours.base.personal import Kind
from fours.base.text import half_width
from fours.intake.cells import Cell

# From here on a match is taken without asking; below it the mapping page asks.
CERTAIN = 0.8

Cleaner = Callable[[Cell, str], Checked[Any]]
"""Takes a cell that is not blank and the unit written in the heading (万公里, 元 … or nothing)."""


@dataclass(frozen=True)
class Column:
    """One thing that can be imported.

    - `required`: a row without it is refused; `wanted`: a row without it is warned about.
    - `lenient`: a wrong value is left out with a warning, where others refuse the row.
    - `plain`: 无 or 未知 is content here, not a way to say that it is empty.
    - `personal`: how it is masked for who may not see personal data (PF-13).
    - `spread_merged`: rows under a vertically merged cell take its value, with a warning.
    """

    name: str
    label: str
    cleaner: Cleaner
    synonyms: tuple[str, ...] = ()
    required: bool = False
    wanted: bool = False
    lenient: bool = False
    plain: bool = False
    spread_merged: bool = True
    personal: Kind | None = None
    sample: str = ""

    @property
    def known_headings(self) -> frozenset[str]:
        return frozenset(normal_heading(text) for text in (self.label, *self.synonyms))


class HasParts(Protocol):
    """A heading of a file: its whole text, and the texts of its rows from the top when there are several."""

    @property
    def text(self) -> str: ...
    @property
    def parts(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Match:
    """A column and where it was found; `confidence` from 0 to 1."""

    column: str
    index: int
    heading: str
    confidence: float

    @property
    def certain(self) -> bool:
        return self.confidence >= CERTAIN


@dataclass(frozen=True)
class Matching:
    """The best match of each column found, and the headings left over, by their index."""

    matches: list[Match] = field(default_factory=list)
    left_over: dict[int, str] = field(default_factory=dict)

    @property
    def unsure(self) -> list[Match]:
        """Matches that a person must decide; without one they are left out."""
        return [match for match in self.matches if not match.certain]

    def mapping(self) -> dict[str, int]:
        """Column name → index in the file, for the matches that need no asking."""
        return {match.column: match.index for match in self.matches if match.certain}


def match_columns(
    headings: Sequence[HasParts], columns: Sequence[Column], remembered: Mapping[str, str] | None = None
) -> Matching:
    """Which heading is which column; every column and every heading is used once at most.

    `remembered` gives a person's earlier decisions, normal heading → column name ("" for: leave it out); they
    come first. Then the surest match, the one further left first.
    """
    decided = remembered or {}
    found: list[tuple[float, int, str]] = []
    for index, heading in enumerate(headings):
        for column in columns:
            confidence = _confidence(heading, column, decided)
            if confidence:
                found.append((confidence, index, column.name))
    taken: dict[str, Match] = {}
    used: set[int] = set()
    for confidence, index, name in sorted(found, key=lambda match: (-match[0], match[1])):
        if name not in taken and index not in used:
            taken[name] = Match(name, index, headings[index].text, confidence)
            used.add(index)
    matches = sorted(taken.values(), key=lambda match: match.index)
    return Matching(matches, {i: h.text for i, h in enumerate(headings) if i not in used and h.text})


def missing_required(mapping: Mapping[str, int], columns: Iterable[Column]) -> list[Column]:
    """The required columns that no heading of the file stands for."""
    return [column for column in columns if column.required and column.name not in mapping]


_UNITS = {"万公里", "万km", "公里", "km", "千米", "元", "万元", "%", "小时", "工时", "月", "年"}
_BRACKETS = re.compile(r"[(\[【〔](.*?)[)\]】〕]")
_MARKS = re.compile(r"[\s*:：,，.。、_\-\"'“”]")


def normal_heading(text: str) -> str:
    """A heading without stars, spaces, punctuation and whatever stands in brackets, in small letters."""
    half = half_width(text).lower()
    bare = _MARKS.sub("", _BRACKETS.sub("", half))
    return bare or _MARKS.sub("", half)


def heading_unit(text: str) -> str:
    """The unit in a heading's brackets: 里程（万公里） → 万公里; nothing where there is none."""
    for inner in _BRACKETS.findall(half_width(text).lower()):
        unit = _MARKS.sub("", inner).removeprefix("单位")
        if unit in _UNITS:
            return unit
    return ""


# A group heading that only says what kind of facts stand below it.
_NEUTRAL_GROUP = re.compile(r".*(信息|资料|情况|档案|内容|明细|数据)")


def _confidence(heading: HasParts, column: Column, decided: Mapping[str, str]) -> float:
    whole = normal_heading("".join(heading.parts))
    if whole in decided:
        return 1.0 if decided[whole] == column.name else 0.0
    if not whole:
        return 0.0
    if whole == normal_heading(column.label):
        return 1.0
    known = column.known_headings
    if whole in known:
        return 0.95
    last = normal_heading(heading.parts[-1])
    if last in known:
        return 0.9 if _group_fits(normal_heading("".join(heading.parts[:-1])), known) else 0.6
    if len(last) > 1 and any(len(text) > 1 and (text in last or last in text) for text in known):
        return 0.5
    return 0.0


def _group_fits(group: str, known: frozenset[str]) -> bool:
    """Whether the upper heading row does not make another thing of the lower: 销售顾问 above 电话 would."""
    return _NEUTRAL_GROUP.fullmatch(group) is not None or any(text.startswith(group) for text in known)
