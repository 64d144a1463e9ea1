"""`fours import` (design of the outside interface): a whole file at once, without anybody to ask."""

from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import transaction

from fours.base.errors import Refused
from fours.intake.columns import Matching
from fours.intake.kinds import REJECTED, IntakeKind
from fours.intake.plan import Issue, dry_run
from fours.intake.reader import Sheet, UnreadableFile
from fours.intake.verbs.load import BATCH, OUTCOMES, check_load, load_rows, rehearse
from fours.intake.verbs.staging import (
    State,
    check_mapping,
    kind_named,
    map_columns,
    match,
    read_data,
    receive_file,
)
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import IntakeLoad, IntakeRow, Store


def run_import(
    kind: str,
    path: Path,
    store_code: str,
    dry_run: bool = False,
    *,
    batch_took: Callable[[float], object] = lambda seconds: None,
) -> dict[str, Any]:
    """Load the file, in transactions of at most 500 rows; `dry_run` says what would happen and keeps nothing.

    Answers read, created, updated, unchanged, rejected, and warnings and errors as {row, column, message}. Refused
    when kind, store or file cannot be used at all. Only columns that are certain, or remembered by the store, are taken.
    `batch_took` is told how many seconds each transaction of rows lasted, and so held its locks.
    """
    chosen = kind_named(kind)
    store = _store(store_code)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"打不开文件 {path.name}。") from error
    sheet = read_data(chosen, data, path.name)
    actor = Actor.system(store)
    if dry_run or not sheet.rows:
        return _rehearsed(chosen, sheet, store, actor)
    with transaction.atomic():
        open_scope([store.pk])
        matching = match(store, chosen, sheet)
        load = receive_file(store, kind=kind, data=data, file_name=path.name, sheet=sheet, actor=actor)
        # Nobody looked at the matches, so they are not kept as somebody's decisions.
        load = map_columns(load, mapping=matching.mapping(), sheet=sheet, remember=False, actor=actor)
        load = check_load(load, actor=actor, most_tried=0, sheet=sheet)
    while load.state != State.LOADED:
        begun = perf_counter()
        with transaction.atomic():
            open_scope([store.pk])
            load = load_rows(load, actor=actor, most=BATCH)
        batch_took(perf_counter() - begun)
    with transaction.atomic():
        open_scope([store.pk])
        return _answer(load, _unsure(sheet, matching))


def _store(code: str) -> Store:
    store = Store.objects.filter(code=code).first()
    if store is None:
        raise Refused(f"没有代码为“{code}”的门店。")
    return store


def _rehearsed(kind: IntakeKind, sheet: Sheet, store: Store, actor: Actor) -> dict[str, Any]:
    with transaction.atomic():
        open_scope([store.pk])
        matching = match(store, kind, sheet)
        check_mapping(kind, matching.mapping())
        results = dry_run(sheet, matching.mapping(), kind.columns)
        tried = rehearse(kind, results, store, actor)
    outcomes = [tried[row.number].outcome if row.number in tried else REJECTED for row in results]
    late = list(tried.values())
    return {
        "read": len(results),
        **{name: outcomes.count(name) for name in OUTCOMES},
        "warnings": _sorted(
            [
                *_unsure(sheet, matching),
                *(i for r in results for i in r.warnings),
                *(i for t in late for i in t.warnings),
            ]
        ),
        "errors": _sorted([*(i for r in results for i in r.errors), *(i for t in late for i in t.errors)]),
    }


def _answer(load: IntakeLoad, unsure: list[Issue]) -> dict[str, Any]:
    warnings, errors = list(unsure), []
    for row in IntakeRow.objects.filter(load=load).only("number", "warnings", "errors").iterator(2000):
        warnings += [Issue(row.number, said["column"], said["message"]) for said in row.warnings]
        errors += [Issue(row.number, said["column"], said["message"]) for said in row.errors]
    done = {name: load.result["loaded"][name] for name in ("read", *OUTCOMES)}
    return {**done, "warnings": _sorted(warnings), "errors": _sorted(errors)}


def _sorted(issues: Iterable[Issue]) -> list[dict[str, object]]:
    return [issue.as_dict() for issue in sorted(issues, key=lambda issue: issue.row)]


def _unsure(sheet: Sheet, matching: Matching) -> list[Issue]:
    """Columns that a person would be asked about, told at the row of the heading."""
    heading = next((row.number for row in sheet.skipped if row.reason == "heading"), 1)
    message = "不能确定这一列是什么，没有导入；请在导入页面对应一次"
    return [Issue(heading, found.heading, message) for found in matching.unsure]
