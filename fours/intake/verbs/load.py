"""Loading (导入): trying every row without keeping anything, then loading in batches, each a short transaction (PF-11)."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from fours.base.errors import Refused
from fours.intake.kinds import REJECTED, IntakeKind, Tried, for_rows
from fours.intake.plan import RowResult, dry_run
from fours.intake.reader import Sheet
from fours.intake.verbs.staging import (
    State,
    check_mapping,
    check_not_begun,
    issue_data,
    kind_named,
    open_file,
    stage_rows,
    staged,
    values_of,
)
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import IntakeLoad, IntakeRow, Store
from fours.kernel.queueing import enqueue
from fours.kernel.verbs import must_be, take, verb

# The worker's task, by its name in the queue.
LOAD = "intake.load"
BATCH = 500
# One request of the screen: about two seconds, so that the bar moves and nobody waits behind its locks.
SCREEN_BATCH = 100
# A screen's check tries this many rows in its one request (about 20 ms each); of more it only cleans.
MOST_TRIED = 2000
OUTCOMES = ("created", "updated", "unchanged", REJECTED)


def rehearse(kind: IntakeKind, rows: Iterable[RowResult], store: Store, actor: Actor) -> dict[int, Tried]:
    """What loading the clean rows would do, by row number; everything it did is undone."""
    with transaction.atomic():
        tried = kind.load_rows(store, [row for row in rows if row.ok], for_rows(actor))
        transaction.set_rollback(True)
    return tried


@verb("核对导入", None)
def check_load(
    load: IntakeLoad, *, actor: Actor, most_tried: int = MOST_TRIED, sheet: Sheet | None = None
) -> IntakeLoad:
    """Clean every row and, of a file of at most `most_tried` rows, try loading it; only staging is written.

    `result["checked"]` has the counts; of rows that were not tried only `read`, `rejected` and `warned` are known.
    `sheet` is the file's table where the caller has just read it.
    """
    kind = kind_named(load.kind)
    actor.require(kind.permission, load.store_id)
    load = take(load)
    check_not_begun(load)
    check_mapping(kind, load.mapping)
    results = dry_run(sheet or open_file(load), load.mapping, kind.columns)
    tried: dict[int, Tried] = {}
    if len(results) <= most_tried:
        tried = rehearse(kind, results, load.store, actor)
    rows = [staged(load, result) for result in results]
    for row in rows:
        row.outcome = REJECTED if row.errors else ""
        if row.number in tried:
            _note(row, tried[row.number])
    stage_rows(load, rows)
    load.state = State.CHECKED
    load.result = {"checked": counts(rows), "tried": len(results) <= most_tried}
    load.save(update_fields=["state", "result"])
    return load


@verb("后台导入", None)
def start_loading(load: IntakeLoad, *, actor: Actor) -> IntakeLoad:
    """Let the worker load the rest, batch by batch, until all is done or somebody stops it; `result["by"]` is who began.

    Asked again while it runs, nothing happens.
    """
    kind = kind_named(load.kind)
    actor.require(kind.permission, load.store_id)
    load = take(load)
    must_be(load, State.CHECKED, doing="导入")
    check_not_undoing(load)
    if load.result.get("running"):
        return load
    by = actor.user.pk if actor.user else None
    load.result = {**load.result, "running": True, "by": by, "stopped": ""}
    load.save(update_fields=["result"])
    # A load has one run at a time.
    enqueue(LOAD, lock=f"{LOAD}:{load.pk}", load_id=load.pk, store_id=load.store_id)
    return load


@verb("暂停导入", None)
def stop_loading(load: IntakeLoad, *, actor: Actor, why: str = "") -> IntakeLoad:
    """Stop after the batch under way; what is loaded stays, and `start_loading` goes on from there."""
    actor.require(kind_named(load.kind).permission, load.store_id)
    load = take(load)
    if load.result.get("running"):
        load.result = {**load.result, "running": False, "stopped": why}
        load.save(update_fields=["result"])
    return load


@verb("导入", None)
def load_rows(load: IntakeLoad, *, actor: Actor, most: int = SCREEN_BATCH) -> IntakeLoad:
    """Load the next rows, at most `most`; call it again until the state is LOADED. A wrong row never stops the others.

    `result["loaded"]` counts what was done so far, `result["upto"]` is the last row number done.
    """
    kind = kind_named(load.kind)
    actor.require(kind.permission, load.store_id)
    load = take(load)
    must_be(load, State.CHECKED, doing="导入")
    check_not_undoing(load)
    upto = load.result.get("upto", 0)
    waiting = IntakeRow.objects.filter(load=load, number__gt=upto).order_by("number")
    rows = list(waiting[: min(most, BATCH)])
    _load_staged(kind, rows, load.store, for_rows(actor).on_trail({"load": load.pk}))
    _keep_outcomes(rows)
    so_far = Counter(load.result.get("loaded", {}))
    so_far.update(counts(rows))
    load.result = {
        **load.result,
        "loaded": {name: so_far[name] for name in ("read", *OUTCOMES, "warned")},
        "upto": rows[-1].number if rows else upto,
        "traced": True,
    }
    if so_far["read"] >= load.result["checked"]["read"]:
        load.state = State.LOADED
        load.result["running"] = False
        announce("kernel.intake_loaded", load, actor=actor, sentence=_sentence(kind, load))
    load.save(update_fields=["state", "result"])
    return load


def _load_staged(kind: IntakeKind, rows: Sequence[IntakeRow], store: Store, actor: Actor) -> None:
    for row in rows:
        row.errors = [issue for issue in row.errors if not issue.get("late")]
        row.warnings = [issue for issue in row.warnings if not issue.get("late")]
    clean = [RowResult(row.number, values_of(row)) for row in rows if not row.errors]
    tried = kind.load_rows(store, clean, actor)
    for row in rows:
        if row.number in tried:
            _note(row, tried[row.number])
            row.effects = list(tried[row.number].effects)
        else:
            row.outcome = REJECTED


KEEP_OUTCOMES = """
update kernel_intakerow as kept
set outcome = told.outcome, errors = told.errors, warnings = told.warnings, effects = told.effects
from json_to_recordset(%s::json) as told (id bigint, outcome text, errors jsonb, warnings jsonb, effects jsonb)
where kept.id = told.id
"""


def _keep_outcomes(rows: Sequence[IntakeRow]) -> None:
    """What became of all the rows, in one statement."""
    told = [
        {
            "id": row.pk,
            "outcome": row.outcome,
            "errors": row.errors,
            "warnings": row.warnings,
            "effects": row.effects,
        }
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(KEEP_OUTCOMES, [json.dumps(told, ensure_ascii=False)])


def check_not_undoing(load: IntakeLoad) -> None:
    """Refuse to load more of what is being taken back."""
    if load.result.get("undoing"):
        raise Refused("这次导入正在撤销，不能再导入；请重新上传文件。")


def _note(row: IntakeRow, tried: Tried) -> None:
    row.outcome = tried.outcome
    row.errors += [issue_data(issue, late=True) for issue in tried.errors]
    row.warnings += [issue_data(issue, late=True) for issue in tried.warnings]


def counts(rows: Iterable[IntakeRow]) -> dict[str, int]:
    """How many rows were read, created, updated, unchanged, rejected; and how many have a warning."""
    listed = list(rows)
    outcomes = Counter(row.outcome for row in listed)
    named = {name: outcomes[name] for name in OUTCOMES}
    return {"read": len(listed), **named, "warned": sum(bool(row.warnings) for row in listed)}


def _sentence(kind: IntakeKind, load: IntakeLoad) -> str:
    done = load.result["loaded"]
    return (
        f"导入{kind.label}“{load.file_name}”：读取 {done['read']} 行，新增 {done['created']}，"
        f"更新 {done['updated']}，未变 {done['unchanged']}，拒绝 {done['rejected']}"
    )
