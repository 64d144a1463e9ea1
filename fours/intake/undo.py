"""How what an import did is taken back: each kind of event it leaves says how, in the app it belongs to (PF-11)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from django.apps import apps
from django.db import connection, models

from fours.base.errors import Refused
from fours.intake.verbs.staging import values_of
from fours.kernel.actor import Actor, open_scope
from fours.kernel.events import kind_of
from fours.kernel.models import Event, IntakeRow, Store

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


def _check_last(event: Event, load_id: int) -> None:
    """Refuse when somebody did something to the same thing since, but for this load and its taking back.

    The thing is locked first: who is at it now comes before, and is seen, or after, and finds it taken back.
    """
    model: Any = apps.get_model(event.aggregate_kind)
    list(model._base_manager.select_for_update().filter(pk=event.aggregate_id).values_list("pk"))
    later = Event.objects.filter(
        store=event.store_id,
        aggregate_kind=event.aggregate_kind,
        aggregate_id=event.aggregate_id,
        pk__gt=event.pk,
    )
    since = next((one for one in later.order_by("pk") if one.data.get("load") != load_id), None)
    if since is not None:
        raise Refused(f"之后有变动：{since.sentence}（{since.business_date}，{since.actor_name}）")


def put_back(row: models.Model, event: Event) -> dict[str, list[str]]:
    """Set what the event changed as it was before; the changes that makes, for the history. The caller saves the row.

    Refused where another store of the group, whose history this one does not read, changed it since.
    """
    changes: dict[str, list[str]] = event.data["changes"]
    for name, (before, after) in changes.items():
        if getattr(row, name) != value_of(row, name, after):
            raise Refused(f"{row._meta.verbose_name}资料之后有变动")
        setattr(row, name, value_of(row, name, before))
    return {name: [after, before] for name, (before, after) in changes.items()}


def value_of(row: models.Model, name: str, written: str) -> object:
    """A field's value, read from how the history writes it."""
    field = cast(Any, type(row)._meta.get_field(name))
    return None if written == "None" and field.null else field.to_python(written)


def last_of(row: models.Model, store: Store) -> str | None:
    """The kind of what a store of the group did last to a row they share."""
    with whole_group(store):
        rows = Event.objects.filter(aggregate_kind=kind_of(row), aggregate_id=row.pk)
        return rows.order_by("-pk").values_list("kind", flat=True).first()


@contextmanager
def whole_group(store: Store) -> Iterator[None]:
    """What stands inside sees the rows of all stores of the group, to learn whether one of them uses something."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('fours.stores', true)")
        before = [int(pk) for pk in cursor.fetchone()[0].split(",")]
    open_scope(Store.objects.filter(group=store.group_id).values_list("pk", flat=True))
    try:
        yield
    finally:
        open_scope(before)
