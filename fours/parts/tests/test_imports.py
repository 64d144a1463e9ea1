"""A dealer's lists of parts and stock: loaded twice they change nothing (PF-11)."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from fours.base.errors import NotAllowed, NotThere, Refused
from fours.desk.search import search
from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store
from fours.parts.catalogue import check_part
from fours.parts.imports import load_part, load_stock
from fours.parts.models import Part, StockBalance, StockMovement, StorePart
from fours.parts.search import pick_part

from .making import a_part, assert_books_tie_out, on_hand

Person = Callable[..., Actor]
FILTER = {
    "number": "06J-115-403Q",
    "name": "机油滤清器",
    "unit": "个",
    "retail_price": Decimal("58.00"),
    "minimum_stock": Decimal(5),
}


def test_a_part_is_made_then_left_alone_then_updated(s01: Store, person: Person) -> None:
    clerk = person("parts_planner", s01)
    assert load_part(s01, FILTER, clerk) == "created"
    assert load_part(s01, FILTER, clerk) == "unchanged"
    assert load_part(s01, {**FILTER, "number": "06J115403Q"}, clerk) == "unchanged"
    assert load_part(s01, {**FILTER, "retail_price": Decimal("62.00")}, clerk) == "updated"
    assert load_part(s01, {"number": "06J-115-403Q", "minimum_stock": Decimal(8)}, clerk) == "updated"
    part = Part.objects.get()
    assert (part.retail_price, part.version) == (Decimal("62.00"), 2)
    assert StorePart.objects.get().minimum_stock == 8
    event = Event.objects.get(kind="parts.part_changed")
    assert event.data["changes"] == {"retail_price": ["58.00", "62.00"]}


def test_a_floor_above_the_retail_price_is_refused(s01: Store, person: Person) -> None:
    with pytest.raises(Refused, match="最低售价不能高于零售价"):
        load_part(s01, {**FILTER, "floor_price": Decimal(60)}, person("parts_planner", s01))
    assert not Part.objects.exists()


def test_parts_cannot_replace_each_other_in_a_circle(s01: Store) -> None:
    first = a_part(s01)
    second = a_part(s01, "N2", "新件", superseded_by=first)
    first.superseded_by = second
    with pytest.raises(Refused, match="循环"):
        check_part(first)


def test_opening_stock_twice_changes_nothing(s01: Store, person: Person) -> None:
    part, clerk = a_part(s01), person("parts_manager", s01)
    row = {"number": "06J115403Q", "bin": "A-03-2-05", "quantity": Decimal(12), "unit_cost": Decimal("32.5")}
    assert load_stock(s01, row, clerk) == "created"
    assert load_stock(s01, row, clerk) == "unchanged"
    with pytest.raises(Refused, match=r"已导入（12，金额 390\.00），与本行不同"):
        load_stock(s01, {**row, "quantity": Decimal(13)}, clerk)
    assert on_hand(s01, part) == 12
    assert StockMovement.objects.get().kind == "opening"
    assert StorePart.objects.get().bin.code == "A-03-2-05"  # type: ignore[union-attr]
    assert_books_tie_out(s01, part)


def test_costs_with_tax_are_taken_without(s01: Store, person: Person) -> None:
    a_part(s01)
    row = {
        "number": "06J115403Q", "quantity": Decimal(10), "amount": Decimal("1130.00"), "includes_tax": True
    }  # fmt: skip
    load_stock(s01, row, person("parts_manager", s01))
    assert StockBalance.objects.get().value == Decimal("1000.00")
    assert StockMovement.objects.get().bin.code == "待上架"


def test_an_unknown_part_has_no_stock(s01: Store, person: Person) -> None:
    with pytest.raises(Refused) as refusal:
        load_stock(s01, {"number": "X9", "quantity": Decimal(1)}, person("parts_manager", s01))
    assert list(refusal.value.fields) == ["number"]
    assert not StockBalance.objects.exists()


def test_only_the_import_right_of_this_store_loads(s01: Store, s02: Store, person: Person) -> None:
    a_part(s01)
    row = {"number": "06J115403Q", "quantity": Decimal(1)}
    for actor, error in ((person("parts_keeper", s01), NotAllowed), (person("parts_manager", s02), NotThere)):
        for load in (load_part, load_stock):
            with pytest.raises(error):
                load(s01, row, actor)
    assert not StockMovement.objects.exists()


@pytest.mark.parametrize("typed", ["06j115403q", "06J-115 403Q", "机油滤", "jyl", "jiyoulv", "403q"])
def test_a_part_is_found_by_number_name_or_pinyin(s01: Store, person: Person, typed: str) -> None:
    part = a_part(s01)
    a_part(s01, "5Q0698151", "前制动片")
    keeper = person("parts_keeper", s01)
    assert [choice.value for choice in pick_part(keeper, typed)] == [part.pk]
    if typed != "06J-115 403Q":
        assert [hit.title for hit in search(keeper, typed)] == ["机油滤清器"]
