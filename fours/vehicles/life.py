"""The whole life of a car as one time line (车历卡): upper apps add their visits, calls, letters, policies."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Q
from django.utils import timezone

from fours.kernel.actor import Actor
from fours.kernel.history import events_of, line_of

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


Entries = Callable[[Vehicle, Actor, int], Iterable[LifeEntry]]


@dataclass(frozen=True)
class LifeSource:
    """A kind of entry, who may see it, and the newest of a car: `entries(vehicle, actor, limit)`."""

    kind: str
    label: str
    permission: str
    entries: Entries


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
    """The newest entries of all kinds, or of one, newest first."""
    sources = [source for source in kinds_for(vehicle, actor) if kind in ("", source.kind)]
    entries = [entry for source in sources for entry in source.entries(vehicle, actor, SHOWN)]
    return sorted(entries, key=lambda entry: entry.when, reverse=True)[:SHOWN]


def of_file(vehicle: Vehicle) -> Q:
    """Rows of the car and of files merged into it, for what is never changed and so stayed with those."""
    return Q(vehicle=vehicle) | Q(vehicle__merged_into=vehicle)


def _changes_of_file(vehicle: Vehicle, actor: Actor, limit: int) -> list[LifeEntry]:
    events = events_of(vehicle, actor).exclude(kind="vehicles.mileage_recorded")[:limit]
    lines = [line_of(event) for event in events]
    return [
        LifeEntry(line.when, line.text, detail=line.detail, who=line.who, icon="file-text") for line in lines
    ]


def _readings(vehicle: Vehicle, actor: Actor, limit: int) -> list[LifeEntry]:
    rows = MileageReading.objects.visible_to(actor).filter(of_file(vehicle)).order_by("-pk")
    return [
        LifeEntry(_read_at(row), f"{row.kilometers:,} km · {row.source}", icon="gauge", detail=_about(row))
        for row in rows[:limit]
    ]


def _read_at(row: MileageReading) -> datetime:
    """When it was read: the moment it was recorded, or the day it was read on if that was another."""
    recorded = timezone.localtime(row.at)
    if recorded.date() == row.read_on:
        return recorded
    return datetime.combine(row.read_on, time(), recorded.tzinfo)


def _about(row: MileageReading) -> str:
    return "更换仪表" if row.instrument_replaced else ""


register_life(LifeSource("file", "档案", "vehicles.view", _changes_of_file))
register_life(LifeSource("mileage", "里程", "vehicles.view", _readings))
