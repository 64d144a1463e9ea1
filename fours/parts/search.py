"""Parts in the search box and in the fields that choose one; the catalogue is the group's, the stock the store's."""

from collections.abc import Iterable

from django.db import connection
from django.urls import reverse

from fours.base.text import clean
from fours.desk.search import Hit, Source, register_source
from fours.kernel.actor import Actor
from fours.kernel.pickers import PICKER_LIMIT, Choice, register_picker

from .catalogue import RANK, parts_matching, visible_parts
from .errors import plain
from .models import Part
from .models.part import bare
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


# `parts_matching` for the box, written out: it is asked at every typed letter.
MATCHES = f"""
select id, {RANK} as rank from parts_part
where active and strpos(search_text, %s) > 0
    and group_id in (select group_id from kernel_store where id = any(%s))
order by rank, number limit %s
"""  # noqa: S608 - made of constants; the text goes as a value


def matches(actor: Actor, text: str, limit: int) -> list[tuple[int, int]]:
    wanted, stores = bare(clean(text)), list(actor.stores_with(Part.view_permission))
    if not wanted or not stores:
        return []
    with connection.cursor() as cursor:
        cursor.execute(MATCHES, [wanted, f"|{wanted}", wanted, stores, limit])
        found: list[tuple[int, int]] = cursor.fetchall()
    return found


def pick_part(actor: Actor, typed: str) -> Iterable[Choice]:
    """Parts in use by number, name or pinyin, each with what is free of it."""
    rows = visible_parts(actor).filter(active=True)
    parts = list((parts_matching(rows, typed) if typed else rows.order_by("number"))[:PICKER_LIMIT])
    words = stock_words(actor, parts)
    return [Choice(part.pk, f"{part.number} {part.name}", words[part.pk]) for part in parts]


register_source(Source("part", "配件", "package", "parts.view", describe, order=60, matches=matches))
register_picker("parts", "parts.view", pick_part)
