"""The guarantee a workshop owes on its repairs: 机动车维修管理规定, and the store's own longer promise.

What comes first, days or kilometres, ends it. It begins with the completed hand-over; a rework begins it anew
for the item reworked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fours.base.calendar import NO_OVERRIDES, PeriodEnd, add_months, end_of_period
from fours.base.checked import Checked, refused


class RepairKind(StrEnum):
    """Kinds of repair (维修类别) that the law tells apart."""

    WHOLE_VEHICLE = "whole_vehicle"
    ASSEMBLY = "assembly"
    SECOND_MAINTENANCE = "second_maintenance"
    FIRST_MAINTENANCE = "first_maintenance"
    MINOR = "minor"
    SPECIAL = "special"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


class VehicleClass(StrEnum):
    """Classes of vehicle with guarantee terms of their own; a lorry for dangerous goods counts as a car."""

    CAR = "car"
    DANGEROUS_GOODS = "dangerous_goods"
    MOTORCYCLE = "motorcycle"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _CLASS_LABELS[self]


_KIND_LABELS = {
    RepairKind.WHOLE_VEHICLE: "整车修理",
    RepairKind.ASSEMBLY: "总成修理",
    RepairKind.SECOND_MAINTENANCE: "二级维护",
    RepairKind.FIRST_MAINTENANCE: "一级维护",
    RepairKind.MINOR: "小修",
    RepairKind.SPECIAL: "专项修理",
}
_CLASS_LABELS = {
    VehicleClass.CAR: "汽车",
    VehicleClass.DANGEROUS_GOODS: "危险货物运输车",
    VehicleClass.MOTORCYCLE: "摩托车",
    VehicleClass.OTHER: "其他机动车",
}
_LARGE = frozenset({RepairKind.WHOLE_VEHICLE, RepairKind.ASSEMBLY})
_CERTIFIED = _LARGE | {RepairKind.SECOND_MAINTENANCE}


@dataclass(frozen=True)
class Guarantee:
    """A term of kilometres and of either days or calendar months."""

    days: int
    km: int
    months: int = 0

    @property
    def label(self) -> str:
        """As papers print it: 2,000 km 或 10 日（先到为准）."""
        time = f"{self.months} 个月" if self.months else f"{self.days} 日"
        return f"{self.km:,} km 或 {time}（先到为准）"


@dataclass(frozen=True)
class GuaranteeEnd:
    """When a guarantee that has begun is over: after the period's last day or beyond a mileage."""

    period: PeriodEnd
    km: int

    @property
    def last_day(self) -> date:
        return self.period.plain


@dataclass(frozen=True)
class Cover:
    """What the guarantee answers for when a car comes back, with the reason in Chinese where it does not."""

    labor: bool
    part: bool
    reason: str = ""


_CAR_TERMS = {
    RepairKind.WHOLE_VEHICLE: Guarantee(days=100, km=20_000),
    RepairKind.ASSEMBLY: Guarantee(days=100, km=20_000),
    RepairKind.SECOND_MAINTENANCE: Guarantee(days=30, km=5_000),
    RepairKind.FIRST_MAINTENANCE: Guarantee(days=10, km=2_000),
    RepairKind.MINOR: Guarantee(days=10, km=2_000),
    RepairKind.SPECIAL: Guarantee(days=10, km=2_000),
}
# Large repairs, then everything else.
_OTHER_TERMS = {
    VehicleClass.MOTORCYCLE: (Guarantee(days=80, km=7_000), Guarantee(days=10, km=800)),
    VehicleClass.OTHER: (Guarantee(days=60, km=6_000), Guarantee(days=7, km=700)),
}


def minimum(kind: RepairKind, vehicle_class: VehicleClass = VehicleClass.CAR) -> Guarantee:
    """The shortest guarantee the law allows."""
    if vehicle_class in _OTHER_TERMS:
        large, small = _OTHER_TERMS[vehicle_class]
        return large if kind in _LARGE else small
    return _CAR_TERMS[kind]


def check_promise(
    promise: Guarantee, kind: RepairKind, vehicle_class: VehicleClass = VehicleClass.CAR
) -> Checked[Guarantee]:
    """The store's own promise if it is nowhere shorter than the law; it then stands in the law's place."""
    lawful = minimum(kind, vehicle_class)
    if _shortest_days(promise) < lawful.days:
        return refused(f"{kind.label}的质量保证期不得少于 {lawful.days} 日")
    if promise.km < lawful.km:
        return refused(f"{kind.label}的质量保证里程不得少于 {lawful.km:,} km")
    return Checked(promise)


def guarantee_until(
    guarantee: Guarantee, handed_over: date, km: int, overrides: Mapping[date, bool] = NO_OVERRIDES
) -> GuaranteeEnd:
    """The end of a guarantee that begins with a hand-over at a mileage; for a rework, with its hand-over."""
    days = 0 if guarantee.months else guarantee.days
    period = end_of_period(handed_over, months=guarantee.months, days=days, overrides=overrides)
    return GuaranteeEnd(period, km + guarantee.km)


def covers(end: GuaranteeEnd, day: date, km: int, *, customer_supplied: bool = False) -> Cover:
    """Whether a car that comes back is inside the guarantee; the last day and the last kilometre are.

    The last day is the moved one when the plain one is a day off. Of a part the customer brought along, the
    store answers for the labor only.
    """
    if day > end.period.moved:
        return Cover(labor=False, part=False, reason=f"质量保证期已于 {end.period.moved} 届满")
    if km > end.km:
        return Cover(labor=False, part=False, reason=f"里程 {km:,} km 已超过质量保证里程 {end.km:,} km")
    if customer_supplied:
        return Cover(labor=True, part=False, reason="自带配件不在质量保证范围内，只保工时")
    return Cover(labor=True, part=True)


def needs_certificate(kind: RepairKind) -> bool:
    """Whether the car may leave only with a completion certificate (机动车维修竣工出厂合格证)."""
    return kind in _CERTIFIED


def _shortest_days(promise: Guarantee) -> int:
    """The days a promise gives at least: a month may have 28 of them, by the day it begins."""
    if not promise.months:
        return promise.days
    starts = [date(2025 + month // 12, month % 12 + 1, 1) for month in range(12)]
    return min((add_months(start, promise.months) - start).days for start in starts)
