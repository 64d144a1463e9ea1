"""Parts, labor operations, packages and labor rates of the demo stores.

Part numbers follow a maker's pattern but are invented; prices are in CNY as such stores charge them. Retail
prices include VAT, costs do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from fours.base.money import round_money, round_to
from fours.demo.facts import (
    Series,
    fitting_series,
    listed,
    load_groups,
    load_series,
    quantities,
    rows,
)

VAT_RATE = Decimal("0.13")
ZONES = MappingProxyType({"maintenance": "A", "wear": "B", "consumable": "C", "body": "D", "accessory": "E"})
SLOTS_PER_LEVEL = 8
LEVELS_PER_RACK = 4
DRIVE_DEPENDENT_WORK = frozenset({"mechanical", "electrical"})
WORK_KINDS = MappingProxyType(
    {"mechanical": "机修", "electrical": "电工", "bodywork": "钣金", "paint": "喷漆", "detailing": "美容"}
)


@dataclass(frozen=True)
class PartFact:
    """A stock item (配件). `key` is what operations and concerns ask for; `fits` are series codes.

    `cost` is dealer cost without VAT, `retail` includes VAT. `pace` is fast, medium, slow or rare: how often
    such a part moves. `shelf_months` is None where the part does not age.
    """

    key: str
    number: str
    name: str
    unit: str
    category: str
    kind: str
    cost: Decimal
    retail: Decimal
    fits: frozenset[str]
    bin_code: str
    pace: str
    package_size: int
    shelf_months: int | None
    hazardous: bool


@dataclass(frozen=True)
class OperationFact:
    """A coded job (维修项目) with its standard hours, per model group where the drive makes a difference."""

    code: str
    name: str
    work: str
    hours: Decimal
    hours_by_group: Mapping[str, Decimal]
    fits: frozenset[str]

    def hours_for(self, series: Series) -> Decimal:
        """Standard hours (标准工时) of this job on a car of this series."""
        return self.hours_by_group[series.group]


@dataclass(frozen=True)
class PackageFact:
    """A menu package (保养套餐) for the cars of one brand and drive: jobs and parts at one price with VAT.

    `every_km` is the mileage it is due at (and at each multiple), 0 for a package without mileage.
    """

    code: str
    key: str
    name: str
    brand: str
    group: str
    fits: frozenset[str]
    every_km: int
    operations: tuple[str, ...]
    parts: tuple[tuple[str, Decimal], ...]
    price: Decimal
    list_price: Decimal


@cache
def load_parts() -> tuple[PartFact, ...]:
    """The whole parts catalogue, always in the same order, each part in a bin of its own."""
    used: dict[str, int] = {}
    return tuple(part for row in rows("parts.csv") for part in _parts_of(row, used))


@cache
def parts_by_number() -> Mapping[str, PartFact]:
    """The same parts by part number."""
    return MappingProxyType({part.number: part for part in load_parts()})


def part_for(key: str, series_code: str) -> PartFact:
    """The part asked for by `key` that fits the series; KeyError where the car has no such part."""
    return _parts_by_key_and_series()[key, series_code]


def parts_for(needs: Iterable[tuple[str, Decimal]], series_code: str) -> list[tuple[PartFact, Decimal]]:
    """Parts and quantities for a list of keys and quantities, for one car."""
    return [(part_for(key, series_code), quantity) for key, quantity in needs]


@cache
def load_operations() -> Mapping[str, OperationFact]:
    """The labor catalogue by code."""
    return MappingProxyType({row["code"]: _operation(row) for row in rows("operations.csv")})


@cache
def labor_rates() -> Mapping[tuple[str, str], Decimal]:
    """Price per hour with VAT, by brand and kind of work."""
    return MappingProxyType(
        {(row["brand"], row["work"]): Decimal(row["per_hour"]) for row in rows("rates.csv")}
    )


@cache
def load_packages() -> tuple[PackageFact, ...]:
    """All packages, one per brand and model group they are sold for."""
    return tuple(package for row in rows("packages.csv") for package in _packages_of(row))


def package_due(series_code: str, odometer: int, *, first_visit: bool = False) -> PackageFact:
    """The maintenance package for a car at this mileage: the largest one due at the nearest regular service.

    Regular services fall on multiples of the smallest interval sold for the car. A first visit gets the first
    service (首保).
    """
    fitting = [one for one in load_packages() if series_code in one.fits and one.every_km]
    by_interval = sorted(fitting, key=lambda one: one.every_km, reverse=True)
    first = next(one for one in by_interval if one.key == "first")
    if first_visit:
        return first
    regular = [one for one in by_interval if one.key != "first"]
    smallest = regular[-1].every_km
    reached = max(smallest, (odometer + smallest // 2) // smallest * smallest)
    return next(one for one in regular if reached % one.every_km == 0)


def _parts_of(row: Mapping[str, str], used: dict[str, int]) -> Iterator[PartFact]:
    fits = fitting_series(row["fits"])
    if row["scope"] == "shared":
        yield _part(row, row["stem"], "", Decimal(1), fits, used)
    elif row["scope"] == "each_group":
        for group in load_groups().values():
            members = frozenset(code for code in fits if load_series()[code].group == group.code)
            if members:
                number = f"{group.prefix}{row['stem']}"
                yield _part(row, number, f"（{group.label}）", group.price_factor, members, used)
    elif row["scope"] == "each_series":
        for one in load_series().values():
            if one.code in fits:
                number = f"{one.prefix}{row['stem']}"
                yield _part(row, number, f"（{one.name}）", one.price_factor, frozenset({one.code}), used)
    else:
        raise ValueError(f"parts.csv: {row['key']} has unknown scope {row['scope']!r}")


def _part(
    row: Mapping[str, str],
    number: str,
    label: str,
    factor: Decimal,
    fits: frozenset[str],
    used: dict[str, int],
) -> PartFact:
    retail = _shelf_price(Decimal(row["retail"]) * factor)
    category = row["category"]
    position = used.get(category, 0)
    used[category] = position + 1
    return PartFact(
        key=row["key"],
        number=number,
        name=row["name"] + label,
        unit=row["unit"],
        category=category,
        kind="genuine",
        cost=round_money(retail / (1 + VAT_RATE) * (1 - Decimal(row["margin"]))),
        retail=retail,
        fits=fits,
        bin_code=_bin_code(ZONES[category], position),
        pace=row["pace"],
        package_size=int(row["package"]),
        shelf_months=int(row["shelf_months"]) if row["shelf_months"] else None,
        hazardous=row["hazardous"] == "1",
    )


def _shelf_price(price: Decimal) -> Decimal:
    """Cheap parts are priced to 10 fen, others to whole yuan, as price lists are."""
    return round_money(round_to(price, 1 if price < 20 else 0))


def _bin_code(zone: str, position: int) -> str:
    level, slot = divmod(position, SLOTS_PER_LEVEL)
    rack, level = divmod(level, LEVELS_PER_RACK)
    return f"{zone}-{rack + 1:02d}-{level + 1}-{slot + 1:02d}"


@cache
def _parts_by_key_and_series() -> Mapping[tuple[str, str], PartFact]:
    found: dict[tuple[str, str], PartFact] = {}
    for part in load_parts():
        for series_code in part.fits:
            if (part.key, series_code) in found:
                raise ValueError(f"parts.csv: two parts {part.key!r} fit {series_code!r}")
            found[part.key, series_code] = part
    return MappingProxyType(found)


def _operation(row: Mapping[str, str]) -> OperationFact:
    fits = fitting_series(row["fits"])
    hours = Decimal(row["hours"])
    groups = {load_series()[code].group for code in fits}
    depends = row["work"] in DRIVE_DEPENDENT_WORK
    by_group = {
        code: round_to(hours * group.hours_factor, 1) if depends else hours
        for code, group in load_groups().items()
        if code in groups
    }
    return OperationFact(
        code=row["code"],
        name=row["name"],
        work=row["work"],
        hours=hours,
        hours_by_group=MappingProxyType(by_group),
        fits=fits,
    )


def _packages_of(row: Mapping[str, str]) -> Iterator[PackageFact]:
    fits = fitting_series(row["fits"])
    for group, brand in sorted({(load_series()[code].group, load_series()[code].brand) for code in fits}):
        members = [one for code in fits if (one := load_series()[code]).group == group and one.brand == brand]
        yield _package(row, brand, group, members)


def _package(row: Mapping[str, str], brand: str, group: str, members: list[Series]) -> PackageFact:
    example = min(members, key=lambda one: one.code)
    operations = listed(row["operations"])
    parts = tuple(
        (part.number, quantity) for part, quantity in parts_for(quantities(row["parts"]), example.code)
    )
    list_price = _list_price(example, operations, parts)
    return PackageFact(
        code=f"{'AU' if brand == '奥迪' else 'VW'}-{group}-{row['key']}".upper().replace("_", "-"),
        key=row["key"],
        name=f"{row['name']}（{brand} {load_groups()[group].label.removeprefix(brand)}）",
        brand=brand,
        group=group,
        fits=frozenset(one.code for one in members),
        every_km=int(row["every_km"]),
        operations=operations,
        parts=parts,
        price=round_money(round_to(list_price * Decimal(row["price_ratio"]) / 10, 0) * 10),
        list_price=list_price,
    )


def _list_price(
    series: Series, operations: tuple[str, ...], parts: tuple[tuple[str, Decimal], ...]
) -> Decimal:
    labor = sum(
        (
            round_money(job.hours_for(series) * labor_rates()[series.brand, job.work])
            for job in (load_operations()[code] for code in operations)
        ),
        Decimal(0),
    )
    material = sum((round_money(parts_by_number()[number].retail * qty) for number, qty in parts), Decimal(0))
    return round_money(labor + material)
