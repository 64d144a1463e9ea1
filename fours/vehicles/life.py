"""The whole life of a car as one time line (车历卡): upper apps add their visits, calls, letters, policies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import CharField, Expression, F, Q, QuerySet, Value
from django.db.models.functions import JSONObject
from django.utils import timezone

from fours.kernel.actor import Actor
from fours.kernel.history import events_of, line_of
from fours.kernel.models import Event

from .models import MileageReading, Vehicle

SHOWN = 100


@dataclass(frozen=True)
class LifeEntry:
    """One thing that happened with the car, in the shape the time line shows."""

    when: datetime
    text: str
    url: str = ""
    detail: str = ""
    who: str = ""
    icon: str = "point"
    tone: str = "neutral"


Facts = Mapping[str, Any]


@dataclass(frozen=True)
class LifeSource:
    """A kind of entry and who may see it: its rows of a car, and how one row is told.

    `rows(vehicle, actor)` are those the actor may see, in any order; `at` is the field or expression that dates one.
    `facts` names what `entry(when, facts)` needs of a row, read as JSON: times and dates come as ISO text.
    """

    kind: str
    label: str
    permission: str
    rows: Callable[[Vehicle, Actor], QuerySet[Any]]
    at: str | Expression
    facts: Mapping[str, str]
    entry: Callable[[datetime, Facts], LifeEntry]


LIFE: dict[str, LifeSource] = {}


def register_life(source: LifeSource) -> None:
    """Let a kind of entry appear in the lives of cars; a kind has one source."""
    if source.kind in LIFE:
        raise ValueError(f"two sources of a car's life are called {source.kind}")
    LIFE[source.kind] = source


def kinds_for(vehicle: Vehicle, actor: Actor) -> Sequence[LifeSource]:
    """The kinds the actor may see, in the order they were registered."""
    return [source for source in LIFE.values() if actor.can(source.permission, vehicle.store_id)]


def life_of(vehicle: Vehicle, actor: Actor, kind: str = "") -> list[LifeEntry]:
    """The newest entries of all kinds, or of one, newest first; one query however many kinds there are."""
    newest = [
        _newest(source, vehicle, actor) for source in kinds_for(vehicle, actor) if kind in ("", source.kind)
    ]
    if not newest:
        return []
    rows = newest[0].union(*newest[1:], all=True) if newest[1:] else newest[0]
    entries = [LIFE[name].entry(when, facts) for name, when, facts in rows]
    return sorted(entries, key=lambda entry: entry.when, reverse=True)[:SHOWN]


def _newest(source: LifeSource, vehicle: Vehicle, actor: Actor) -> QuerySet[Any, Any]:
    """Kind, time and facts of the newest rows of one source."""
    at = F(source.at) if isinstance(source.at, str) else source.at
    rows = source.rows(vehicle, actor).annotate(
        life_kind=Value(source.kind, output_field=CharField()),
        life_at=at,
        life_facts=JSONObject(**source.facts),
    )
    newest: QuerySet[Any, Any] = rows.order_by("-life_at").values_list("life_kind", "life_at", "life_facts")
    return newest[:SHOWN]


def of_file(vehicle: Vehicle) -> Q:
    """Rows of the car and of files merged into it, for what is never changed and so stayed with those."""
    return Q(vehicle=vehicle) | Q(vehicle__merged_into=vehicle)


def _changes_of_file(vehicle: Vehicle, actor: Actor) -> QuerySet[Event]:
    return events_of(vehicle, actor).exclude(kind="vehicles.mileage_recorded")


def _change(when: datetime, facts: Facts) -> LifeEntry:
    line = line_of(Event(at=when, **facts))
    return LifeEntry(line.when, line.text, detail=line.detail, who=line.who, icon="file-text")


def _readings(vehicle: Vehicle, actor: Actor) -> QuerySet[MileageReading]:
    return MileageReading.objects.visible_to(actor).filter(of_file(vehicle), MileageReading.VALID)


def _reading(recorded: datetime, facts: Facts) -> LifeEntry:
    return LifeEntry(
        _read_at(recorded, date.fromisoformat(facts["read_on"])),
        f"{facts['kilometers']:,} km · {facts['source']}",
        icon="gauge",
        detail="更换仪表" if facts["instrument_replaced"] else "",
    )


def _read_at(recorded: datetime, read_on: date) -> datetime:
    """When it was read: the moment it was recorded, or the day it was read on if that was another."""
    recorded = timezone.localtime(recorded)
    if recorded.date() == read_on:
        return recorded
    return datetime.combine(read_on, time(), recorded.tzinfo)


register_life(
    LifeSource(
        "file",
        "档案",
        "vehicles.view",
        _changes_of_file,
        "at",
        {name: name for name in ("aggregate_kind", "actor_name", "sentence", "data")},
        _change,
    )
)
register_life(
    LifeSource(
        "mileage",
        "里程",
        "vehicles.view",
        _readings,
        "at",
        {name: name for name in ("kilometers", "source", "read_on", "instrument_replaced")},
        _reading,
    )
)
