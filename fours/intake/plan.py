"""The dry run: every row cleaned, with what is wrong and what to look at; nothing is stored."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fours.base.text import squeeze
from fours.intake.cells import Cell, cell_text, is_blank
from fours.intake.columns import Column, heading_unit
from fours.intake.layout import Row
from fours.intake.reader import Sheet

# What people write instead of leaving a cell empty.
EMPTY_WORDS = frozenset(
    [
        "无",
        "暂无",
        "没有",
        "空",
        "未知",
        "不详",
        "不清楚",
        "待补",
        "待查",
        "未填",
        "N/A",
        "NA",
        "NULL",
        "NONE",
        "NIL",
        "NAN",
    ]
)
_LONGEST_EMPTY = 12
_ONLY_MARKS = re.compile(r"[-—–/\\.?？*]+")


@dataclass(frozen=True)
class Issue:
    """Something about one cell: row number in the file, label of the column, Chinese sentence."""

    row: int
    column: str
    message: str

    def as_dict(self) -> dict[str, object]:
        return {"row": self.row, "column": self.column, "message": self.message}


@dataclass
class RowResult:
    """One row after cleaning. `values` has only the columns that are given and right."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[Issue] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.errors


def dry_run(sheet: Sheet, mapping: Mapping[str, int], columns: Sequence[Column]) -> list[RowResult]:
    """Every data row of the sheet cleaned by the mapping (column name → index in the file)."""
    places = [
        (column, mapping[column.name], heading_unit(sheet.headings[mapping[column.name]].text))
        for column in columns
        if column.name in mapping
    ]
    return [_clean_row(row, places) for row in sheet.rows]


def issues(results: Iterable[RowResult]) -> tuple[list[Issue], list[Issue]]:
    """All errors and all warnings, in the order of the file."""
    listed = list(results)
    return (
        [issue for result in listed for issue in result.errors],
        [issue for result in listed for issue in result.warnings],
    )


def _clean_row(row: Row, places: Sequence[tuple[Column, int, str]]) -> RowResult:
    result = RowResult(row.number)
    for column, index, unit in places:
        cell, note = _found_cell(row, column, index)
        if note:
            result.warnings.append(Issue(row.number, column.label, note))
        if is_blank(cell):
            _note_missing(result, column)
            continue
        checked = column.cleaner(cell, unit)
        if checked.error and column.lenient:
            result.warnings.append(Issue(row.number, column.label, f"{checked.error}；没有采用"))
            continue
        if checked.error:
            result.errors.append(Issue(row.number, column.label, checked.error))
            continue
        if checked.warning:
            result.warnings.append(Issue(row.number, column.label, checked.warning))
        if checked.value is None or checked.value == "":
            _note_missing(result, column)
        else:
            result.values[column.name] = checked.value
    return result


def _found_cell(row: Row, column: Column, index: int) -> tuple[Cell, str]:
    """The cell that counts, and what to say about it when it is not simply the one in this place."""
    cell = row.cell(index)
    if is_blank(cell) and index in row.merged:
        value, above = row.merged[index]
        if is_blank(value):
            return None, ""
        if not column.spread_merged:
            return None, f"与第 {above} 行是合并单元格，本行没有取值"
        return value, f"与第 {above} 行是合并单元格，取其值“{cell_text(value)}”"
    if not column.plain and isinstance(cell, str) and _says_empty(cell):
        return None, f"“{cell.strip()}”按未填写处理"
    return cell, ""


def _says_empty(cell: str) -> bool:
    if len(cell) > _LONGEST_EMPTY:
        return False
    said = squeeze(cell).upper()
    return said in EMPTY_WORDS or _ONLY_MARKS.fullmatch(said) is not None


def _note_missing(result: RowResult, column: Column) -> None:
    if column.required:
        result.errors.append(Issue(result.number, column.label, f"没有填写{column.label}"))
    elif column.wanted:
        result.warnings.append(Issue(result.number, column.label, f"没有填写{column.label}"))
