"""A visit as text with holes: what PostgreSQL's COPY reads, with a hole wherever a copy has a value of its own.

One `%` per visit and table then makes all its rows of a copy, which is what lets a million cars have a history.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import models

from .declared import (
    ADDRESSES,
    BY_SHELF,
    COPIED,
    DATA_AMOUNTS,
    DATA_IDS,
    DATA_LINE,
    DATA_MILEAGE,
    FRESH,
    KIND_WORDS,
    MILEAGE,
    OWNER_NAMES,
    POINTERS,
    STAFF_NAMES,
    VERBATIM,
    model_of,
)
from .story import Row, Story

NULL = r"\N"
OPEN, SHUT = "\ue000", "\ue001"  # round a hole inside JSON, where a number must not stand in quotes
NUMBER = r"[A-Z]{2}-[A-Z0-9]+-\d{6}-\d{4,}"
ISO = r"\d{4}-\d{2}-\d{2}"
EVENT_DATA = ("kernel.event", "data")
MONTH_DAY = r"(?<![\d-])\d{2}-\d{2}(?= \d{2}:\d{2})"
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "%": "%%"})


class NotCopyable(ValueError):
    """A value whose meaning in a copy is not declared; the message says which."""


@dataclass(frozen=True)
class Taken:
    """What one stock movement of the visit takes from the shelf."""

    part_id: int
    quantity: Decimal


@dataclass
class Cloth:
    """The cut of one visit. `tables`: the COPY text by model; `counts`: rows by model; the rest: what the holes want.

    Holes: `<label>.<k>` ids, `no.<k>` numbers, `d<n>`/`m<n>` the day n days after arrival (whole, month and day),
    `km<n>` mileage on arrival and n more, `k,<n>` the same with commas, `lot.<k>` and so on of the k-th movement,
    `token.<k>` of the k-th attachment.
    """

    story: Story
    tables: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    numbers: list[tuple[str, str, int]] = field(default_factory=list)  # text, kind, days after arrival
    days: set[int] = field(default_factory=set)
    month_days: set[int] = field(default_factory=set)
    kilometers: set[int] = field(default_factory=set)
    written_kilometers: set[int] = field(default_factory=set)
    takes: list[Taken] = field(default_factory=list)

    def order_number(self) -> str:
        """The hole of the repair order's number."""
        return f"no.{[kind for _, kind, _ in self.numbers].index('RO')}"


def columns_of(label: str) -> list[models.Field[Any, Any]]:
    """The columns of a copied model in the order the text has them."""
    return list(model_of(label)._meta.concrete_fields)


def cut(story: Story) -> Cloth:
    """The visit's text. Raises NotCopyable for anything whose meaning in a copy is not declared."""
    return _Cutter(story).cut()


