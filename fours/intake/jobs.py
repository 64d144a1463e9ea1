"""The worker's share of an import: a begun load goes on by itself, whether anybody looks or not (PF-11)."""

from collections.abc import Callable

from django.db import transaction

from fours.base.errors import Refused
from fours.intake.verbs.load import LOAD, SCREEN_BATCH, load_rows, stop_loading
from fours.intake.verbs.undo import UNDO, UNDO_BATCH, undo_rows
from fours.kernel.actor import Actor, open_scope
from fours.kernel.jobs import WORKS
from fours.kernel.models import IntakeLoad, User

Step = Callable[[IntakeLoad, Actor], object]


def load_on(load_id: int, store_id: int) -> None:
    """Load batch by batch, each a short transaction, until all rows are done or somebody stopped it.

    Begun again after a crash it goes on where the last whole batch ended. With a fault the load stops and says so.
    """
    _go_on(load_id, store_id, _load_next, undoing=False)


def undo_on(load_id: int, store_id: int) -> None:
    """Take a load back batch by batch, as `load_on` loads it."""
    _go_on(load_id, store_id, _undo_next, undoing=True)


def _load_next(load: IntakeLoad, actor: Actor) -> object:
    return load_rows(load, most=SCREEN_BATCH, actor=actor)


def _undo_next(load: IntakeLoad, actor: Actor) -> object:
    return undo_rows(load, most=UNDO_BATCH, actor=actor)


def _go_on(load_id: int, store_id: int, step: Step, *, undoing: bool) -> None:
    try:
        while _next_batch(load_id, store_id, step, undoing=undoing):
            pass
    except Exception:
        with transaction.atomic():
            load = _load(load_id, store_id)
            doing = "撤销" if undoing else "导入"
            stop_loading(load, why=f"后台{doing}出错，请联系管理员", actor=Actor.system(load.store))
        raise


def _next_batch(load_id: int, store_id: int, step: Step = _load_next, *, undoing: bool = False) -> bool:
    """Do the next rows as the person who began; False when there is nothing more to do."""
    with transaction.atomic():
        load = _load(load_id, store_id)
        if not load.result.get("running") or bool(load.result.get("undoing")) != undoing:
            return False
        user = User.objects.filter(pk=load.result.get("by")).first()
        actor = Actor.of(user, load.store) if user else Actor.system(load.store)
        try:
            step(load, actor)
        except Refused as refusal:  # whoever began has lost the right meanwhile
            stop_loading(load, why=refusal.message, actor=Actor.system(load.store))
    return True


def _load(load_id: int, store_id: int) -> IntakeLoad:
    open_scope([store_id])
    return IntakeLoad.objects.select_related("store").get(pk=load_id)


WORKS[LOAD] = load_on
WORKS[UNDO] = undo_on
