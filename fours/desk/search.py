"""Find anything from one box (PF-05): keys written with the thing, looked up by their beginning.

The lookup uses `>=` and `<` on a column in C collation only: under row-level security other operators of text
would not use the index. What a key leads to is read again through the actor's rights, so an old key shows nothing.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.db import connection, models

from fours.base.text import half_width, initials, pinyin, suffixes
from fours.kernel.actor import Actor
from fours.kernel.models import SearchKey
from fours.kernel.personal import sees_personal

from .limits import count_try

Key = tuple[str, int]

KEY_LENGTH = 80
# Candidates are read in key order, so whole matches come first; a beginning this common needs more typing anyway.
CANDIDATES = 300
# A phone (landlines also without area code) or an identity number, as keys are written.
_NUMBER_OF_A_PERSON = re.compile(r"\d{7,17}|\d{17}[\dx]")
_LAST_CODE_POINT = "\U0010ffff"
# A list that looks for several kinds of things at once counts each.
TRIES_BY_NUMBER = 120


@dataclass(frozen=True)
class Hit:
    """One thing found. Sources fill the first four; kind, id and icon are set by `search`."""

    title: str
    subtitle: str
    url: str
    chip: tuple[str, str] | None = None
    kind: str = ""
    id: int = 0
    icon: str = ""


Describe = Callable[[Actor, list[int]], dict[int, Hit]]
Matches = Callable[[Actor, str, int], list[tuple[int, int]]]


@dataclass(frozen=True)
class Source:
    """A kind of thing that can be found, and who may find it.

    `describe` reads the ids through `visible_to(actor)` and leaves out what the actor may not see. `order` breaks
    ties between kinds, cars first. A kind that a group shares has no keys of a store: its `matches` gives
    (id, rank) for the normalised text by itself. Things `about_people` have people's numbers among their keys.
    """

    kind: str
    label: str
    icon: str
    permission: str
    describe: Describe
    order: int = 50
    matches: Matches | None = None
    about_people: bool = False


SOURCES: dict[str, Source] = {}
_CREATIONS: list[tuple[str, Callable[[str], str | None]]] = []


def register_source(source: Source) -> None:
    """Let things of a kind be found; a kind has one source."""
    if source.kind in SOURCES:
        raise ValueError(f"two search sources are called {source.kind}")
    SOURCES[source.kind] = source


def register_creation(permission: str, address: Callable[[str], str | None]) -> None:
    """Offer to make what was not found: `address` gives the form's address for the typed text, or None."""
    _CREATIONS.append((permission, address))


def creation_address(actor: Actor, text: str) -> str | None:
    """The first offered form that fits the text and the actor's rights."""
    addresses = (address(text) for permission, address in _CREATIONS if actor.can(permission))
    return next(filter(None, addresses), None)


def normal(text: str) -> str:
    """The text as keys are written: half width, small letters, nothing but letters, digits and characters."""
    plain = half_width(unicodedata.normalize("NFC", text)).lower()
    return plain if plain.isalnum() else "".join(char for char in plain if char.isalnum())


def plate_keys(plate: str) -> list[Key]:
    """A plate: whole, and every ending from three characters."""
    return [(key, 1 + place) for place, key in enumerate(suffixes(normal(plate), 3))]


def phone_keys(phone: str) -> list[Key]:
    """A phone: whole without +86, a landline also without its area code, and the last four digits."""
    digits = _without_country(normal(phone))
    if not digits:
        return []
    keys = [(digits, 1), (digits[-4:], 4)]
    if digits.startswith("0") and len(digits) >= 10:
        area = 3 if re.match(r"0(10|2\d)", digits) else 4
        keys.append((digits[area:], 2))
    return keys


def vin_keys(vin: str) -> list[Key]:
    """A VIN: whole, last eight, last six."""
    text = normal(vin)
    return [(text, 1), (text[-8:], 2), (text[-6:], 3)] if text else []