class _Cutter:
    def __init__(self, story: Story) -> None:
        self.story = story
        self.cloth = Cloth(story)
        self.places = {
            (label, row["id"]): f"{label}.{place}"
            for label in COPIED
            for place, row in enumerate(story.rows.get(label, ()))
        }
        self.words = {
            story.plate: "plate",
            story.phone: "phone",
            story.contact: "contact",
            story.technician.name: "tech_name",
        }
        known = "|".join(re.escape(word) for word in sorted(self.words, key=len, reverse=True) if word)
        self.pattern = re.compile(
            f'(?P<hole>"?{OPEN}[^{SHUT}]+{SHUT}"?)|(?P<number>{NUMBER})|(?P<iso>{ISO})|(?P<md>{MONTH_DAY})'
            rf"|(?P<km>[\d,]+(?= km| 公里))|(?P<word>{known})"
        )
        self.number_places: dict[str, int] = {}
        self.readings = {row[name] for label, name in MILEAGE for row in story.rows.get(label, ())}

    def cut(self) -> Cloth:
        for movement in self.story.rows.get("parts.stockmovement", ()):
            self.cloth.takes.append(Taken(movement["part_id"], -movement["quantity"]))
        for label in COPIED:
            rows = self.story.rows.get(label, [])
            if rows:
                self.cloth.tables[label] = "".join(self._row(label, row) for row in rows)
                self.cloth.counts[label] = len(rows)
        return self.cloth

    def _row(self, label: str, row: Row) -> str:
        return "\t".join(self._value(label, row, column) for column in columns_of(label)) + "\n"

    def _value(self, label: str, row: Row, column: models.Field[Any, Any]) -> str:
        value, at = row[column.attname], (label, column.name)
        if value is None:
            return NULL
        if column.primary_key:
            return f"%({self.places[label, value]})s"
        if at in BY_SHELF or at in FRESH:
            place = self.places[label, row["id"]].rsplit(".", 1)[1]
            return f"%({column.name}.{place})s"
        if at in VERBATIM:
            return str(value).translate(ESCAPES)
        if at in OWNER_NAMES and value == self.story.owner:
            return "%(owner)s"
        if at in STAFF_NAMES:
            return "%(tech_name)s" if value == self.story.technician.name else value.translate(ESCAPES)
        if at in MILEAGE:
            return self._mileage(value)
        if at in POINTERS:
            return f"%({self._pointed(label, row, column.name)})s"
        if isinstance(column, models.ForeignKey):
            return self._reference(label, column, value)
        return self._plain(column, value)

    def _reference(self, label: str, column: models.Field[Any, Any], value: int) -> str:
        target = column.related_model
        assert isinstance(target, type)
        return self._id(target._meta.label_lower, value, f"{label}.{column.name}")

    def _id(self, target: str, value: int, where: str) -> str:
        """A hole for a row that is copied too, for the car and its owner, for the technician; else the id itself."""
        if (target, value) in self.places:
            return f"%({self.places[target, value]})s"
        own = {"vehicles.vehicle": "vehicle", "customers.customer": "customer"}.get(target)
        if own:
            if value != getattr(self.story, f"{own}_id"):
                raise NotCopyable(f"{where}: {target} {value} is not this visit's")
            return f"%({own})s"
        if target in COPIED:
            raise NotCopyable(f"{where}: {target} {value} does not belong to the visit")
        if target == "kernel.user" and value == self.story.technician.pk:
            return "%(tech)s"
        return str(value)

    def _pointed(self, label: str, row: Row, name: str) -> str:
        said = POINTERS[label, name]
        kind = said[1:] if said.startswith("=") else row[said]
        target = KIND_WORDS.get(kind, kind)
        return self._id(target, row[name], f"{label}.{name}")[2:-2]

    def _mileage(self, value: int) -> str:
        more = value - self.story.mileage
        self.cloth.kilometers.add(more)
        return f"%(km{more})s"

    def _plain(self, column: models.Field[Any, Any], value: Any) -> str:
        if isinstance(column, models.JSONField):
            of_event = (column.model._meta.label_lower, column.name) == EVENT_DATA
            return self._text(json.dumps(self._data(value, "", strict=of_event), ensure_ascii=False))
        if isinstance(column, models.DateTimeField):
            return self._text(value.astimezone(UTC).isoformat(" "))
        if isinstance(column, models.DateField):
            return self._text(value.isoformat())
        if isinstance(column, models.CharField | models.TextField):
            return self._text(self._address(value) if column.name == "url" else value)
        if isinstance(column, models.BooleanField):
            return "t" if value else "f"
        if isinstance(value, int | Decimal | time):
            return str(value)
        raise NotCopyable(f"{column}: values of this kind are not declared")

    def _text(self, text: str) -> str:
        pieces, end = [], 0
        for match in self.pattern.finditer(text):
            pieces += [text[end : match.start()].translate(ESCAPES), self._hole(match)]
            end = match.end()
        return "".join([*pieces, text[end:].translate(ESCAPES)])

    def _hole(self, match: "re.Match[str]") -> str:
        found = match[0]
        if match["hole"]:
            return f"%({found.strip(chr(34))[1:-1]})s"
        if match["number"]:
            return f"%(no.{self._number(found)})s"
        if match["iso"]:
            return f"%(d{self._day(date.fromisoformat(found), self.cloth.days)})s"
        if match["md"]:
            return f"%(m{self._day(self._nearest(found), self.cloth.month_days)})s"
        if match["km"]:
            return self._written_mileage(found)
        return f"%({self.words[found]})s"

    def _number(self, text: str) -> int:
        if text not in self.number_places:
            kind, _, day, _ = text.split("-")
            on = date.fromisoformat(f"20{day[:2]}-{day[2:4]}-{day[4:]}")
            self.number_places[text] = len(self.cloth.numbers)
            self.cloth.numbers.append((text, kind, (on - self.story.arrived_on).days))
        return self.number_places[text]

    def _day(self, day: date, wanted: set[int]) -> int:
        days = (day - self.story.arrived_on).days
        wanted.add(days)
        return days

    def _nearest(self, text: str) -> date:
        """The day a text such as 11-25 means: the one nearest to the arrival."""
        month, day = map(int, text.split("-"))
        here = self.story.arrived_on
        years = (here.year - 1, here.year, here.year + 1)
        days = [date(year, month, day) for year in years if (month, day) != (2, 29) or year % 4 == 0]
        return min(days, key=lambda one: abs((one - here).days))

    def _written_mileage(self, found: str) -> str:
        if int(found.replace(",", "")) not in self.readings:
            return found
        more = int(found.replace(",", "")) - self.story.mileage
        if "," in found:
            self.cloth.written_kilometers.add(more)
            return f"%(k,{more})s"
        self.cloth.kilometers.add(more)
        return f"%(km{more})s"

    def _address(self, url: str) -> str:
        for start, label in ADDRESSES.items():
            if url.startswith(start):
                pk, slash, rest = url.removeprefix(start).partition("/")
                place = self.places.get((label, int(pk)))
                if place is None:
                    raise NotCopyable(f"{url} leads out of the visit")
                return f"{start}{OPEN}{place}{SHUT}{slash}{rest}"
        if re.search(r"\d", url):
            raise NotCopyable(f"{url} is an address of an unknown kind")
        return url

    def _data(self, value: Any, key: str, kind: str = "", *, strict: bool) -> Any:
        """JSON with holes for ids and mileage; `strict` refuses a number under a key that is not declared."""
        if isinstance(value, Mapping):
            word = str(value.get("kind", ""))
            return {name: self._data(each, name, word, strict=strict) for name, each in value.items()}
        if isinstance(value, list):
            return [self._data(each, key, kind, strict=strict) for each in value]
        if not strict or isinstance(value, bool) or not isinstance(value, int):
            return value
        return self._data_number(value, key, kind)

    def _data_number(self, value: int, key: str, kind: str) -> int | str:
        if key in DATA_MILEAGE:
            return f"{OPEN}{self._mileage(value)[2:-2]}{SHUT}"
        if key in DATA_AMOUNTS:
            return value
        target = f"service.{kind}" if key == DATA_LINE else DATA_IDS.get(key)
        if target is None:
            raise NotCopyable(f"event data: it is not declared what the number under {key!r} is")
        hole = self._id(target, value, f"data.{key}")
        return value if hole.isdigit() else f"{OPEN}{hole[2:-2]}{SHUT}"


def fill(cloth: Cloth, arrives: date, mileage: int) -> dict[str, Any]:
    """The holes that follow from the day of arrival and the mileage."""
    filled: dict[str, Any] = {f"d{n}": (arrives + timedelta(days=n)).isoformat() for n in cloth.days}
    for n in cloth.month_days:
        filled[f"m{n}"] = f"{arrives + timedelta(days=n):%m-%d}"
    for n in cloth.kilometers:
        filled[f"km{n}"] = mileage + n
    for n in cloth.written_kilometers:
        filled[f"k,{n}"] = f"{mileage + n:,}"
    return filled
