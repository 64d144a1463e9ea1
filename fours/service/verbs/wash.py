"""The wash after the final check (SV-11): its end completes the order."""

from collections.abc import Sequence

from django.utils import timezone

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.verbs import keep, move, must_be, take, verb

from ..checklists import WASH_ITEMS
from ..models import RepairOrder, Wash
from ..transitions import WASH_MOVES
from .inspection import complete, is_finally_checked


@verb("开始洗车", "service.wash", states=["waiting"], plain=True)
def start_wash(wash: Wash, *, actor: Actor, version: int | None = None) -> Wash:
    """The washer takes the car; advisor and foreman see it on the board."""
    wash = take(wash, version=version)
    move(wash, Wash.State.WASHING, WASH_MOVES)
    wash.washer, wash.started_at = actor.user, timezone.now()
    keep(wash, "state", "washer", "started_at")
    announce("service.wash_started", wash.order, actor=actor, sentence="开始洗车", data={"wash": wash.pk})
    return wash


@verb("洗车完成", "service.wash", states=["washing"])
def finish_wash(
    wash: Wash, *, items: Sequence[str], parking_place: str = "", actor: Actor, version: int | None = None
) -> RepairOrder:
    """The car is clean and unharmed and stands in the finished zone: the order is completed.

    `items` are all of `WASH_ITEMS`. Work the customer agreed to meanwhile keeps the order open for its own checks.
    """
    order = take(wash.order)
    wash = take(wash, version=version)
    must_be(wash, Wash.State.WASHING, doing="完成洗车")
    if missing := [name for name in WASH_ITEMS if name not in items]:
        raise Refused(f"还有未确认的项目：{'、'.join(missing)}。", field="items")
    move(wash, Wash.State.DONE, WASH_MOVES)
    wash.done_at, wash.items = timezone.now(), list(items)
    keep(wash, "state", "done_at", "items")
    order.parked_at = parking_place[:20]
    keep(order, "parked_at")
    place = f"，停放 {parking_place}" if parking_place else ""
    announce("service.wash_done", order, actor=actor, sentence=f"洗车完成{place}", data={"wash": wash.pk})
    return complete(order, actor=actor) if is_finally_checked(order) else order
