"""The worker's share of an import: a begun load goes on by itself, whether anybody looks or not (PF-11)."""

import logging

from django.db import transaction

from fours.base.errors import Refused
from fours.intake.verbs.load import LOAD, SCREEN_BATCH, load_rows, stop_loading
from fours.kernel.actor import Actor, open_scope
from fours.kernel.jobs import WORKS
from fours.kernel.models import IntakeLoad, User

log = logging.getLogger(__name__)


def load_on(load_id: int, store_id: int) -> None:
    """Load batch by batch, each a short transaction, until all rows are done or somebody stopped it.

    Begun again after a crash it goes on where the last whole batch ended. With a fault the load stops and says so.
    """
    try:
        while _next_batch(load_id, store_id):
            pass
    except Exception:
        with transaction.atomic():
            load = _load(load_id, store_id)
            stop_loading(load, why="后台导入出错，请联系管理员", actor=Actor.system(load.store))
        raise


def _next_batch(load_id: int, store_id: int) -> bool:
    """Load the next rows as the person who began; False when there is nothing more to do."""
    with transaction.atomic():
        load = _load(load_id, store_id)
        if load.state != IntakeLoad.State.CHECKED or not load.result.get("running"):
            return False
        user = User.objects.filter(pk=load.result.get("by")).first()
        actor = Actor.of(user, load.store) if user else Actor.system(load.store)
        try:
            load_rows(load, most=SCREEN_BATCH, actor=actor)
        except Refused as refusal:  # whoever began has lost the right meanwhile
            stop_loading(load, why=refusal.message, actor=Actor.system(load.store))
    return True


def _load(load_id: int, store_id: int) -> IntakeLoad:
    open_scope([store_id])
    return IntakeLoad.objects.select_related("store").get(pk=load_id)


WORKS[LOAD] = load_on
