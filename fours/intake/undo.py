"""How what an import did is taken back: each kind of event it leaves says how, in the app it belongs to (PF-11)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.apps import apps

from fours.base.errors import Refused
from fours.intake.verbs.staging import values_of
from fours.kernel.actor import Actor
from fours.kernel.models import Event, IntakeRow

TakeBack = Callable[[Event, Mapping[str, Any], Actor], None]
"""Takes back what an event tells of; gets the row's values too. Refused, in a word why, where that cannot be."""
_TAKES_BACK: dict[str, TakeBack] = {}


def takes_back(kind: str) -> Callable[[TakeBack], TakeBack]:
    """Register how an event of an import is taken back; a second way for one kind is a mistake in the program."""

    def register(function: TakeBack) -> TakeBack:
        if kind in _TAKES_BACK:
            raise ValueError(f"{kind} is taken back in two ways")
        _TAKES_BACK[kind] = function
        return function

    return register


def take_back(row: IntakeRow, *, actor: Actor) -> None:
    """Take back all a row did, the last first; raises Refused when anything of it was used since."""
    values = values_of(row)
    for event in Event.objects.filter(store=row.store_id, pk__in=row.effects).order_by("-pk"):
        _check_last(event, row.load_id)
        if event.kind not in _TAKES_BACK:
            raise Refused(f"“{event.sentence}”不能撤销")
        _TAKES_BACK[event.kind](event, values, actor)


def _lock(event: Event) -> None:
    model: Any = apps.get_model(event.aggregate_kind)
    list(model._base_manager.select_for_update().filter(pk=event.aggregate_id).values_list("pk"))


def _check_last(event: Event, load_id: int) -> None:
    """Refuse when somebody did something to the same thing since, but for this load and its taking back.

    The thing is locked first: who is at it now comes before, and is seen, or after, and finds it taken back.
    """
    _lock(event)
    later = Event.objects.filter(
        store=event.store_id,
        aggregate_kind=event.aggregate_kind,
        aggregate_id=event.aggregate_id,
        pk__gt=event.pk,
    )
    since = next((one for one in later.order_by("pk") if one.data.get("load") != load_id), None)
    if since is not None:
        raise Refused(f"之后有变动：{since.sentence}（{since.business_date}，{since.actor_name}）")