def name_keys(name: str, *, person: bool = False) -> list[Key]:
    """A name: whole, its endings from two characters, its pinyin and initials (a person's surname read as one)."""
    return list(_name_keys(name, person))


# The owner's name is among the keys of the customer and of each car.
@lru_cache(maxsize=2000)
def _name_keys(name: str, person: bool) -> tuple[Key, ...]:
    text = normal(name)
    keys = [(key, 2 if key == text else 4) for key in suffixes(text, 2)]
    for reading in {person, False}:
        keys += [(normal(pinyin(name, person=reading)), 4), (normal(initials(name, person=reading)), 4)]
    return tuple(keys)


def number_keys(number: str) -> list[Key]:
    """A document number: whole, and what stands after each separator (`0001`, `2611220001`)."""
    parts = [part for part in re.split(r"[^0-9a-z\u4e00-\u9fff]+", half_width(number).lower()) if part]
    tails = ["".join(parts[start:]) for start in range(len(parts))]
    return [
        (tail, 1 if place == 0 else 5) for place, tail in enumerate(tails) if place == 0 or len(tail) >= 3
    ]


def write_keys(entity: models.Model, kind: str, keys: Iterable[Key]) -> None:
    """Make these the thing's only keys; called by the verb that makes or changes it. A smaller rank is better."""
    best = _best(keys)
    present = _keys_of(entity, kind)
    known = {(row.key, row.rank): row.pk for row in present}
    surplus = [pk for key, pk in known.items() if best.get(key[0]) != key[1]]
    if surplus:
        present.filter(pk__in=surplus).delete()
    SearchKey.objects.bulk_create(_rows(entity, kind, (pair for pair in best.items() if pair not in known)))


# Keys are most of what an import writes; a row object for each would take longer than all the rest.
INSERT_KEYS = """
insert into kernel_searchkey (store_id, kind, target_id, key, rank)
select %s, %s, (row ->> 0)::bigint, row ->> 1, (row ->> 2)::smallint from json_array_elements(%s::json) as row
"""


def write_first_keys(store_id: int, kind: str, things: Iterable[tuple[models.Model, Iterable[Key]]]) -> None:
    """Let things of a store that were just made be found, all in one statement."""
    rows = [(entity.pk, key, rank) for entity, keys in things for key, rank in _best(keys).items()]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(INSERT_KEYS, [store_id, kind, json.dumps(rows, ensure_ascii=False)])


def _best(keys: Iterable[Key]) -> dict[str, int]:
    best: dict[str, int] = {}
    for key, rank in keys:
        key = key[:KEY_LENGTH]
        if key:
            best[key] = min(rank, best.get(key, rank))
    return best


def _rows(entity: models.Model, kind: str, keys: Iterable[Key]) -> Iterator[SearchKey]:
    store_id: int = entity.store_id  # type: ignore[attr-defined]
    for key, rank in keys:
        yield SearchKey(store_id=store_id, key=key, kind=kind, target_id=entity.pk, rank=rank)


def remove_keys(entity: models.Model, kind: str) -> None:
    """Let the thing no longer be found, as after a merge."""
    _keys_of(entity, kind).delete()


def matching_ids(actor: Actor, kind: str, text: str, limit: int = CANDIDATES) -> list[int]:
    """The ids of one kind in the actor's stores whose keys begin with the text, best first: for searched lists."""
    wanted = normal(text)
    found = _candidates(actor.store_ids, [kind], wanted, limit, whole=_whole_only(actor, wanted))
    return [target for _, target in sorted(found, key=found.__getitem__)]


def search(actor: Actor, text: str, limit: int = 20) -> list[Hit]:
    """What the actor may see and whose keys begin with the text: whole matches first, then by rank, cars first."""
    wanted = _asked(text)
    sources = {kind: source for kind, source in SOURCES.items() if actor.stores_with(source.permission)}
    if not wanted or not sources:
        return []
    whole = _whole_only(actor, wanted)
    found = _candidates(actor.store_ids, list(sources), wanted, CANDIDATES, whole=whole)
    for kind, source in sources.items():
        if source.matches is not None:
            found |= {(kind, pk): (1, rank, 0) for pk, rank in source.matches(actor, wanted, limit)}
    ranked = sorted(found, key=lambda at: (*found[at][:2], sources[at[0]].order, found[at][2], -at[1]))
    return _described(actor, sources, ranked, limit)


