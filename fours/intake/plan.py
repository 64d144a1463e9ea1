"""The dry run: every row cleaned, with what is wrong and what to look at; nothing is stored."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fours.base.text import squeeze
from fours.intake.cells import Cell, cell_text, is_blank
from fours.intake.columns import Column, heading_unit
from fours.intake.layout import Row
from fours.intake.reader import Sheet
from fours.kernel.actor import Actor
from fours.kernel.models import Store

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


Warn = Callable[[str, str], None]
"""Called with the label of a column and a Chinese sentence, for what a person should look at."""

LoadRow = Callable[[Store, Mapping[str, Any], Actor, Warn], str]
"""Loads one cleaned row wholly or raises Refused; answers created, updated or unchanged."""


@dataclass(frozen=True)
class IntakeKind:
    """A kind of import: its name on the command line, its Chinese label, its columns, what loads one row, and who may."""

    name: str
    label: str
    columns: tuple[Column, ...]
    load_row: LoadRow
    permission: str


_KINDS: dict[str, IntakeKind] = {}


def register_intake(kind: IntakeKind) -> IntakeKind:
    """Make a kind known by its name; a second of the same name is a mistake in the program."""
    if kind.name in _KINDS:
        raise ValueError(f"the import kind {kind.name} is registered twice")
    names = [column.name for column in kind.columns]
    if len(set(names)) < len(names):
        raise ValueError(f"the import kind {kind.name} has a column twice")
    _KINDS[kind.name] = kind
    return kind


def intake_kinds() -> tuple[IntakeKind, ...]:
    """All kinds, in the order they were registered."""
    return tuple(_KINDS.values())


def intake_kind(name: str) -> IntakeKind | None:
    return _KINDS.get(name)


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
