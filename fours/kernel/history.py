"""The history of a document: who did what when, with old and new values (PF-13). Read from its events."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.db.models import QuerySet
from django.urls import reverse

from .actor import Actor
from .events import kind_of
from .models import Event, StoreScoped

SHOWN = 60
_VEILS: list[tuple[str, re.Pattern[str]]] = []


def veil(permission: str, words: str) -> None:
    """Let what matches `words` (a regular expression) in a sentence be read only with the permission."""
    _VEILS.append((permission, re.compile(words)))


@dataclass(frozen=True)
class HistoryLine:
    """One line of a document's life, in the shape the time line shows."""

    when: datetime
    who: str
    text: str
    changes: tuple[str, ...]
    tone: str = "neutral"
    icon: str = "point"

    @property
    def detail(self) -> str:
        return "；".join(self.changes)


def history_of(aggregate: StoreScoped, actor: Actor, limit: int = SHOWN) -> list[HistoryLine]:
    """The newest lines of a document's history, newest first."""
    return [line_of(event, actor) for event in events_of(aggregate, actor)[:limit]]


def events_of(aggregate: StoreScoped, actor: Actor) -> QuerySet[Event]:
    """All events of a document the actor may see, newest first."""
    rows = Event.objects.visible_to(actor).filter(
        aggregate_kind=kind_of(aggregate), aggregate_id=aggregate.pk
    )
    return rows.order_by("-pk")


def line_of(event: Event, actor: Actor | None = None) -> HistoryLine:
    """The event as a line, with what the actor may not read left out; without an actor, of what hides nothing."""
    sentence = event.sentence
    for permission, words in _VEILS:
        if actor is not None and not actor.can(permission, event.store_id):
            sentence = words.sub("…", sentence)
    changes = event.data.get("changes")
    pairs = changes.items() if isinstance(changes, dict) else ()
    return HistoryLine(
        event.at,
        event.actor_name,
        sentence,
        tuple(_change(_label(event.aggregate_kind, name), pair) for name, pair in pairs),
    )


def _label(kind: str, name: str) -> str:
    """What a field is called on screen; a name that is no field is said as it is."""
    fields = apps.get_model(kind)._meta.get_fields()
    return next((str(f.verbose_name) for f in fields if f.name == name and hasattr(f, "verbose_name")), name)


def _change(name: str, pair: object) -> str:
    old, new = pair if isinstance(pair, list | tuple) and len(pair) == 2 else ("", pair)
    return f"{name}：{_shown(old)} → {_shown(new)}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "空" if value in (None, "", []) else str(value)


def history_address(aggregate: StoreScoped) -> str:
    """The page with the whole history."""
    return reverse("history", args=[kind_of(aggregate), aggregate.pk])
