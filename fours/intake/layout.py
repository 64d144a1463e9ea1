"""Finds the table in a sheet: the heading among title rows, and the rows that are data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from fours.base.text import clean, squeeze
from fours.intake.cells import Cell, cell_text, is_blank
from fours.intake.columns import Column, normal_heading

LOOK_FOR_HEADING = 30
LONGEST_HEADING = 40
Merged = tuple[int, int, int, int]


@dataclass(frozen=True)
class Heading:
    """The heading of one column; `parts` are its rows from the top, `text` is how people are shown it."""

    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.parts)


@dataclass(frozen=True)
class Row:
    """A data row with its number in the file, counted from 1.

    `merged` holds, for cells that are blank because they are merged with one above, its value and row number.
    """

    number: int
    cells: list[Cell]
    merged: Mapping[int, tuple[Cell, int]] = field(default_factory=dict)

    def cell(self, index: int) -> Cell:
        return self.cells[index] if index < len(self.cells) else None


@dataclass(frozen=True)
class Skipped:
    """A row that is no data: `title`, `heading`, `marks`, `total` or `note`. Blank rows are not mentioned."""

    number: int
    reason: str


@dataclass(frozen=True)
class Layout:
    headings: list[Heading]
    rows: list[Row]
    skipped: list[Skipped]


def lay_out(rows: list[list[Cell]], merged: Sequence[Merged], columns: Sequence[Column]) -> Layout:
    """Headings, data rows and passed-over rows of a sheet; without headings if there are none."""
    best = _best_heading_row(rows, columns)
    if best is None:
        return Layout([], [], [])
    first, last = _heading_rows(rows, best, merged, columns)
    headings = _headings(rows, first, last, merged)
    above = [Skipped(number + 1, "title") for number in range(first) if _texts(rows[number])]
    skipped = above + [Skipped(number + 1, "heading") for number in range(first, last + 1)]
    spread = _spread(rows, merged, last)
    data: list[Row] = []
    for index in range(last + 1, len(rows)):
        cells = rows[index]
        if all(is_blank(cell) for cell in cells):
            continue
        reason = _no_data_reason(cells, headings, index, merged)
        if reason:
            skipped.append(Skipped(index + 1, reason))
        else:
            data.append(Row(index + 1, cells, spread.get(index, {})))
    return Layout(headings, data, skipped)


def heading_score(rows: list[list[Cell]], columns: Sequence[Column]) -> tuple[int, int]:
    """How well a sheet's best row serves as heading: known columns, then filled cells; zeros without one."""
    best = _best_heading_row(rows, columns)
    return (0, 0) if best is None else _score(rows[best], _known(columns))


def _known(columns: Sequence[Column]) -> frozenset[str]:
    return frozenset().union(*(column.known_headings for column in columns))


def _best_heading_row(rows: list[list[Cell]], columns: Sequence[Column]) -> int | None:
    known = _known(columns)
    candidates = [
        index for index in range(min(len(rows), LOOK_FOR_HEADING)) if _could_be_heading(rows[index])
    ]
    if not candidates:
        return None
    scores = {index: _score(rows[index], known) for index in candidates}
    most_known = max(score[0] for score in scores.values())
    if most_known:
        return min(index for index in candidates if scores[index][0] == most_known)
    # Nothing known: the first row about as full as the rows below it.
    usual = max(len(_texts(row)) for row in rows[:LOOK_FOR_HEADING])
    full = [index for index in candidates if scores[index][1] >= max(1, usual * 0.6)]
    return full[0] if full else candidates[0]


def _score(row: list[Cell], known: frozenset[str]) -> tuple[int, int]:
    texts = _texts(row)
    return len({normal_heading(text) for text in texts} & known), len(texts)


def _texts(row: list[Cell]) -> list[str]:
    return [clean(cell_text(cell)) for cell in row if not is_blank(cell)]


def _could_be_heading(row: list[Cell]) -> bool:
    """Names only: no figures, dates or long sentences."""
    filled = [cell for cell in row if not is_blank(cell)]
    if not filled or any(isinstance(cell, float | int | date | datetime | time) for cell in filled):
        return False
    texts = _texts(row)
    if any(len(text) > LONGEST_HEADING for text in texts):
        return False
    return sum(text[:1].isdigit() for text in texts) <= len(texts) // 3


def _heading_rows(
    rows: list[list[Cell]], best: int, merged: Sequence[Merged], columns: Sequence[Column]
) -> tuple[int, int]:
    """First and last row of the heading: headings of dealers often stand over two rows, merged."""
    first = last = best
    if best and _belongs_above(rows, best, merged):
        first = best - 1
    if first == best and best + 1 < len(rows) and _belongs_below(rows, best, merged, columns):
        last = best + 1
    return first, last


def _belongs_above(rows: list[list[Cell]], best: int, merged: Sequence[Merged]) -> bool:
    above, row = rows[best - 1], rows[best]
    if not _could_be_heading(above) or any(re.search(r"[:：]\S", text) for text in _texts(above)):
        return False
    starting = [range_ for range_ in merged if range_[0] == best - 1 and _width(range_) < len(row)]
    filled = _filled(above)
    if any(range_[2] == best or (_width(range_) > 1 and len(filled) > 1) for range_ in starting):
        return True
    # Without merges (csv) a group heading leaves gaps, and what it stands above is named below.
    return len(filled) > 1 and bool(filled - _filled(row)) and not merged


