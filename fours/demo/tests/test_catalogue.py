"""The demo catalogue is whole: what a package asks for exists for every car it is meant for."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

import pytest

from fours.demo.catalogue import (
    WORK_KINDS,
    ZONES,
    labor_rates,
    load_operations,
    load_packages,
    load_parts,
    package_due,
    part_for,
    parts_by_number,
    parts_for,
)
from fours.demo.facts import fitting_series, load_series, quantities, rows


def test_there_are_at_least_350_parts_with_numbers_and_bins_of_their_own() -> None:
    parts = load_parts()
    assert len(parts) >= 350
    assert len({part.number for part in parts}) == len(parts)
    assert len({part.bin_code for part in parts}) == len(parts)


def test_part_numbers_and_bins_follow_the_pattern() -> None:
    for part in load_parts():
        assert re.fullmatch(r"[0-9A-Z]{8,12}", part.number), part
        assert re.fullmatch(r"[A-E]-\d\d-[1-4]-0[1-8]", part.bin_code), part


def test_part_names_are_not_used_twice() -> None:
    assert [name for name, count in Counter(part.name for part in load_parts()).items() if count > 1] == []


def test_every_part_is_sold_above_cost_and_below_three_times_cost() -> None:
    for part in load_parts():
        net = part.retail / Decimal("1.13")
        assert part.cost < net < part.cost * 3, part


def test_cost_is_the_net_price_less_the_margin() -> None:
    oil = part_for("oil_4l", "langyi")
    assert oil.retail == Decimal("328.00")
    assert oil.cost == Decimal("185.77")  # 328 / 1.13 * 0.64


def test_parts_of_an_audi_cost_more_than_those_of_a_langyi() -> None:
    assert part_for("front_pads", "langyi").retail == Decimal("391.00")
    assert part_for("front_pads", "a6l").retail == Decimal("966.00")


def test_all_categories_have_parts() -> None:
    assert {part.category for part in load_parts()} == set(ZONES)


def test_an_electric_car_has_no_oil_filter() -> None:
    with pytest.raises(KeyError):
        part_for("oil_filter", "id3")


def test_an_unknown_series_or_group_in_a_fact_file_is_refused() -> None:
    with pytest.raises(ValueError, match="diesel"):
        fitting_series("ice+diesel")


def test_there_are_at_least_120_operations_with_names_of_their_own() -> None:
    operations = load_operations()
    assert len(operations) >= 120
    assert len({operation.name for operation in operations.values()}) == len(operations)
    assert len(rows("operations.csv")) == len(operations)


def test_every_operation_is_of_a_known_work_kind_with_a_rate_for_each_brand() -> None:
    for operation in load_operations().values():
        assert operation.work in WORK_KINDS
        assert Decimal("0.1") <= operation.hours <= 32
        for brand in ("大众", "奥迪"):
            assert labor_rates()[brand, operation.work] > 0


def test_standard_hours_depend_on_the_drive_for_mechanical_work_only() -> None:
    series = load_series()
    pads, paint = load_operations()["JX0401"], load_operations()["PQ0101"]
    assert pads.hours_for(series["langyi"]) == Decimal("0.8")
    assert pads.hours_for(series["a6l"]) == Decimal("1.0")
    assert paint.hours_for(series["langyi"]) == paint.hours_for(series["a6l"]) == Decimal("2.5")


def test_there_are_at_least_12_packages_with_codes_of_their_own() -> None:
    packages = load_packages()
    assert len(packages) >= 12
    assert len({package.code for package in packages}) == len(packages)


def test_every_package_refers_to_jobs_and_parts_that_fit_each_of_its_cars() -> None:
    for package in load_packages():
        for series_code in package.fits:
            assert all(series_code in load_operations()[code].fits for code in package.operations), (
                package.code
            )
            assert all(series_code in parts_by_number()[number].fits for number, _ in package.parts), (
                package.code
            )


def test_package_parts_are_the_same_for_all_cars_of_a_package() -> None:
    for row in rows("packages.csv"):
        for package in load_packages():
            if package.key == row["key"] and package.fits <= fitting_series(row["fits"]):
                expected = [
                    (part.number, qty) for part, qty in parts_for(quantities(row["parts"]), min(package.fits))
                ]
                assert list(package.parts) == expected


def test_a_package_is_cheaper_than_its_lines_and_priced_to_ten_yuan() -> None:
    for package in load_packages():
        assert 0 < package.price < package.list_price
        assert package.price % 10 == 0


def test_small_service_of_a_langyi_adds_up() -> None:
    package = next(one for one in load_packages() if one.code == "VW-EA211-MINOR")
    # 0.9 h * 220 + filter 58 + oil 328 + washer 6
    assert package.list_price == Decimal("590.00")
    assert package.price == Decimal("540.00")


@pytest.mark.parametrize(
    ("series", "odometer", "key"),
    [
        ("langyi", 10_300, "minor"),
        ("langyi", 19_800, "standard"),
        ("langyi", 30_100, "minor"),
        ("langyi", 41_000, "major"),
        ("langyi", 60_500, "full"),
        ("id3", 21_000, "standard"),
        ("id3", 39_000, "major"),
        ("a4l", 121_000, "full"),
    ],
)
def test_package_due_follows_the_mileage(series: str, odometer: int, key: str) -> None:
    assert package_due(series, odometer).key == key


def test_every_series_has_a_first_service() -> None:
    for series_code in load_series():
        package = package_due(series_code, 4_800, first_visit=True)
        assert package.key == "first"
        assert package.brand == load_series()[series_code].brand
