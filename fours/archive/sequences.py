"""The numbers a store gave in a month: each is on a document, void ones keep theirs (PF-08)."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from django.db import models
from django.db.models import BooleanField, Case, Value, When

from fours.desk.checks import numbered
from fours.kernel.models import NumberCounter, Store

from .folder import Gap, declare_folder_rule
from .months import next_month, stem

_NUMBER = re.compile(r"^([A-Z]{2})-[^-]+-(\d{6})-(\d{4,})$")


class Sequence(TypedDict):
    """One kind of document in a month: numbers given, found on a document, void, and those on none."""

    kind: str
    label: str
    given: int
    there: int
    void: int
    lost: list[str]


@dataclass(frozen=True)
class _Found:
    number: str
    void: bool
    place: int

    @property
    def label(self) -> str:
        return str(numbered()[self.place][0]._meta.verbose_name)


def sequences_of(store: Store, month: date) -> list[Sequence]:
    """Every kind of number the store gave in the month, by kind."""
    given: dict[str, list[tuple[date, int]]] = defaultdict(list)
    counters = NumberCounter.objects.filter(store=store, date__gte=month, date__lt=next_month(month))
    for kind, day, last in counters.order_by("kind", "date").values_list("kind", "date", "last"):
        given[kind].append((day, last))
    found: dict[str, _Found] = {}
    # Documents come first: a slip's number stands on its movements too.
    for one in sorted(_found(store, month), key=lambda one: one.place):
        found.setdefault(one.number, one)
    return [_sequence(store, kind, days, found) for kind, days in given.items()]


def _sequence(store: Store, kind: str, days: list[tuple[date, int]], found: dict[str, _Found]) -> Sequence:
    numbers = [f"{kind}-{store.code}-{day:%y%m%d}-{n:04d}" for day, last in days for n in range(1, last + 1)]
    there = [found[number] for number in numbers if number in found]
    return {
        "kind": kind,
        "label": there[0].label if there else kind,
        "given": len(numbers),
        "there": len(there),
        "void": sum(one.void for one in there),
        "lost": [number for number in numbers if number not in found],
    }


def _found(store: Store, month: date) -> Iterator[_Found]:
    """One statement over all kinds of numbered rows."""
    queries = []
    for place, (model, field) in enumerate(numbered()):
        rows = model._default_manager.filter(store=store, **{f"{field}__contains": stem(store, month)})
        rows = rows.order_by().annotate(_void=_void(model), _model=Value(place))
        queries.append(rows.values_list(field, "_void", "_model").distinct())
    for number, void, place in queries[0].union(*queries[1:], all=True):
        if _NUMBER.match(number):
            yield _Found(number, void, place)


def _void(model: type[models.Model]) -> Any:
    names = {field.name for field in model._meta.concrete_fields}
    if "state" not in names:
        return Value(False, output_field=BooleanField())
    # Each kind has its own word for what counts no more.
    ended = When(state__in=("void", "cancelled"), then=Value(True))
    return Case(ended, default=Value(False), output_field=BooleanField())


def _lost(store: Store, month: date) -> Iterator[Gap]:
    for sequence in sequences_of(store, month):
        for number in sequence["lost"]:
            yield Gap(number, "编号已给出，但没有单据", "系统管理员", "")


declare_folder_rule("archive.numbers", "编号连续", _lost, order=0)
