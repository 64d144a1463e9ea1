"""Each verb of the money in each state (SV-06): the moves there are, and that all others change nothing."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from fours.base.errors import IllegalMove, Refused
from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store
from fours.service.models import GatePass, Payment, RepairOrder, Statement
from fours.service.verbs.delivery import check_handover, deliver_order, give_gate_pass, handover_checklist
from fours.service.verbs.payment import Part, receive_payments
from fours.service.verbs.settlement import issue_statements, put_on_account, reverse_statement

from .settling import delivery, finished_order, issued, labor

PersonOf = Callable[..., Actor]

# Written by hand from SV-06: what may be done to a statement of 300 that has had 0, 100 or 300.
ALLOWED = {
    "issued": {"pay", "account", "reverse"},
    "part_paid": {"pay", "account"},  # reversed only after the refund
    "on_account": {"pay", "reverse"},
    "paid": set(),
    "reversed": set(),
}
PAID = {"part_paid": 100, "paid": 300}


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("what", ["pay", "account", "reverse"])
def test_a_statement_moves_only_as_the_table_says(
    s01: Store, person: PersonOf, state: str, what: str
) -> None:
    order = finished_order(s01)
    labor(order, "300")
    statement = issued(order, person("advisor", s01))["customer"]
    manager, cashier = person("service_manager", s01), person("cashier", s01)
    if state in PAID:
        receive_payments(statement, parts=[Part("cash", Decimal(PAID[state]))], actor=cashier)
    if state == "on_account":
        put_on_account(statement, reason="月结", actor=manager)
    if state == "reversed":
        reverse_statement(statement, reason="开错", actor=manager)
    statement.refresh_from_db()
    assert statement.state == state
    calls: dict[str, Callable[[], object]] = {
        "pay": lambda: receive_payments(statement, parts=[Part("cash", Decimal(1))], actor=cashier),
        "account": lambda: put_on_account(statement, reason="月结", actor=manager),
        "reverse": lambda: reverse_statement(statement, reason="开错", actor=manager),
    }
    before = fingerprint()
    if what in ALLOWED[state]:
        calls[what]()
        assert fingerprint() != before
        return
    # Money kept and a state that leads nowhere are two refusals; neither leaves a trace.
    with pytest.raises(Refused, match=r"不能|已收"):
        calls[what]()
    assert fingerprint() == before


@pytest.mark.parametrize("state", ["draft", "authorised", "delivered", "closed", "void"])
@pytest.mark.parametrize("what", ["gate_pass", "handover", "deliver"])
def test_a_car_is_released_and_delivered_only_when_finished(
    s01: Store, person: PersonOf, state: str, what: str
) -> None:
    order = finished_order(s01)
    gone = (
        {"presence": "left", "delivered_at": order.completed_at} if state in ("delivered", "closed") else {}
    )
    RepairOrder.objects.filter(pk=order.pk).update(state=state, **gone)
    order.refresh_from_db()
    advisor, cashier = person("advisor", s01), person("cashier", s01)
    calls: dict[str, Callable[[], object]] = {
        "gate_pass": lambda: give_gate_pass(order, actor=cashier),
        "handover": lambda: check_handover(order, items=handover_checklist(order), actor=advisor),
        "deliver": lambda: deliver_order(order, actor=advisor, **delivery(order)),
    }
    before = fingerprint()
    with pytest.raises(IllegalMove):
        calls[what]()
    assert fingerprint() == before


@pytest.mark.parametrize("state", ["draft", "authorised", "closed", "void"])
def test_an_order_is_billed_only_when_finished(s01: Store, person: PersonOf, state: str) -> None:
    order = finished_order(s01)
    labor(order, "300")
    gone = {"presence": "left", "delivered_at": order.completed_at} if state == "closed" else {}
    RepairOrder.objects.filter(pk=order.pk).update(state=state, **gone)
    before = fingerprint()
    with pytest.raises(IllegalMove):
        issue_statements(order, actor=person("advisor", s01))
    assert fingerprint() == before


def fingerprint() -> tuple[object, ...]:
    """Everything these verbs may change."""
    return (
        list(RepairOrder.objects.order_by("pk").values_list()),
        list(Statement.objects.order_by("pk").values_list()),
        list(Payment.objects.order_by("pk").values_list()),
        GatePass.objects.count(),
        Event.objects.count(),
    )
