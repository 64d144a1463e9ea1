from datetime import date

import pytest

from fours.service.guarantee import (
    Guarantee,
    RepairKind,
    VehicleClass,
    check_promise,
    covers,
    guarantee_until,
    minimum,
    needs_certificate,
)

HAND_OVER = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("vehicle", "kind", "km", "days"),
    [
        (VehicleClass.CAR, RepairKind.WHOLE_VEHICLE, 20_000, 100),
        (VehicleClass.CAR, RepairKind.ASSEMBLY, 20_000, 100),
        (VehicleClass.DANGEROUS_GOODS, RepairKind.ASSEMBLY, 20_000, 100),
        (VehicleClass.CAR, RepairKind.SECOND_MAINTENANCE, 5_000, 30),
        (VehicleClass.CAR, RepairKind.FIRST_MAINTENANCE, 2_000, 10),
        (VehicleClass.CAR, RepairKind.MINOR, 2_000, 10),
        (VehicleClass.CAR, RepairKind.SPECIAL, 2_000, 10),
        (VehicleClass.MOTORCYCLE, RepairKind.ASSEMBLY, 7_000, 80),
        (VehicleClass.MOTORCYCLE, RepairKind.SECOND_MAINTENANCE, 800, 10),
        (VehicleClass.OTHER, RepairKind.WHOLE_VEHICLE, 6_000, 60),
        (VehicleClass.OTHER, RepairKind.MINOR, 700, 7),
    ],
)
def test_the_law_gives_the_minimum(vehicle: VehicleClass, kind: RepairKind, km: int, days: int) -> None:
    assert minimum(kind, vehicle) == Guarantee(days=days, km=km)


@pytest.mark.parametrize(
    ("kind", "last_day", "km"),
    [
        (RepairKind.ASSEMBLY, date(2026, 6, 9), 70_000),
        (RepairKind.SECOND_MAINTENANCE, date(2026, 3, 31), 55_000),
        (RepairKind.MINOR, date(2026, 3, 11), 52_000),
    ],
)
def test_the_guarantee_begins_with_the_hand_over(kind: RepairKind, last_day: date, km: int) -> None:
    end = guarantee_until(minimum(kind), HAND_OVER, 50_000)
    assert (end.last_day, end.km) == (last_day, km)


def test_what_comes_first_ends_it() -> None:
    end = guarantee_until(minimum(RepairKind.MINOR), HAND_OVER, 50_000)
    assert covers(end, date(2026, 3, 11), 52_000).labor
    late = covers(end, date(2026, 3, 12), 51_000)
    assert (late.labor, late.part) == (False, False)
    assert "2026-03-11" in late.reason
    far = covers(end, date(2026, 3, 5), 52_001)
    assert not far.labor
    assert "52,001 km" in far.reason


def test_a_last_day_off_gives_the_customer_the_next_working_day() -> None:
    end = guarantee_until(minimum(RepairKind.MINOR), date(2026, 11, 12), 100)
    assert end.last_day == date(2026, 11, 22)
    assert covers(end, date(2026, 11, 23), 100).labor
    assert not covers(end, date(2026, 11, 24), 100).labor


def test_a_longer_promise_wins() -> None:
    promise = check_promise(Guarantee(days=0, months=12, km=20_000), RepairKind.MINOR).value
    assert promise is not None
    end = guarantee_until(promise, HAND_OVER, 50_000)
    assert (end.last_day, end.km) == (date(2027, 3, 1), 70_000)
    assert promise.label == "20,000 km 或 12 个月（先到为准）"


@pytest.mark.parametrize(
    ("promise", "kind", "message"),
    [
        (Guarantee(days=7, km=2_000), RepairKind.MINOR, "小修的质量保证期不得少于 10 日"),
        (Guarantee(days=365, km=1_999), RepairKind.MINOR, "不得少于 2,000 km"),
        (Guarantee(days=0, months=1, km=5_000), RepairKind.SECOND_MAINTENANCE, "不得少于 30 日"),
    ],
)
def test_a_shorter_promise_is_refused(promise: Guarantee, kind: RepairKind, message: str) -> None:
    checked = check_promise(promise, kind)
    assert checked.value is None
    assert message in (checked.error or "")


def test_a_rework_begins_a_new_term() -> None:
    end = guarantee_until(minimum(RepairKind.MINOR), date(2026, 3, 8), 51_000)
    assert (end.last_day, end.km) == (date(2026, 3, 18), 53_000)


def test_of_a_customers_own_part_only_the_labor_is_covered() -> None:
    end = guarantee_until(minimum(RepairKind.MINOR), HAND_OVER, 50_000)
    cover = covers(end, date(2026, 3, 5), 50_100, customer_supplied=True)
    assert (cover.labor, cover.part) == (True, False)


def test_large_repairs_need_a_completion_certificate() -> None:
    certified = [kind.label for kind in RepairKind if needs_certificate(kind)]
    assert certified == ["整车修理", "总成修理", "二级维护"]
