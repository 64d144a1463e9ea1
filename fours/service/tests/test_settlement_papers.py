"""The papers at the till and the gate carry what the law and the trade ask for (rules: 结算清单, 出门证)."""

import io
from collections.abc import Callable, Mapping
from datetime import time
from decimal import Decimal
from typing import Any, get_type_hints, is_typeddict

import pytest
from pypdf import PdfReader

from fours.kernel.actor import Actor
from fours.kernel.models import PrintedForm, Store
from fours.kernel.printing import bytes_of
from fours.service.models import AdditionalWork, RepairOrder, Statement
from fours.service.papers.settlement import gate_pass_view, receipt_view, statement_view
from fours.service.prints import views
from fours.service.verbs.delivery import deliver_order, give_gate_pass
from fours.service.verbs.payment import Part, receive_payments, refund_payment
from fours.service.verbs.settlement import reverse_statement

from .settling import advisor_of, delivery, fee, finished_order, issued, labor, part

PersonOf = Callable[..., Actor]


@pytest.fixture
def advisor(s01: Store, person: PersonOf) -> Actor:
    return person("advisor", s01)


@pytest.fixture
def cashier(s01: Store, person: PersonOf) -> Actor:
    return person("cashier", s01)


@pytest.fixture
def order(s01: Store) -> RepairOrder:
    order = finished_order(s01)
    labor(order, "200.85", code="A001")
    labor(order, "800", repair_class="second_maintenance", code="A002")
    part(order, "100", brand="东风")
    part(order, "0", kind="customer", issued=Decimal(0))
    fee(order, "50")
    return order


@pytest.fixture
def statement(order: RepairOrder, advisor: Actor) -> Statement:
    return issued(order, advisor, "0.85")["customer"]


def check_shape(view: Mapping[str, Any], shape: type) -> None:
    """Every key of the shape is there and no other, all the way down."""
    hints = get_type_hints(shape)
    assert view.keys() == hints.keys()
    for key, value in view.items():
        inner = getattr(hints[key], "__args__", [hints[key]])[0]
        for item in value if isinstance(value, list) else [value]:
            if is_typeddict(inner):
                check_shape(item, inner)
            else:
                assert isinstance(item, inner), key


def test_the_statement_carries_every_figure(statement: Statement, advisor: Actor) -> None:
    view = statement_view(statement, advisor)
    check_shape(view, views.StatementView)
    totals = view["totals"]
    assert (totals["labor"], totals["parts"], totals["fees"]) == ("1000.85", "100.00", "49.15")
    assert (totals["total"], totals["capitals"]) == ("1150.00", "壹仟壹佰伍拾元整")
    assert [line["kind"] for line in view["parts"]] == ["原厂", "客户自带"]
    assert view["fees"][-1] == {"name": "抹零", "amount": "-0.85", "payer": "客户"}
    assert view["letterhead"]["complaint_phone"] == "0512-66000009"
    assert view["next_service_mileage"] == "50230"


def test_the_guarantee_stands_by_kind_of_work(statement: Statement, advisor: Actor) -> None:
    terms = {term["scope"].split("：")[0]: term for term in statement_view(statement, advisor)["guarantees"]}
    assert (terms["小修"]["kilometers"], terms["小修"]["days"]) == ("2000", "10")
    assert (terms["二级维护"]["kilometers"], terms["二级维护"]["days"]) == ("5000", "30")
    assert terms["小修"]["until"] == ""


def test_refused_safety_work_and_the_call_time_are_printed(
    order: RepairOrder, statement: Statement, advisor: Actor
) -> None:
    AdditionalWork.objects.create(
        order=order, finding="制动片磨损", found_by=advisor_of(order.store), safety_related=True, state="refused",
        answered_by="王小明", answered_at=order.arrived_at, refusal_reason="下次再做", refusal_consequence="制动距离变长",
    )  # fmt: skip
    order.customer.call_from, order.customer.call_until = time(18), time(20)
    order.customer.save()
    view = statement_view(Statement.objects.get(pk=statement.pk), advisor)
    assert view["refused"] == [{"finding": "制动片磨损", "reason": "下次再做", "consequence": "制动距离变长"}]
    assert view["recommendations"][0]["text"] == "制动片磨损"
    assert view["call_time"] == "18:00–20:00"


