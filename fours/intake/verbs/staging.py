"""Staging (导入批次): the uploaded file, which of its columns is what, and its rows as they were cleaned (PF-11)."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import PurePath
from typing import Any

from fours.base.errors import NotThere, Refused
from fours.intake.columns import Matching, match_columns, missing_required, normal_heading
from fours.intake.kinds import IntakeKind, intake_kind, intake_kinds
from fours.intake.plan import Issue, RowResult
from fours.intake.reader import Sheet, UnreadableFile, read_sheet
from fours.kernel.actor import Actor
from fours.kernel.attachments import read_stored, store_bytes
from fours.kernel.bulk import insert_all
from fours.kernel.models import IntakeLoad, IntakeMapping, IntakeRow, Store
from fours.kernel.verbs import must_be, take, verb

MAX_UPLOAD = 20 * 1024 * 1024
SUFFIXES = (".xlsx", ".xls", ".ods", ".csv", ".txt")
State = IntakeLoad.State


def kind_named(name: str) -> IntakeKind:
    """The kind of import of that name; Refused when there is none."""
    kind = intake_kind(name)
    if kind is None:
        known = "、".join(kind.name for kind in intake_kinds())
        raise Refused(f"没有导入种类“{name}”，可用：{known}。", field="kind")
    return kind


def read_data(kind: IntakeKind, source: bytes, file_name: str, sheet_name: str = "") -> Sheet:
    """The table in a file, found by the columns of the kind; UnreadableFile without one."""
    return read_sheet(source, file_name, columns=kind.columns, sheet_name=sheet_name)


def _must_have_rows(sheet: Sheet) -> None:
    if not sheet.rows:
        raise Refused("表格只有表头，没有数据行。", field="file")


@verb("上传导入文件", None)
def receive_file(
    store: Store, *, kind: str, data: bytes, file_name: str, sheet: Sheet | None = None, actor: Actor
) -> IntakeLoad:
    """Keep a dealer's file as a new load. Refused beside `file` when it is over 20 MB or no table can be read from it.

    `sheet` is the file's table where the caller has just read it.
    """
    chosen = kind_named(kind)
    actor.require(chosen.permission, store.pk)
    if len(data) > MAX_UPLOAD:
        raise Refused("文件超过 20 MB，请分成几个文件。", field="file")
    try:
        sheet = sheet or read_data(chosen, data, file_name)
    except UnreadableFile as error:
        raise Refused(error.message, field="file") from error
    _must_have_rows(sheet)
    suffix = PurePath(file_name).suffix.lower()
    return IntakeLoad.objects.create(
        store=store,
        kind=kind,
        file_name=file_name[-150:],
        path=store_bytes(store.pk, data, suffix if suffix in SUFFIXES else ".bin"),
        sha256=hashlib.sha256(data).hexdigest(),
        sheet=sheet.name,
        created_by=actor.user,
    )


def open_file(load: IntakeLoad, sheet_name: str = "") -> Sheet:
    """The load's table read anew from the kept file; `sheet_name` looks at another sheet of it."""
    try:
        data = read_stored(load.path)
    except OSError as error:
        raise NotThere("导入文件已不在，请重新上传。") from error
    return read_data(kind_named(load.kind), data, load.file_name, sheet_name or load.sheet)


def match(store: Store, kind: IntakeKind, sheet: Sheet) -> Matching:
    """Which heading is which column, what people of the store decided before coming first."""
    rows = IntakeMapping.objects.filter(store=store, kind=kind.name)
    return match_columns(sheet.headings, kind.columns, dict(rows.values_list("heading", "column")))


def check_mapping(kind: IntakeKind, mapping: Mapping[str, int]) -> None:
    """Refuse a mapping that lacks a column without which no row could be taken."""
    if missing := missing_required(mapping, kind.columns):
        labels = "、".join(f"“{column.label}”" for column in missing)
        raise Refused(f"没有哪一列对应{labels}：缺了它一行也不能导入。")


@verb("对应列", None)
def map_columns(
    load: IntakeLoad,
    *,
    mapping: Mapping[str, int],
    sheet_name: str = "",
    remember: bool = True,
    sheet: Sheet | None = None,
    actor: Actor,
) -> IntakeLoad:
    """Settle which column of the file (index from 0) is what; `remember` it for the store's next file of the kind.

    `sheet` is the file's table where the caller has just read it.
    """
    kind = kind_named(load.kind)
    actor.require(kind.permission, load.store_id)
    load = take(load)
    check_not_begun(load)
    check_mapping(kind, mapping)
    sheet = sheet or open_file(load, sheet_name)
    _must_have_rows(sheet)
    load.mapping = dict(mapping)
    load.sheet = sheet.name
    load.state = State.MAPPED
    load.save(update_fields=["mapping", "sheet", "state"])
    if remember:
        _remember(load, sheet)
    return load


def check_not_begun(load: IntakeLoad) -> None:
    """Once rows of a load are in the business tables, its columns and its check are settled."""
    must_be(load, State.MAPPED, State.CHECKED, doing="修改")
    if "loaded" in load.result:
        raise Refused("这个文件已经开始导入，不能再修改；请继续导入，或重新上传。")


def _remember(load: IntakeLoad, sheet: Sheet) -> None:
    decided: dict[str, str] = {}
    columns = {index: name for name, index in load.mapping.items()}
    for index, heading in enumerate(sheet.headings):
        words = normal_heading("".join(heading.parts))
        if 0 < len(words) <= 100 and not decided.get(words):
            decided[words] = columns.get(index, "")
    rows = [
        IntakeMapping(store_id=load.store_id, kind=load.kind, heading=words, column=column)
        for words, column in decided.items()
    ]
    IntakeMapping.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["store", "kind", "heading"], update_fields=["column"]
    )


# ---- rows ----


def stage_rows(load: IntakeLoad, rows: Iterable[IntakeRow]) -> None:
    """Put these rows in the place of the load's rows."""
    IntakeRow.objects.filter(load=load).delete()
    left = iter(rows)
    while insert_all(islice(left, 1000)):
        pass


def staged(load: IntakeLoad, result: RowResult) -> IntakeRow:
    """A cleaned row as a row of staging."""
    return IntakeRow(
        store_id=load.store_id,
        load=load,
        number=result.number,
        values={name: _packed(value) for name, value in result.values.items()},
        errors=[issue_data(issue) for issue in result.errors],
        warnings=[issue_data(issue) for issue in result.warnings],
    )


def values_of(row: IntakeRow) -> dict[str, Any]:
    """The cleaned values again, dates and decimals as such."""
    return {name: _unpacked(value) for name, value in row.values.items()}


def issue_data(issue: Issue, *, late: bool = False) -> dict[str, object]:
    """An issue as it is staged; `late` ones come from loading and are found anew by each try."""
    # PostgreSQL's JSON takes no NUL, and an old xls may hold one.
    data: dict[str, object] = {"column": issue.column, "message": issue.message.replace("\0", "")}
    return {**data, "late": True} if late else data


def _packed(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _unpacked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return Decimal(value["decimal"]) if "decimal" in value else date.fromisoformat(value["date"])
