"""Loads of parts, opening stock and labor taken back (PF-11): out of use, reversed, or as it was; used ones stay."""

from decimal import Decimal
from typing import Any

from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Store
from fours.parts.models import Lot, LotBalance, Part, StockBalance, StockMovement, StorePart
from fours.parts.tests.making import a_part, assert_books_tie_out, on_hand, stocked
from fours.parts.verbs.stock import adjust_stock
from fours.service.models import LaborOperation

from .loads import kept, load_of, undo

FILTER: dict[str, Any] = {
    "number": "06J-115-403Q", "name": "机油滤清器", "unit": "个", "retail_price": Decimal("58.00"), "minimum_stock": Decimal(5),
}  # fmt: skip
PADS: dict[str, Any] = {"number": "8K0-698-151", "name": "前制动片", "retail_price": Decimal("480")}
SHELF = {"number": "06J115403Q", "bin": "A-03-2-05", "quantity": Decimal(12), "unit_cost": Decimal("32.5")}
OIL: dict[str, Any] = {"code": "BY01", "name": "更换机油机滤", "hours": Decimal("0.50")}


def parts(store: Store) -> object:
    rows = Part.objects.filter(group=store.group, active=True).order_by("number")
    own = StorePart.objects.filter(store=store, part__active=True).order_by("part__number")
    return (
        list(rows.values_list("number", "name", "unit", "retail_price")),
        [(row.part.number, row.bin and row.bin.code, row.minimum_stock) for row in own],
    )


def stock(store: Store) -> object:
    rows = StockBalance.objects.filter(store=store).exclude(on_hand=0).order_by("part_id")
    lots = Lot.objects.filter(store=store, balances__quantity__gt=0).order_by("part_id", "pk")
    return list(rows.values_list("part__number", "on_hand", "reserved", "value")), list(
        lots.values_list("part__number", "balances__bin__code", "balances__quantity", "unit_cost")
    )


def test_a_catalogue_is_as_before_and_loads_again_as_the_first_time(s01: Store) -> None:
    load_of(s01, [{**FILTER, "minimum_stock": None}], "parts")
    first = parts(s01)
    rows = [{**FILTER, "retail_price": Decimal("62.5"), "name": "机滤"}, PADS]
    load = load_of(s01, rows, "parts")
    loaded = parts(s01)
    load = undo(load)
    assert (load.result["undo"], kept(load)) == ({"rows": 2, "undone": 2, "kept": 0}, {})
    assert parts(s01)[0] == first[0]  # type: ignore[index]
    again = load_of(s01, rows, "parts")
    assert (parts(s01), again.result["loaded"]) == (loaded, load.result["loaded"])
    assert Part.objects.count() == 2, "no number is there twice"


def test_a_part_in_stock_anywhere_or_changed_since_stays(s01: Store, s02: Store) -> None:
    open_scope([s01.pk, s02.pk])
    load = load_of(s01, [FILTER, PADS], "parts")
    stocked(s02, Part.objects.get(number=FILTER["number"]), "3")
    open_scope([s01.pk])
    load_of(s01, [{**PADS, "retail_price": Decimal(500)}], "parts")
    why = kept(undo(load))
    assert why[2].startswith(("配件已有", "其他门店"))
    assert why[3].startswith("之后有变动：导入修改配件")
    assert Part.objects.filter(active=True).count() == 2


def test_a_part_taken_back_in_one_store_is_new_again_for_the_other(s01: Store, s02: Store) -> None:
    undo(load_of(s01, [FILTER], "parts"))
    open_scope([s02.pk])
    assert load_of(s02, [FILTER], "parts").result["loaded"]["created"] == 1
    assert Part.objects.get().active


def test_a_part_put_out_of_use_by_a_person_stays_so(s01: Store) -> None:
    load_of(s01, [FILTER], "parts")
    Part.objects.update(active=False)
    assert load_of(s01, [FILTER], "parts").result["loaded"]["unchanged"] == 1
    assert not Part.objects.get().active


def test_opening_stock_is_reversed_and_loads_again(s01: Store) -> None:
    part = a_part(s01)
    load = load_of(s01, [SHELF], "stock")
    loaded = stock(s01)
    load = undo(load)
    assert kept(load) == {}
    assert on_hand(s01, part) == 0
    assert [row.quantity for row in StockMovement.objects.order_by("pk")] == [12, -12]
    assert StorePart.objects.get().bin is None
    assert_books_tie_out(s01, part)
    again = load_of(s01, [SHELF], "stock")
    assert (stock(s01), again.result["loaded"]["created"]) == (loaded, 1)
    assert_books_tie_out(s01, part)


def test_opening_stock_that_moved_stays(s01: Store) -> None:
    part = a_part(s01)
    load = load_of(s01, [SHELF], "stock")
    adjust_stock(LotBalance.objects.get(), counted=Decimal(11), reason="盘点", actor=Actor.system(s01))
    assert kept(undo(load)) == {2: f"{part.name} 期初库存之后有出入库"}
    assert on_hand(s01, part) == 11


def test_opening_stock_beside_later_receipts_goes_at_its_own_value(s01: Store) -> None:
    part = a_part(s01)
    load = load_of(s01, [SHELF], "stock")
    stocked(s01, part, "4")
    worth = StockBalance.objects.get().value
    assert kept(undo(load)) == {}
    balance = StockBalance.objects.get()
    assert (balance.on_hand, balance.value) == (4, worth - 390)
    assert_books_tie_out(s01, part)


def test_labor_is_as_before_and_loads_again(s01: Store) -> None:
    load_of(s01, [OIL], "labor-operations")
    rows = [{**OIL, "hours": Decimal("0.8")}, {"code": "BY02", "name": "更换空滤", "hours": Decimal("0.2")}]
    load = undo(load_of(s01, rows, "labor-operations"))
    assert kept(load) == {}
    listed = LaborOperation.objects.order_by("code").values_list("code", "hours", "active")
    assert list(listed) == [("BY01", Decimal("0.50"), True), ("BY02", Decimal("0.20"), False)]
    again = load_of(s01, rows, "labor-operations")
    assert again.result["loaded"] == load.result["loaded"]
    assert list(listed.all()) == [("BY01", Decimal("0.80"), True), ("BY02", Decimal("0.20"), True)]
