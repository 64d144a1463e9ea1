"""Parts come in by a numbered paper; value is quantity × cost without VAT (PT-02)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fours.base.errors import NotAllowed, NotThere, Refused
from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store
from fours.parts.models import Lot, LotBalance, StockBalance, StockMovement, StockReceipt
from fours.parts.stock import availability
from fours.parts.verbs.receive import Arrival, open_stock, receive_parts

from .making import a_bin, a_part, assert_books_tie_out, on_hand, stocked

Person = Callable[..., Actor]


def test_a_receipt_has_a_number_lots_and_movements(s01: Store, person: Person) -> None:
    keeper = person("parts_keeper", s01)
    filter_, oil = a_part(s01), a_part(s01, "G052167M4", "机油")
    lines = [
        Arrival(filter_, Decimal(10), Decimal("32.50"), a_bin(s01)),
        Arrival(oil, Decimal("4.5"), Decimal("61.333333"), a_bin(s01, "C-01-1-01"), "L1", date(2028, 1, 1)),
    ]
    receipt = receive_parts(s01, lines=lines, supplier="主机厂配件中心", delivery_note="DN1", actor=keeper)
    assert receipt.number.startswith("PI-S01-")
    moved = StockMovement.objects.filter(source_id=receipt.pk, source_kind="parts.stockreceipt").order_by(
        "pk"
    )
    assert [(m.quantity, m.value, m.balance) for m in moved] == [
        (Decimal("10.000"), Decimal("325.00"), Decimal("10.000")),
        (Decimal("4.500"), Decimal("276.00"), Decimal("4.500")),
    ]
    assert [m.actor_name for m in moved] == [keeper.name, keeper.name]
    assert Lot.objects.get(part=oil).expires_on == date(2028, 1, 1)
    assert Event.objects.get(kind="parts.received").sentence.startswith("采购入库 PI-S01-")


def test_availability_names_the_oldest_pieces_bin(s01: Store) -> None:
    part, unknown = a_part(s01), a_part(s01, "X1", "从未进货")
    stocked(s01, part, "2", bin="B-09-1-01")
    stocked(s01, part, "5", bin="A-01-1-01")
    found = availability(s01, [part.pk, unknown.pk])
    assert (found[part.pk].on_hand, found[part.pk].free, found[part.pk].bin_code) == (7, 7, "B-09-1-01")
    assert (found[unknown.pk].on_hand, found[unknown.pk].bin_code) == (0, "")


@pytest.mark.parametrize(
    ("quantity", "cost", "field"),
    [
        ("0", "1", "quantity"), ("-1", "1", "quantity"), ("1.0001", "1", "quantity"), ("NaN", "1", "quantity"),
        ("1", "-0.01", "unit_cost"), ("1", "0.1234567", "unit_cost"), ("1", "Infinity", "unit_cost"),
    ],
)  # fmt: skip
def test_wrong_figures_are_refused_beside_their_field(
    s01: Store, quantity: str, cost: str, field: str
) -> None:
    part = a_part(s01)
    with pytest.raises(Refused) as refusal:
        stocked(s01, part, quantity, cost)
    assert list(refusal.value.fields) == [field]
    assert not StockReceipt.objects.exists()
    assert not StockBalance.objects.exists()


def test_one_wrong_line_leaves_nothing_of_the_receipt(s01: Store, person: Person) -> None:
    good, bad = a_part(s01), a_part(s01, "OLD1", "停用件", active=False)
    lines = [Arrival(p, Decimal(1), Decimal(1), a_bin(s01)) for p in (good, bad)]
    with pytest.raises(Refused, match="停用件"):
        receive_parts(s01, lines=lines, actor=person("parts_keeper", s01))
    assert on_hand(s01, good) == 0


def test_a_lot_keeps_its_one_cost(s01: Store) -> None:
    part = a_part(s01)
    stocked(s01, part, "1", "10", lot="LOT-A")
    stocked(s01, part, "2", "10", lot="LOT-A")
    with pytest.raises(Refused, match="批次 LOT-A"):
        stocked(s01, part, "2", "11", lot="LOT-A")
    assert on_hand(s01, part) == 3
    assert_books_tie_out(s01, part)


def test_another_stores_bin_is_refused(s01: Store, s02: Store, see: Callable[..., None]) -> None:
    see(s01, s02)
    part = a_part(s01)
    line = Arrival(part, Decimal(1), Decimal(1), a_bin(s02))
    with pytest.raises(Refused, match="货位"):
        receive_parts(s01, lines=[line], actor=Actor.system(s01))
    assert on_hand(s01, part) == 0


@pytest.mark.parametrize(
    ("post", "receives", "opens"),
    [
        ("parts_keeper", True, False), ("parts_manager", True, True), ("parts_planner", False, True),
        ("advisor", False, False), ("technician", False, False), ("gm", False, False),
    ],
)  # fmt: skip
def test_who_may_book_stock(s01: Store, person: Person, post: str, receives: bool, opens: bool) -> None:
    part, actor = a_part(s01), person(post, s01)
    line = Arrival(part, Decimal(1), Decimal(1), a_bin(s01))
    for allowed, book in ((receives, receive_parts), (opens, open_stock)):
        before = on_hand(s01, part)
        if allowed:
            book(s01, lines=[line], actor=actor)
        else:
            with pytest.raises(NotAllowed):
                book(s01, lines=[line], actor=actor)
        assert on_hand(s01, part) == before + allowed


def test_the_other_stores_keeper_books_nothing_here(s01: Store, s02: Store, person: Person) -> None:
    part = a_part(s01)
    keeper = person("parts_keeper", s02)
    with pytest.raises(NotThere):
        receive_parts(s01, lines=[Arrival(part, Decimal(1), Decimal(1), a_bin(s01))], actor=keeper)
    assert on_hand(s01, part) == 0


def test_two_hundred_lines_of_opening_stock_cost_as_much_as_two(s01: Store, person: Person) -> None:
    parts = [a_part(s01, f"N{number}", f"件{number}") for number in range(100)]
    shelves = [a_bin(s01, f"A-{number}") for number in range(2)]
    lines = [Arrival(part, Decimal(3), Decimal("1.5"), shelf) for part in parts for shelf in shelves]
    manager = person("parts_manager", s01)
    with CaptureQueriesContext(connection) as asked:
        receipt = open_stock(s01, lines=lines, actor=manager)
    sent = [query["sql"] for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]]
    assert len(sent) <= 14, [sql[:90] for sql in sent]
    assert StockMovement.objects.filter(source_id=receipt.pk).count() == 200
    assert LotBalance.objects.filter(bin=shelves[0], quantity=3).count() == 100
    for part in parts[:3]:
        assert on_hand(s01, part) == 6
        assert_books_tie_out(s01, part)