def _asked(text: str) -> str:
    """The normalised text, or nothing when it is too short to mean anything (a single Latin letter or digit)."""
    wanted = _without_country(normal(text[:KEY_LENGTH]))
    return "" if len(wanted) < 2 and wanted.isascii() else wanted


def _without_country(digits: str) -> str:
    return digits[2:] if re.fullmatch(r"861\d{10}", digits) else digits


def _keys_of(entity: models.Model, kind: str) -> models.QuerySet[SearchKey]:
    store_id: int = entity.store_id  # type: ignore[attr-defined]
    return SearchKey.objects.filter(store_id=store_id, kind=kind, target_id=entity.pk)


def _whole_only(actor: Actor, wanted: str) -> bool:
    """Whether the actor finds people's numbers only when they are typed whole, and a limited number of times (PF-13)."""
    if sees_personal(actor):
        return False
    if _NUMBER_OF_A_PERSON.fullmatch(wanted):
        count_try(actor, "search_by_number", per_hour=TRIES_BY_NUMBER)
    return True


# In the order of the index of each store, so that a common beginning costs no more than a rare one.
KEYS_THAT_BEGIN = """
select found.* from unnest(%(stores)s::bigint[]) as store(id), lateral (
    select key, kind, target_id, rank from kernel_searchkey
    where store_id = store.id and key >= %(first)s and key < %(beyond)s and kind = any(%(kinds)s)
    order by key limit %(limit)s
) as found order by key limit %(limit)s
"""


def _candidates(
    store_ids: Sequence[int], kinds: Sequence[str], wanted: str, limit: int, *, whole: bool
) -> dict[tuple[str, int], tuple[int, int, int]]:
    """(kind, id) → (0 for a whole match, rank, length of the key), the best of each thing's keys.

    With `whole`, a phone or identity number that merely begins with the text does not count.
    """
    if not wanted:
        return {}
    asked: dict[str, Any] = {"stores": list(store_ids), "kinds": list(kinds), "limit": limit, "first": wanted}
    with connection.cursor() as cursor:
        cursor.execute(KEYS_THAT_BEGIN, {**asked, "beyond": wanted + _LAST_CODE_POINT})
        keys = cursor.fetchall()
    found: dict[tuple[str, int], tuple[int, int, int]] = {}
    for key, kind, target, rank in keys:
        about_person = SOURCES[kind].about_people and _NUMBER_OF_A_PERSON.fullmatch(key)
        if whole and about_person and key != wanted:
            continue
        value = (int(key != wanted), rank, len(key))
        found[kind, target] = min(value, found.get((kind, target), value))
    return found


def _described(
    actor: Actor, sources: dict[str, Source], ranked: list[tuple[str, int]], limit: int
) -> list[Hit]:
    """The first `limit` of what the actor may see."""
    hits: list[Hit] = []
    # Mostly all may be seen, and each source is asked once; beyond some hidden ones a longer text is the better help.
    for first in range(0, min(len(ranked), limit * 3), limit):
        hits += _hits(actor, sources, ranked[first : first + limit])
        if len(hits) >= limit:
            break
    return hits[:limit]


def _hits(actor: Actor, sources: dict[str, Source], found: list[tuple[str, int]]) -> list[Hit]:
    """What the actor may see of these, in their order."""
    hits: dict[tuple[str, int], Hit] = {}
    for kind in dict.fromkeys(kind for kind, _ in found):
        described = sources[kind].describe(actor, [pk for k, pk in found if k == kind])
        hits |= {
            (kind, pk): replace(hit, kind=kind, id=pk, icon=hit.icon or sources[kind].icon)
            for pk, hit in described.items()
        }
    return [hits[at] for at in found if at in hits]
