"""Parts in the search box and in the fields that choose one; the catalogue is the group's, the stock the store's."""

from collections.abc import Iterable

from django.db.models import F
from django.urls import reverse

from fours.desk.search import Hit, Source, register_source
from fours.kernel.actor import Actor
from fours.kernel.pickers import PICKER_LIMIT, Choice, register_picker

from .catalogue import parts_matching, visible_parts
from .errors import plain
from .models import Part
from .stock import UNKNOWN, availability


def stock_words(actor: Actor, parts: list[Part]) -> dict[int, str]:
    """What is free of each part in the actor's store, and where: 可用 4 个 · A-01-1-01."""
    found = availability(actor.must_store, [part.pk for part in parts])
    words = {}
    for part in parts:
        held = found.get(part.pk, UNKNOWN)
        place = f" · {held.bin_code}" if held.bin_code else ""
        words[part.pk] = f"可用 {plain(held.free)} {part.unit}{place}"
    return words


def describe(actor: Actor, ids: list[int]) -> dict[int, Hit]:
    parts = list(visible_parts(actor).filter(pk__in=ids))
    words = stock_words(actor, parts) if actor.store else {}
    return {
        part.pk: Hit(part.name, f"{part.number} · {words.get(part.pk, '')}", reverse("part", args=[part.pk]))
        for part in parts
    }


def matches(actor: Actor, text: str, limit: int) -> list[tuple[int, int]]:
    rows = parts_matching(visible_parts(actor).filter(active=True), text)
    return [(pk, rank) for pk, rank in rows.values_list("pk", F("rank"))[:limit]]


def pick_part(actor: Actor, typed: str) -> Iterable[Choice]:
    """Parts in use by number, name or pinyin, each with what is free of it."""
    rows = visible_parts(actor).filter(active=True)
    parts = list((parts_matching(rows, typed) if typed else rows.order_by("number"))[:PICKER_LIMIT])
    words = stock_words(actor, parts)
    return [Choice(part.pk, f"{part.number} {part.name}", words[part.pk]) for part in parts]


register_source(Source("part", "配件", "package", "parts.view", describe, order=60, matches=matches))
register_picker("parts", "parts.view", pick_part)
