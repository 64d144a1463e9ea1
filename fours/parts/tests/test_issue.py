"""Parts leave oldest lot first, only against a paper, and come back where and as they left (PT-06)."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import InternalError, transaction
from django.db.utils import IntegrityError

from fours.base.errors import Gone, NotAllowed, NotThere, Refused
from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store
from fours.parts.models import IssueLine, IssueSlip, Part, StockBalance, StockMovement
from fours.parts.verbs.issue import issue_parts, return_issued
from fours.parts.verbs.reserve import Ask

from .making import a_part, an_order, assert_books_tie_out, on_hand, stocked

Person = Callable[..., Actor]


def issue(store: Store, part: Part, quantity: str, person: Person, *, line: int = 1) -> IssueSlip:
    technician = person("technician", store).user
    assert technician is not None
    return issue_parts(
        store,
        source=an_order(store),
        lines=[Ask(line, part, Decimal(quantity))],
        receiver=technician,
        subject="苏E12345",
        actor=person("parts_keeper", store),
    )


def test_the_oldest_lot_leaves_first(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "2", "10", bin="Z-01-1-01", lot="OLD")
    stocked(s01, part, "5", "20", bin="A-01-1-01", lot="NEW")
    slip = issue(s01, part, "3", person)
    taken = [(i.movement.lot.code, i.movement.bin.code, i.quantity) for i in slip.lines.order_by("pk")]
    assert taken == [("OLD", "Z-01-1-01", Decimal("2.000")), ("NEW", "A-01-1-01", Decimal("1.000"))]
    assert on_hand(s01, part) == 4
    assert_books_tie_out(s01, part)


def test_value_leaves_at_the_moving_average_and_the_last_piece_takes_the_rest(
    s01: Store, person: Person
) -> None:
    part = a_part(s01)
    stocked(s01, part, "3", "3.333333")
    values = [issue(s01, part, "1", person, line=n).lines.get().movement.value for n in (1, 2, 3)]
    assert values == [Decimal("-3.33"), Decimal("-3.34"), Decimal("-3.33")]
    assert StockBalance.objects.get().value == 0
    assert_books_tie_out(s01, part)


def test_two_costs_are_averaged(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "2", "10")
    stocked(s01, part, "2", "20")
    assert issue(s01, part, "1", person).lines.get().movement.value == Decimal("-15.00")


def test_more_than_there_is_cannot_be_issued(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    with pytest.raises(Gone, match="机油滤清器（06J115403Q）只剩 1 个可领，不够 2 个"):
        issue(s01, part, "2", person)
    assert on_hand(s01, part) == 1
    assert not IssueSlip.objects.exists()
    assert StockMovement.objects.count() == 1


def test_one_missing_part_stops_the_whole_slip(s01: Store, person: Person) -> None:
    here, missing = a_part(s01), a_part(s01, "N1", "空调滤芯")
    stocked(s01, here, "5")
    with pytest.raises(Gone, match="空调滤芯"):
        issue_parts(
            s01,
            source=an_order(s01),
            lines=[Ask(1, here, Decimal(1)), Ask(2, missing, Decimal(1))],
            receiver=person("technician", s01).user,
            subject="",
            actor=person("parts_keeper", s01),
        )
    assert on_hand(s01, here) == 5


def test_no_goods_before_paper(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    with pytest.raises(Refused, match="没有正式单据"):
        issue_parts(
            s01,
            source=an_order(s01, number=""),
            lines=[Ask(1, part, Decimal(1))],
            receiver=person("technician", s01).user,
            subject="",
            actor=person("parts_keeper", s01),
        )
    assert on_hand(s01, part) == 1


def test_the_receiver_works_in_this_store(s01: Store, s02: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    with pytest.raises(Refused) as refusal:
        issue_parts(
            s01,
            source=an_order(s01),
            lines=[Ask(1, part, Decimal(1))],
            receiver=person("technician", s02).user,
            subject="",
            actor=person("parts_keeper", s01),
        )
    assert list(refusal.value.fields) == ["receiver"]
    assert on_hand(s01, part) == 1


@pytest.mark.parametrize("quantity", ["0", "-1", "0.0001", "NaN"])
def test_a_wrong_quantity_is_refused(s01: Store, person: Person, quantity: str) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    with pytest.raises(Refused, match="数量"):
        issue(s01, part, quantity, person)
    assert on_hand(s01, part) == 1


def test_the_event_stands_on_the_document_the_parts_are_for(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    slip = issue(s01, part, "1", person, line=7)
    event = Event.objects.get(kind="parts.issued")
    assert (event.aggregate_kind, event.aggregate_id) == ("parts.stockreceipt", 1)
    assert event.data["slip"] == slip.pk
    assert event.data["lines"] == [7]
    assert f"领料 {slip.number}（technicianS01）：机油滤清器×1" == event.sentence


def test_unused_parts_return_to_lot_bin_and_value(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "3", "3.333333", bin="B-01-1-01", lot="OLD")
    line = issue(s01, part, "3", person).lines.get()
    stocked(s01, part, "1", "99", bin="A-01-1-01")
    keeper = person("parts_keeper", s01)
    values = [return_issued(line, quantity=Decimal(1), actor=keeper).value for _ in range(3)]
    assert values == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")]
    back = StockMovement.objects.filter(kind="issue_return").first()
    assert back is not None
    assert (back.lot.code, back.bin.code, back.reverses_id) == ("OLD", "B-01-1-01", line.movement_id)
    assert_books_tie_out(s01, part)


def test_no_more_comes_back_than_went_out(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "5")
    line = issue(s01, part, "2", person).lines.get()
    keeper = person("parts_keeper", s01)
    return_issued(line, quantity=Decimal("1.5"), actor=keeper)
    with pytest.raises(Refused, match=r"只有 0\.5 个"):
        return_issued(line, quantity=Decimal(1), actor=keeper)
    assert IssueLine.objects.get().returned == Decimal("1.5")
    assert on_hand(s01, part) == Decimal("4.5")
    assert_books_tie_out(s01, part)


@pytest.mark.parametrize(
    "post", ["advisor", "technician", "foreman", "cashier", "parts_planner", "gm", "crm_agent"]
)
def test_others_issue_nothing(s01: Store, person: Person, post: str) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    with pytest.raises(NotAllowed):
        issue_parts(
            s01,
            source=an_order(s01),
            lines=[Ask(1, part, Decimal(1))],
            receiver=person("technician", s01).user,
            subject="",
            actor=person(post, s01),
        )
    assert on_hand(s01, part) == 1


def test_the_other_stores_keeper_neither_issues_nor_takes_back(
    s01: Store, s02: Store, person: Person
) -> None:
    part = a_part(s01)
    stocked(s01, part, "2")
    line = issue(s01, part, "1", person).lines.get()
    stranger = person("parts_keeper", s02)
    with pytest.raises(NotThere):
        return_issued(line, quantity=Decimal(1), actor=stranger)
    with pytest.raises(NotThere):
        issue_parts(
            s01,
            source=an_order(s01),
            lines=[Ask(2, part, Decimal(1))],
            receiver=person("technician", s01).user,
            subject="",
            actor=stranger,
        )
    assert on_hand(s01, part) == 1


def test_movements_are_never_changed_and_stock_never_negative_even_by_hand(s01: Store) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        StockMovement.objects.update(quantity=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        StockBalance.objects.update(on_hand=-1)
    assert_books_tie_out(s01, part)
