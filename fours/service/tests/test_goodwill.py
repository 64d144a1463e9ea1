"""What the store bears for a customer's sake has a limit, all lines of an order together (PF-02, PF-06)."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction

from fours.approvals.authority import NeedsApproval
from fours.approvals.models import ApprovalRequest
from fours.approvals.verbs.request import approve_request, request_approval
from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.service.authority import GOODWILL
from fours.service.models import LaborLine, PartLine, RepairOrder
from fours.service.tests.order_house import House, draft, fresh, house, in_hours, signature
from fours.service.verbs.correction import cancel_line, correct_line, share_line
from fours.service.verbs.lines import add_fee, add_labor, add_part, change_line, remove_line, split_line
from fours.service.verbs.order import authorise_order, change_order

PersonOf = Callable[..., Actor]


@pytest.fixture
def at(s01: Store) -> House:
    return house(s01)


@pytest.fixture
def advisor(person: PersonOf, s01: Store) -> Actor:
    return person("advisor", s01)


@pytest.fixture
def manager(person: PersonOf, s01: Store) -> Actor:
    return person("service_manager", s01)


@pytest.fixture
def order(at: House, advisor: Actor) -> RepairOrder:
    return draft(at, advisor)


def borne(order: RepairOrder) -> Decimal:
    lines = [*order.jobs.all(), *order.parts.all(), *order.fees.all()]
    return sum((line.gross for line in lines if line.payer == "goodwill"), Decimal(0))


def fee(order: RepairOrder, actor: Actor, amount: str, payer: str = "goodwill") -> None:
    add_fee(order, name="拖车", unit_price=Decimal(amount), payer=payer, actor=actor)


def test_the_counter_gives_two_hundred_of_an_order_however_divided(
    order: RepairOrder, advisor: Actor
) -> None:
    fee(order, advisor, "150.00")
    fee(fresh(order), advisor, "50.00")
    with pytest.raises(
        NeedsApproval, match=r"承担（善意、内部）200\.01 元，超过您的权限（200\.00 元）"
    ) as refusal:
        fee(fresh(order), advisor, "0.01")
    assert list(refusal.value.fields) == ["payer"]
    assert borne(order) == Decimal("200.00")


def test_another_payer_for_a_line_is_no_way_round(at: House, order: RepairOrder, advisor: Actor) -> None:
    paint = add_labor(order, operation=at.door_paint, actor=advisor)
    with pytest.raises(NeedsApproval, match=r"450\.00"):
        change_line(paint, payer="goodwill", actor=advisor)
    with pytest.raises(NeedsApproval, match=r"300\.00"):
        split_line(paint, payer="goodwill", amount=Decimal("300.00"), actor=advisor)
    split_line(paint, payer="goodwill", amount=Decimal("200.00"), actor=advisor)
    assert borne(order) == Decimal("200.00")


def test_the_stores_own_account_is_no_way_round(at: House, order: RepairOrder, advisor: Actor) -> None:
    fee(order, advisor, "150.00", "internal")
    with pytest.raises(NeedsApproval, match=r"200\.01"):
        fee(fresh(order), advisor, "50.01")
    fee(fresh(order), advisor, "50.00")
    paint = add_labor(fresh(order), operation=at.door_paint, actor=advisor)
    with pytest.raises(NeedsApproval, match=r"650\.00"):
        change_line(paint, payer="internal", actor=advisor)
    with pytest.raises(NeedsApproval, match=r"201\.00"):
        split_line(paint, payer="internal", amount=Decimal("1.00"), actor=advisor)


def test_a_visit_at_the_stores_own_cost_needs_no_leave_but_does_not_become_another(
    at: House, order: RepairOrder, advisor: Actor, manager: Actor
) -> None:
    change_order(order, kind="rework_external", actor=advisor)
    add_labor(fresh(order), operation=at.door_paint, payer="internal", actor=advisor)
    with (
        pytest.raises(Refused, match=r"450\.00 元超过您的权限（200\.00 元）") as refusal,
        transaction.atomic(),
    ):
        change_order(fresh(order), kind="general_repair", actor=advisor)
    assert list(refusal.value.fields) == ["kind"]
    assert change_order(fresh(order), kind="general_repair", actor=manager).kind == "general_repair"


def test_a_share_taken_back_is_no_way_round(at: House, order: RepairOrder, advisor: Actor) -> None:
    """What is borne goes to the customer, something else is borne instead, and the share comes back."""
    add_labor(order, operation=at.door_paint, actor=advisor)
    fee(fresh(order), advisor, "200.00")
    borne_fee = order.fees.get()
    share = split_line(borne_fee, payer="customer", amount=Decimal("199.00"), actor=advisor)
    fee(fresh(order), advisor, "199.00")
    with pytest.raises(NeedsApproval, match=r"399\.00"), transaction.atomic():
        remove_line(share, actor=advisor)
    authorise_order(
        fresh(order), signature=signature(), signed_by="张三", promised_at=in_hours(3), actor=advisor
    )
    with pytest.raises(NeedsApproval, match=r"399\.00"), transaction.atomic():
        cancel_line(type(share).objects.get(pk=share.pk), reason="x", actor=advisor)
    assert borne(order) == Decimal("200.00")


def test_a_signed_line_is_no_way_round(at: House, advisor: Actor) -> None:
    order = draft(at, advisor)
    paint = add_labor(order, operation=at.door_paint, actor=advisor)
    add_part(fresh(order), part=at.filter, actor=advisor)
    authorise_order(
        fresh(order), signature=signature(), signed_by="张三", promised_at=in_hours(3), actor=advisor
    )
    paint = LaborLine.objects.get(pk=paint.pk)
    with pytest.raises(NeedsApproval):
        correct_line(paint, payer="goodwill", reason="客户关系", actor=advisor)
    with pytest.raises(NeedsApproval):
        share_line(paint, payer="goodwill", amount=Decimal("200.01"), reason="客户关系", actor=advisor)
    assert borne(order) == Decimal("0.00")
    correct_line(
        PartLine.objects.get(order=order, part=at.filter), payer="goodwill", reason="x", actor=advisor
    )
    with pytest.raises(NeedsApproval, match="由店里承担"):
        share_line(paint, payer="goodwill", amount=Decimal("180.00"), reason="x", actor=advisor)


def test_what_the_manager_gave_may_be_renamed_or_made_cheaper_but_not_dearer(
    at: House, order: RepairOrder, advisor: Actor, manager: Actor
) -> None:
    paint = add_labor(order, operation=at.door_paint, payer="goodwill", actor=manager)
    paint = change_line(paint, name="前门喷漆（珍珠白）", actor=advisor)
    paint = change_line(paint, hours=Decimal("2.00"), actor=advisor)
    assert borne(order) == Decimal("300.00")
    with pytest.raises(NeedsApproval):
        change_line(paint, hours=Decimal("3.00"), actor=advisor)
    with pytest.raises(NeedsApproval, match=r"368\.00"):
        add_part(fresh(order), part=at.filter, payer="goodwill", actor=advisor)


def test_an_approval_covers_the_sum_of_the_order_once(
    at: House, order: RepairOrder, advisor: Actor, manager: Actor
) -> None:
    with pytest.raises(NeedsApproval) as refusal:
        add_labor(order, operation=at.door_paint, payer="goodwill", actor=advisor)
    assert "amount=450.00" in refusal.value.way_on[1]
    request = request_approval(
        order.store, matter=GOODWILL, target=order, amount=Decimal("450.00"), reason="返修致歉",
        bound="由店里承担", actor=advisor,
    )  # fmt: skip
    approve_request(request, actor=manager)
    add_labor(fresh(order), operation=at.door_paint, payer="goodwill", actor=advisor)
    assert ApprovalRequest.objects.get().state == "used"
    with pytest.raises(NeedsApproval, match=r"460\.00"):
        fee(fresh(order), advisor, "10.00")


def test_the_general_manager_agrees_too_from_five_thousand(
    order: RepairOrder, advisor: Actor, manager: Actor
) -> None:
    with pytest.raises(NeedsApproval):
        fee(order, manager, "5000.01")
    fee(order, manager, "5000.00")
    request = request_approval(
        order.store, matter=GOODWILL, target=order, amount=Decimal("5000.01"), reason="x", actor=advisor
    )
    assert [step.post for step in request.steps.all()] == ["service_manager", "gm"]


def test_who_decides_reads_the_plate_of_a_draft_order(order: RepairOrder, advisor: Actor) -> None:
    asked = request_approval(
        order.store, matter=GOODWILL, target=order, amount=Decimal("300.00"), reason="老客户", actor=advisor
    )
    assert asked.target_title == f"{order.vehicle} 维修工单草稿"
