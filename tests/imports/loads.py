"""Loads of rows that need no file, and taking them back."""

from collections.abc import Mapping, Sequence
from typing import Any

from fours.intake.plan import RowResult
from fours.intake.verbs.load import load_rows
from fours.intake.verbs.staging import stage_rows, staged
from fours.intake.verbs.undo import start_undoing, undo_rows
from fours.kernel.actor import Actor
from fours.kernel.models import IntakeLoad, IntakeRow, Store


def load_of(store: Store, rows: Sequence[Mapping[str, Any]], kind: str = "customers") -> IntakeLoad:
    """The rows, loaded as a file of theirs; row numbers begin with 2."""
    result = {"checked": {"read": len(rows)}}
    load = IntakeLoad.objects.create(
        store=store,
        kind=kind,
        file_name="客户.xlsx",
        path="x",
        sha256="",
        state="checked",
        result=result,
    )
    given = [{name: value for name, value in row.items() if value is not None} for row in rows]
    stage_rows(load, [staged(load, RowResult(n, values)) for n, values in enumerate(given, start=2)])
    while load.state != IntakeLoad.State.LOADED:
        load = load_rows(load, actor=Actor.system(store))
    return load


def undo(load: IntakeLoad, most: int = 3) -> IntakeLoad:
    """Taken back, a few rows at a time."""
    load = start_undoing(load, actor=Actor.system(load.store))
    while load.result.get("undoing"):
        load = undo_rows(load, actor=Actor.system(load.store), most=most)
    return load


def kept(load: IntakeLoad) -> dict[int, str]:
    rows = IntakeRow.objects.filter(load=load).exclude(kept="")
    return dict(rows.values_list("number", "kept"))