def _belongs_below(
    rows: list[list[Cell]], best: int, merged: Sequence[Merged], columns: Sequence[Column]
) -> bool:
    row, below = rows[best], rows[best + 1]
    if not _could_be_heading(below) or _marks_only(below):
        return False
    starting = [range_ for range_ in merged if range_[0] == best]
    if any(range_[2] == best + 1 and range_[1] in _filled(row) for range_ in starting):
        return True
    if any(_width(range_) > 1 and range_[2] == best for range_ in starting):
        return _score(below, _known(columns))[0] > 0 or not columns
    gaps = _filled(below) - _filled(row)
    return bool(gaps and _filled(row) - _filled(below)) and _score(below, _known(columns))[0] > 0


def _width(range_: Merged) -> int:
    return range_[3] - range_[1] + 1


def _filled(row: list[Cell]) -> set[int]:
    return {index for index, cell in enumerate(row) if not is_blank(cell)}


def _headings(rows: list[list[Cell]], first: int, last: int, merged: Sequence[Merged]) -> list[Heading]:
    bottom = rows[last]
    top = _group_names(rows[first], bottom, first, merged) if first < last else []
    width = max(len(bottom), len(top))
    headings = []
    for index in range(width):
        upper = top[index] if index < len(top) else ""
        lower = clean(cell_text(bottom[index])) if index < len(bottom) else ""
        parts = tuple(part for part in (upper, lower) if part)
        headings.append(Heading(parts or ("",)))
    while headings and not headings[-1].text:
        headings.pop()
    return headings


def _group_names(row: list[Cell], below: list[Cell], number: int, merged: Sequence[Merged]) -> list[str]:
    """The upper heading row with each group's name over all its columns."""
    width = max(len(row), len(below))
    names = [clean(cell_text(row[index])) if index < len(row) else "" for index in range(width)]
    across = [range_ for range_ in merged if range_[0] == number and _width(range_) > 1]
    for _, left, _, right in across:
        if left < width:
            names[left : min(right + 1, width)] = [names[left]] * (min(right + 1, width) - left)
    if not merged:
        for index in range(1, width):
            covered = index < len(below) and not is_blank(below[index])
            above_left = index - 1 < len(below) and not is_blank(below[index - 1])
            if not names[index] and covered and above_left:
                names[index] = names[index - 1]
    return names


def _spread(
    rows: list[list[Cell]], merged: Sequence[Merged], heading: int
) -> dict[int, dict[int, tuple[Cell, int]]]:
    spread: dict[int, dict[int, tuple[Cell, int]]] = {}
    for top, left, bottom, _ in merged:
        if top <= heading or bottom == top or top >= len(rows) or left >= len(rows[top]):
            continue
        for index in range(top + 1, min(bottom + 1, len(rows))):
            spread.setdefault(index, {})[left] = (rows[top][left], top + 1)
    return spread


_TOTAL = re.compile(
    r"(本页|本表|本月|以上|全部)?(合计|总计|小计|共计|累计)(金额|数量|人数|台数)?([:：(（\d¥￥].*)?"
)
_FIGURE = re.compile(r"\s*[-¥￥]?[\d,.]*\s*")
_NOTE = re.compile(
    r"(注|备注|说明|填表说明|填写说明|注意|注意事项|提示|温馨提示|制表|制表人|制表日期|填表|填表人|审核|审核人|复核|主管|"
    r"打印|打印人|打印时间|打印日期|导出|导出人|导出时间|导出日期|统计时间|统计日期|数据来源|签字)\d?[:：].*"
    r"|[※★*].*|第\d+页.*|(示例|例如|样例)([:：].*)?"
)
_MARKS = {
    "必填",
    "选填",
    "可选",
    "必录",
    "非必填",
    "必输",
    "可空",
    "不能为空",
    "必填项",
    "选填项",
    "(必填)",
    "(选填)",
}


def _no_data_reason(cells: list[Cell], headings: list[Heading], index: int, merged: Sequence[Merged]) -> str:
    if _marks_only(cells):
        return "marks"
    first = next(cell for cell in cells if not is_blank(cell))
    lead = squeeze(first) if isinstance(first, str) else ""
    if _TOTAL.fullmatch(lead) or _is_total_of_figures(cells):
        return "total"
    if _NOTE.fullmatch(lead) or (len(_filled(cells)) == 1 and _is_wide(cells, index, merged)):
        return "note"
    if len(_filled(cells)) > 1 and _repeats(cells, headings):
        return "heading"
    return ""


def _is_total_of_figures(cells: list[Cell]) -> bool:
    words = [cell for cell in cells if isinstance(cell, str) and not _FIGURE.fullmatch(cell)]
    return len(words) == 1 and squeeze(words[0]) in ("合计", "总计", "小计")


def _marks_only(cells: list[Cell]) -> bool:
    filled = [cell for cell in cells if not is_blank(cell)]
    return bool(filled) and all(isinstance(cell, str) and squeeze(cell) in _MARKS for cell in filled)


def _is_wide(cells: list[Cell], index: int, merged: Sequence[Merged]) -> bool:
    return any(range_[0] == index and _width(range_) > 2 for range_ in merged)


def _repeats(cells: list[Cell], headings: list[Heading]) -> bool:
    """Whether a row says the heading again, as at the top of a printed page."""
    return all(
        is_blank(cell)
        or (
            index < len(headings)
            and normal_heading(cell_text(cell)) == normal_heading(headings[index].parts[-1])
        )
        for index, cell in enumerate(cells)
    )