def test_after_delivery_the_guarantee_has_its_end(s01: Store, advisor: Actor, cashier: Actor) -> None:
    order = finished_order(s01)
    labor(order, "0", "warranty")
    statement = issued(order, advisor)["warranty"]
    give_gate_pass(order, actor=cashier)
    deliver_order(order, actor=advisor, **delivery(order))
    view = statement_view(Statement.objects.get(pk=statement.pk), advisor)
    assert "47,235 km" in view["guarantees"][0]["until"]
    assert (view["mileage_out"], view["due"]) == ("45235", "0.00")
    assert view["left_on"] != ""


def test_a_counter_statement_names_what_it_reverses(
    statement: Statement, advisor: Actor, person: PersonOf
) -> None:
    counter = reverse_statement(statement, reason="开错", actor=person("service_manager", statement.store))
    view = statement_view(counter, advisor)
    assert view["reverses"] == statement.number
    assert (view["totals"]["total"], view["totals"]["capitals"][0]) == ("-1150.00", "负")


def test_one_receipt_names_all_money_given_at_once(
    statement: Statement, cashier: Actor, person: PersonOf
) -> None:
    parts = [Part("cash", Decimal(100)), Part("wechat", Decimal(200), "4200")]
    first, second = receive_payments(statement, parts=parts, actor=cashier)
    later = receive_payments(statement, parts=[Part("card", Decimal(50), "POS1")], actor=cashier)[0]
    view = receipt_view(second, cashier)
    check_shape(view, views.ReceiptView)
    assert (view["paper"]["number"], view["total"], view["capitals"]) == (first.number, "300.00", "叁佰元整")
    assert [line["kind"] for line in view["payments"]] == ["现金", "微信"]
    assert receipt_view(later, cashier)["total"] == "50.00"
    refund = refund_payment(
        later, amount=Decimal(50), reason="退", actor=person("service_manager", statement.store)
    )
    assert receipt_view(refund, cashier)["purpose"] == "退维修费"


def test_the_guard_sees_plate_releaser_and_hours(statement: Statement, cashier: Actor) -> None:
    receive_payments(statement, parts=[Part("cash", Decimal(1150))], actor=cashier)
    statement.order.jobs.update(repair_class="minor")
    view = gate_pass_view(give_gate_pass(statement.order, actor=cashier), cashier)
    check_shape(view, views.GatePassView)
    assert (view["plate"], view["reason"], view["released_by"]) == ("苏E12345", "已结清", cashier.name)


def read(kept: PrintedForm) -> str:
    """The text of a frozen paper without spaces and line ends."""
    pages = PdfReader(io.BytesIO(bytes_of(kept))).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def test_what_was_issued_is_kept_as_paper(statement: Statement, cashier: Actor) -> None:
    paper = read(PrintedForm.objects.get(form="service.statement"))
    wanted = [
        "1,150.00",
        "壹仟壹佰伍拾元整",
        "更换机油机滤",
        "客户自带",
        "抹零",
        "0512-66000009",
        "二级维护",
        statement.number,
    ]
    assert [text for text in wanted if text not in paper] == []
    receive_payments(
        statement, parts=[Part("cash", Decimal(1000)), Part("card", Decimal(150), "POS1")], actor=cashier
    )
    receipt = read(PrintedForm.objects.get(form="service.receipt"))
    assert [
        text for text in ("1,000.00", "150.00", "POS1", "王小明", "苏E12345") if text not in receipt
    ] == []


def test_the_statement_taken_along_names_the_way_out(s01: Store, advisor: Actor, cashier: Actor) -> None:
    order = finished_order(s01)
    labor(order, "0", "warranty")
    statement = issued(order, advisor)["warranty"]
    given = give_gate_pass(order, actor=cashier)
    assert given.number in read(PrintedForm.objects.get(form="service.gate_pass"))
    deliver_order(order, actor=advisor, **delivery(order))
    kept = PrintedForm.objects.filter(form="service.statement", aggregate_id=statement.pk).order_by("pk")
    assert [paper.occurrence for paper in kept] == ["", "delivery"]
    assert "45,235km" not in read(kept[0])
    assert "45,235km" in read(kept[1])
