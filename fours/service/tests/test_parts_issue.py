"""Parts leave the store for authorised lines only, and never more than the order says (PT-06, SV-06)."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fours.base.errors import Gone, IllegalMove, NotAllowed, NotThere, Refused
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store
from fours.kernel.verbs import VERBS
from fours.parts.models import IssueLine, IssueSlip, Part
from fours.parts.tests.making import a_part, assert_books_tie_out, on_hand, stocked
from fours.service.models import AdditionalWork, PartLine, RepairOrder, Statement
from fours.service.verbs.parts import Give, issue_to_order, return_to_stock
from fours.vehicles.models import Vehicle

Person = Callable[..., Actor]


def an_order(store: Store, person: Person, **facts: object) -> RepairOrder:
    """A signed order for 苏E12345, promised in two hours."""
    now = timezone.now()
    vehicle, _ = Vehicle.objects.get_or_create(store=store, plate="苏E12345")
    given = {
        "number": f"RO-{store.code}-261122-{RepairOrder.objects.count() + 1:04d}",
        "state": "authorised",
        "authorised_at": now,
        "promised_at": now + timedelta(hours=2),
        **facts,
    }
    return RepairOrder.objects.create(
        store=store,
        vehicle=vehicle,
        customer=Customer.objects.create(store=store, name="王小明"),
        deliverer_name="王小明",
        advisor=person("advisor", store).user,
        arrived_at=now,
        arrival_date=now.date(),
        mileage_in=32100,
        **given,
    )


def a_line(order: RepairOrder, part: Part | None, quantity: str = "1", **facts: object) -> PartLine:
    line = PartLine(
        order=order,
        part=part,
        number=part.number if part else "",
        name=part.name if part else "自带机油",
        quantity=Decimal(quantity),
        unit_price=Decimal("58.00"),
        tax_rate=Decimal("0.13"),
        **facts,
    )
    line.price()
    line.save()
    return line


def issue(
    order: RepairOrder, person: Person, *lines: tuple[PartLine, str], post: str = "parts_keeper"
) -> IssueSlip:
    technician = person("technician", order.store).user
    assert technician is not None
    gives = [Give(line.pk, Decimal(quantity)) for line, quantity in lines]
    return issue_to_order(order, lines=gives, receiver=technician, actor=person(post, order.store))


def test_a_slip_for_two_lines_counts_both_as_issued(s01: Store, person: Person) -> None:
    oil, filter_ = a_part(s01, "G052167M4", "机油"), a_part(s01)
    stocked(s01, oil, "10")
    stocked(s01, filter_, "3")
    order = an_order(s01, person)
    first, second = a_line(order, oil, "4.5"), a_line(order, filter_)
    slip = issue(order, person, (first, "4.5"), (second, "1"))
    assert (slip.source_number, slip.subject) == (order.number, "苏E12345")
    first.refresh_from_db()
    assert (first.issued, first.still_to_issue) == (Decimal("4.5"), 0)
    assert on_hand(s01, oil) == Decimal("5.5")
    event = Event.objects.get(kind="parts.issued")
    assert (event.aggregate_kind, event.aggregate_id) == ("service.repairorder", order.pk)


def test_never_more_than_the_order_says(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "10")
    order = an_order(s01, person)
    line = a_line(order, part, "2")
    issue(order, person, (line, "1"))
    with pytest.raises(Refused, match="工单还可领 1 件，不能领 2 件"):
        issue(order, person, (line, "2"))
    line.refresh_from_db()
    assert (line.issued, on_hand(s01, part)) == (1, 9)


def test_what_is_not_there_leaves_the_line_as_it_was(s01: Store, person: Person) -> None:
    part, other = a_part(s01), a_part(s01, "N1", "空调滤芯")
    stocked(s01, other, "5")
    order = an_order(s01, person)
    line, here = a_line(order, part), a_line(order, other)
    with pytest.raises(Gone, match="机油滤清器"):
        issue(order, person, (here, "1"), (line, "1"))
    here.refresh_from_db()
    assert (here.issued, on_hand(s01, other), IssueSlip.objects.count()) == (0, 5, 0)


@pytest.mark.parametrize(
    ("work_state", "answer"), [("found", False), ("offered", False), ("refused", False), ("accepted", True)]
)
def test_additional_work_waits_for_the_customer(
    s01: Store, person: Person, work_state: str, answer: bool
) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    order = an_order(s01, person)
    technician = person("technician", s01).user
    answered = {"answered_at": timezone.now(), "answered_by": "王小明"}
    work = AdditionalWork.objects.create(
        order=order, finding="刹车片磨损", state=work_state, found_by=technician, **answered
    )
    line = a_line(order, part, additional_work=work)
    if answer:
        issue(order, person, (line, "1"))
    else:
        with pytest.raises(IllegalMove, match="尚未同意的增项"):
            issue(order, person, (line, "1"))
    assert on_hand(s01, part) == (0 if answer else 1)


def test_what_the_customer_brought_is_not_issued(s01: Store, person: Person) -> None:
    order = an_order(s01, person)
    line = a_line(order, None, kind="customer")
    with pytest.raises(Refused, match="客户自带"):
        issue(order, person, (line, "1"))
    assert not IssueSlip.objects.exists()


@pytest.mark.parametrize("state", ["draft", "void", "closed"])
def test_parts_are_not_issued_before_the_signature_nor_after_the_delivery(
    s01: Store, person: Person, state: str
) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    left = {"delivered_at": timezone.now(), "presence": "left"} if state == "closed" else {}
    order = an_order(s01, person, state=state, **left)
    line = a_line(order, part)
    with pytest.raises(IllegalMove, match="不能发料"):
        issue(order, person, (line, "1"))
    assert on_hand(s01, part) == 1


def test_a_part_that_comes_in_after_the_final_check_is_still_handed_out(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    order = an_order(s01, person, state="completed")
    line = a_line(order, part)
    issue(order, person, (line, "1"))
    line.refresh_from_db()
    assert line.issued == 1
    assert on_hand(s01, part) == 0


def test_another_orders_line_is_not_there(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    mine, other = an_order(s01, person), an_order(s01, person)
    with pytest.raises(NotThere):
        issue(mine, person, (a_line(other, part), "1"))
    assert on_hand(s01, part) == 1


def test_unused_parts_go_back_and_may_be_issued_again(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "2")
    order = an_order(s01, person)
    line = a_line(order, part, "2")
    slip_line = issue(order, person, (line, "2")).lines.get()
    keeper = person("parts_keeper", s01)
    return_to_stock(order, issue_line=slip_line, quantity=Decimal(1), actor=keeper)
    line.refresh_from_db()
    assert (line.issued, on_hand(s01, part)) == (1, 1)
    issue(order, person, (line, "1"))
    assert on_hand(s01, part) == 0
    assert_books_tie_out(s01, part)
    assert Event.objects.get(kind="parts.returned").aggregate_id == order.pk


def test_nothing_goes_back_once_a_statement_is_out(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    order = an_order(s01, person)
    slip_line = issue(order, person, (a_line(order, part), "1")).lines.get()
    Statement.objects.create(
        store=s01, order=order, payer="customer", state="issued", number="ST-1", **statement_facts()
    )
    with pytest.raises(IllegalMove, match="请先冲销"):
        return_to_stock(order, issue_line=slip_line, quantity=Decimal(1), actor=person("parts_keeper", s01))
    assert IssueLine.objects.get().returned == 0
    assert on_hand(s01, part) == 0


def statement_facts() -> dict[str, object]:
    """What the database wants of an issued statement besides its state."""
    return {"issued_at": timezone.now(), "business_date": timezone.localdate()}


def test_a_slip_of_another_order_cannot_be_returned_here(s01: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    order, other = an_order(s01, person), an_order(s01, person)
    slip_line = issue(order, person, (a_line(order, part), "1")).lines.get()
    with pytest.raises(NotThere):
        return_to_stock(other, issue_line=slip_line, quantity=Decimal(1), actor=person("parts_keeper", s01))
    assert on_hand(s01, part) == 0


# Written from the duties: the storekeeper and the parts manager hand out and take back, nobody else does.
@pytest.mark.parametrize(
    ("post", "may"),
    [
        ("parts_keeper", True), ("parts_manager", True), ("parts_planner", False), ("advisor", False),
        ("service_manager", False), ("technician", False), ("foreman", False), ("cashier", False), ("gm", False),
    ],
)  # fmt: skip
def test_who_hands_out_parts(s01: Store, person: Person, post: str, may: bool) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    order = an_order(s01, person)
    line = a_line(order, part)
    if not may:
        with pytest.raises(NotAllowed):
            issue(order, person, (line, "1"), post=post)
        assert on_hand(s01, part) == 1
        return
    slip_line = issue(order, person, (line, "1"), post=post).lines.get()
    return_to_stock(order, issue_line=slip_line, quantity=Decimal(1), actor=person(post, s01))
    assert on_hand(s01, part) == 1


def test_the_other_stores_keeper_finds_nothing(s01: Store, s02: Store, person: Person) -> None:
    part = a_part(s01)
    stocked(s01, part, "1")
    order = an_order(s01, person)
    line = a_line(order, part)
    technician = person("technician", s01).user
    assert technician is not None
    with pytest.raises(NotThere):
        issue_to_order(
            order,
            lines=[Give(line.pk, Decimal(1))],
            receiver=technician,
            actor=person("parts_keeper", s02),
        )
    assert on_hand(s01, part) == 1


def test_both_verbs_say_in_which_states_they_may_be_called() -> None:
    assert VERBS["issue_to_order"].states == {"authorised", "completed"}
    assert VERBS["return_to_stock"].states == {"authorised", "completed"}
