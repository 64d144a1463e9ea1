"""One event per verb, in the verb's transaction; who listens is registered by name in the upper apps."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.db import connection, models
from django.utils import timezone
from psycopg.types.json import Jsonb

from .actor import Actor
from .bulk import insert_all
from .business_date import OPEN_DATE, business_date, open_date_values
from .models import Event, Store
from .queueing import enqueue

A = TypeVar("A", bound=models.Model)
Handler = Callable[[Event], None]
DELIVER = "fours.deliver_event"


@dataclass(frozen=True)
class Subscriber:
    """What is done on an event: `inline` in the same transaction, an error refuses the verb; else queued, at least once."""

    name: str
    kind: str
    handler: Handler
    inline: bool


SUBSCRIBERS: dict[str, list[Subscriber]] = {}


def subscribe(kind: str, *, inline: bool) -> Callable[[Handler], Handler]:
    """Register a function for an event kind. Its dotted name is its lasting name in the queue."""

    def register(handler: Handler) -> Handler:
        name = f"{handler.__module__}.{handler.__qualname__}"
        SUBSCRIBERS.setdefault(kind, []).append(Subscriber(name, kind, handler, inline))
        return handler

    return register


def kind_of(aggregate: models.Model) -> str:
    """The word an aggregate goes by in events, tasks, attachments and search: `service.repairorder`."""
    return aggregate._meta.label_lower


def announce(
    kind: str,
    aggregate: models.Model,
    *,
    actor: Actor,
    sentence: str,
    data: Mapping[str, object] | None = None,
    about: Iterable[models.Model] = (),
) -> Event:
    """Write the event, let inline subscribers work, queue the others. `data` must be plain JSON.

    `about`: what `data` names besides the aggregate, as it was just written: inline subscribers need not read it.
    """
    store = _store_of(aggregate, actor)
    if store is None:
        raise ValueError(f"{kind}: an event belongs to a store")
    event = _event(kind, aggregate, store, actor, sentence, data)
    event.live += tuple(about)
    _write(event)
    _follow([event], actor)
    _tell(event)
    return event


def announce_all(kind: str, said: Iterable[tuple[models.Model, str]], *, store: Store, actor: Actor) -> None:
    """One event for each (aggregate of the store, sentence), written together; every subscriber hears each of them."""
    day = business_date(store)
    events = [_event(kind, aggregate, store, actor, sentence) for aggregate, sentence in said]
    for event in events:
        event.business_date = day
    insert_all(events)
    _follow(events, actor)
    for event in events:
        _tell(event)


# As `save` would write it, with the open day found by the database.
INSERT_EVENT = f"""
insert into kernel_event (
    store_id, kind, aggregate_kind, aggregate_id, aggregate_version, actor_id, actor_name, at, sentence, data,
    business_date
) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, {OPEN_DATE}) returning id, business_date
"""  # noqa: S608 - only the constant is written in


def _write(event: Event) -> None:
    event.at = timezone.now()
    values: list[Any] = [
        event.store_id, event.kind, event.aggregate_kind, event.aggregate_id, event.aggregate_version,
        event.actor_id, event.actor_name, event.at, event.sentence, Jsonb(event.data),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(INSERT_EVENT, [*values, *open_date_values(event.store)])
        event.pk, event.business_date = cursor.fetchone()
    event._state.adding, event._state.db = False, connection.alias


def _event(
    kind: str,
    aggregate: models.Model,
    store: Store,
    actor: Actor,
    sentence: str,
    data: Mapping[str, object] | None = None,
) -> Event:
    event = Event(
        store=store,
        kind=kind,
        aggregate_kind=kind_of(aggregate),
        aggregate_id=aggregate.pk,
        aggregate_version=getattr(aggregate, "version", 0),
        actor=actor.user,
        actor_name=actor.name,
        sentence=f"{actor.trail.said if actor.trail else ''}{sentence}"[:400],
        data={**(data or {}), **(actor.trail.mark if actor.trail else {})},
    )
    event.live = (aggregate,)
    return event


def aggregate_of(event: Event, model: type[A], *related: str, pk: int | None = None) -> A:
    """What the event is about. Inline it is the verb's own object, as it was just written; else read with `related`.

    `pk` names something else its data speak of.
    """
    wanted = event.aggregate_id if pk is None else pk
    for live in event.live:
        if isinstance(live, model) and live.pk == wanted:
            return live
    rows = cast(Any, model)._default_manager.select_related(*related)
    return cast(A, rows.get(store_id=event.store_id, pk=wanted))


def _follow(events: Iterable[Event], actor: Actor) -> None:
    if actor.trail is not None:
        actor.trail.events.extend(events)


def _tell(event: Event) -> None:
    for subscriber in SUBSCRIBERS.get(event.kind, ()):
        if subscriber.inline:
            subscriber.handler(event)
        else:
            enqueue(DELIVER, event_id=event.pk, store_id=event.store_id, subscriber=subscriber.name)


def _store_of(aggregate: models.Model, actor: Actor) -> Store | None:
    """The aggregate's store, the actor's own object of it where that is the same; a shared row's is the actor's."""
    if actor.store is not None and getattr(aggregate, "store_id", actor.store.pk) == actor.store.pk:
        return actor.store
    return getattr(aggregate, "store", None) or actor.store
