"""Taking a load back (撤销导入): row by row, the last first; what was used since stays and says why (PF-11)."""

from collections.abc import Sequence
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet

from fours.base.errors import IllegalMove, Refused
from fours.intake.kinds import IntakeKind, for_rows
from fours.intake.undo import take_back
from fours.intake.verbs.load import LOAD
from fours.intake.verbs.staging import State, kind_named
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import IntakeLoad, IntakeRow
from fours.kernel.queueing import enqueue
from fours.kernel.verbs import take, verb

# The worker's task, by its name in the queue.
UNDO = "intake.undo"
# A row takes some 30 ms, so nobody waits behind a batch for a second.
UNDO_BATCH = 20
UNDONE = "undone"


def rows_to_undo(load: IntakeLoad) -> QuerySet[IntakeRow]:
    """The rows that did something which was not taken back yet."""
    return IntakeRow.objects.filter(load=load).exclude(effects=[]).exclude(outcome=UNDONE)


def check_can_undo(load: IntakeLoad) -> None:
    """Refuse a load that did nothing yet, is under way, or was made before each row's effects were kept."""
    if "loaded" not in load.result:
        raise IllegalMove(f"{load} 还没有写入任何档案，不需要撤销。")
    if load.result.get("running") and not load.result.get("undoing"):
        raise IllegalMove(f"{load} 正在导入，请先暂停。")
    if not load.result.get("traced"):
        raise Refused("这次导入是在升级前做的，没有逐行记下做了什么，不能撤销。")


@verb(
    "撤销导入",
    None,
    confirm="这次导入新建的档案将作废，补填的内容恢复原样。之后有人修改或使用过的行会保留，并列出原因。",
)
def start_undoing(load: IntakeLoad, *, actor: Actor) -> IntakeLoad:
    """Let the worker take the load back, the last row first, until all is done or somebody stops it.

    Rows whose files were changed or used since stay. Asked again while it runs, or when nothing is left, nothing
    happens; rows that stayed are tried again.
    """
    actor.require(kind_named(load.kind).permission, load.store_id)
    load = take(load)
    check_can_undo(load)
    if load.result.get("running") or (load.state == State.UNDONE and not rows_to_undo(load).exists()):
        return load
    undo = load.result.get("undo") if load.result.get("undoing") else None
    load.result = {
        **load.result,
        "undoing": True,
        "running": True,
        "stopped": "",
        "by": actor.user.pk if actor.user else None,
        "undo": undo or {"rows": rows_to_undo(load).count(), "undone": 0, "kept": 0},
    }
    load.save(update_fields=["result"])
    # The lock of loading: the two never run at once.
    enqueue(UNDO, lock=f"{LOAD}:{load.pk}", load_id=load.pk, store_id=load.store_id)
    return load


@verb("撤销导入的行", None)
def undo_rows(load: IntakeLoad, *, actor: Actor, most: int = UNDO_BATCH) -> IntakeLoad:
    """Take the next rows back, at most `most`; call it again until `result["undoing"]` is gone.

    Each row is taken back wholly or stays wholly; `result["undo"]` counts rows, undone and kept.
    """
    kind = kind_named(load.kind)
    actor.require(kind.permission, load.store_id)
    load = take(load)
    if not load.result.get("undoing"):
        return load
    undo: dict[str, Any] = dict(load.result["undo"])
    waiting = rows_to_undo(load).order_by("-number")
    if "from" in undo:
        waiting = waiting.filter(number__lt=undo["from"])
    rows = list(waiting[:most])
    kept = _undo_each(rows, for_rows(actor).on_trail({"load": load.pk}, "导入撤销："))
    undo |= {"undone": undo["undone"] + len(rows) - kept, "kept": undo["kept"] + kept}
    if rows:
        undo["from"] = rows[-1].number
    load.result = {**load.result, "undo": undo}
    if len(rows) < most:
        _finish(kind, load, actor)
    load.save(update_fields=["state", "result"])
    return load


def _undo_each(rows: Sequence[IntakeRow], actor: Actor) -> int:
    """Take back each row that can be; how many stay."""
    for row in rows:
        try:
            with transaction.atomic():
                take_back(row, actor=actor)
        except Refused as refusal:
            row.kept = refusal.message[:200]
        except (DataError, IntegrityError):
            row.kept = "与现有数据冲突，没有撤销"
        else:
            row.kept, row.outcome = "", UNDONE
    IntakeRow.objects.bulk_update(rows, ["kept", "outcome"])
    return sum(bool(row.kept) for row in rows)


def _finish(kind: IntakeKind, load: IntakeLoad, actor: Actor) -> None:
    load.state = State.UNDONE
    undo = load.result["undo"]
    left = {name: value for name, value in load.result.items() if name != "undoing"}
    load.result = {**left, "running": False, "undo": {k: v for k, v in undo.items() if k != "from"}}
    sentence = f"撤销导入{kind.label}“{load.file_name}”：撤销 {undo['undone']} 行，保留 {undo['kept']} 行"
    announce("kernel.intake_undone", load, actor=actor, sentence=sentence)
