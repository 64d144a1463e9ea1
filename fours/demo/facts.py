"""Reads the demo store's fact files, and says which car series a cell such as `ice+q4e` stands for."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType

GROUP_ALIASES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "all": frozenset({"ea211", "ea888", "audi", "phev", "meb"}),
        "ice": frozenset({"ea211", "ea888", "audi", "phev"}),
        "vw_ice": frozenset({"ea211", "ea888", "phev"}),
        "ev": frozenset({"phev", "meb"}),
        "bev": frozenset({"meb"}),
    }
)


@dataclass(frozen=True)
class ModelGroup:
    """Cars that share a drive, and so their maintenance parts and standard hours."""

    code: str
    label: str
    prefix: str
    price_factor: Decimal
    hours_factor: Decimal


@dataclass(frozen=True)
class Series:
    """A car series (车系) of one brand, and so its body and wear parts."""

    code: str
    name: str
    brand: str
    group: str
    prefix: str
    price_factor: Decimal


def rows(filename: str) -> list[dict[str, str]]:
    """The rows of one fact file as text; a row with too few or too many cells raises."""
    text = files("fours.demo").joinpath("data", filename).read_text(encoding="utf-8")
    found = list(csv.DictReader(text.splitlines(), strict=True))
    for number, row in enumerate(found, start=2):
        if None in row or None in row.values():
            raise ValueError(f"{filename}, line {number}: wrong number of cells")
    return found


def listed(cell: str) -> tuple[str, ...]:
    """The entries of a cell that holds several, separated by a bar."""
    return tuple(cell.split("|")) if cell else ()


def quantities(cell: str) -> tuple[tuple[str, Decimal], ...]:
    """The entries of a cell such as `front_disc*2|front_pads*1`: part key and quantity."""
    pairs = (entry.split("*") for entry in listed(cell))
    return tuple((key, Decimal(quantity)) for key, quantity in pairs)


@cache
def load_groups() -> Mapping[str, ModelGroup]:
    """Model groups by code."""
    groups = (
        ModelGroup(
            code=row["code"],
            label=row["label"],
            prefix=row["prefix"],
            price_factor=Decimal(row["price_factor"]),
            hours_factor=Decimal(row["hours_factor"]),
        )
        for row in rows("groups.csv")
    )
    return MappingProxyType({group.code: group for group in groups})


@cache
def load_series() -> Mapping[str, Series]:
    """Series by code."""
    series = (
        Series(
            code=row["code"],
            name=row["name"],
            brand=row["brand"],
            group=row["group"],
            prefix=row["prefix"],
            price_factor=Decimal(row["price_factor"]),
        )
        for row in rows("series.csv")
    )
    return MappingProxyType({one.code: one for one in series})


@cache
def fitting_series(cell: str) -> frozenset[str]:
    """Codes of the series a cell names by alias, group or series, joined with `+`; unknown words raise."""
    found: set[str] = set()
    for word in cell.split("+"):
        if word in load_series():
            found.add(word)
            continue
        groups = GROUP_ALIASES.get(word, frozenset({word}))
        unknown = groups - load_groups().keys()
        if unknown:
            raise ValueError(f"no such group or series: {word!r}")
        found.update(one.code for one in load_series().values() if one.group in groups)
    return frozenset(found)
