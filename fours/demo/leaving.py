"""The way out: handover check, statements, money, gate pass, delivery."""

from datetime import time, timedelta
from decimal import Decimal

from django.utils import timezone

from fours.service.models import RepairOrder, Statement
from fours.service.verbs.delivery import (
    check_handover,
    deliver_order,
    delivery_checklist,
    give_gate_pass,
    handover_checklist,
)
from fours.service.verbs.payment import Part as Money
from fours.service.verbs.payment import receive_payments
from fours.service.verbs.settlement import issue_statements, put_on_account

from .shop import Shop, Times, Visiting

OWING = ("insurer", "warranty")


def leave(shop: Shop, visiting: Visiting, order: RepairOrder) -> Times:
    """From completion to the open road; an insurer or maker pays its statement some days later."""
    staff, advisor = shop.staff, visiting.advisor
    yield timezone.now() + shop.minutes(3, 12)
    order = RepairOrder.objects.get(pk=order.pk)
    if order.state != RepairOrder.State.COMPLETED:
        return
    check_handover(order, items=handover_checklist(order), actor=advisor)
    order.refresh_from_db()
    statements = issue_statements(order, actor=advisor)
    yield timezone.now() + shop.minutes(5, 30)
    for statement in statements:
        _settle(shop, statement)
    yield timezone.now() + shop.minutes(1, 6)
    order = RepairOrder.objects.get(pk=order.pk)
    give_gate_pass(order, actor=staff.one("cashier"))
    yield timezone.now() + shop.minutes(2, 10)
    order = RepairOrder.objects.get(pk=order.pk)
    afternoon = shop.rng.random() < 0.4
    deliver_order(
        order,
        mileage_out=order.mileage_in + shop.rng.randint(0, 6),
        items=delivery_checklist(order),
        call_from=time(15 if afternoon else 10),
        call_until=time(17 if afternoon else 12),
        actor=advisor,
    )
    if owed := [statement for statement in statements if statement.payer in OWING]:
        yield (timezone.now() + timedelta(days=shop.rng.randint(6, 15))).replace(hour=2)
        for statement in owed:
            _collect(shop, statement)


def _collect(shop: Shop, statement: Statement) -> None:
    statement.refresh_from_db()
    money = Money("transfer", statement.due, f"HK{shop.rng.randint(10**9, 10**10 - 1)}")
    receive_payments(statement, parts=[money], actor=shop.staff.one("cashier"))


def _settle(shop: Shop, statement: Statement) -> None:
    cashier, rng = shop.staff.one("cashier"), shop.rng
    statement.refresh_from_db()
    if statement.state not in (Statement.State.ISSUED, Statement.State.PART_PAID):
        return
    if statement.payer != "customer":
        put_on_account(statement, reason="按月对账结算", actor=cashier)
        return
    if not statement.due:
        return
    reference = f"4200{rng.randint(10**12, 10**13 - 1)}"
    if statement.due > 800 and rng.random() < 0.2:
        cash = Decimal(200)
        parts = [Money("cash", cash), Money("wechat", statement.due - cash, reference)]
    else:
        kind = rng.choice(["wechat", "wechat", "alipay", "card"])
        parts = [Money(kind, statement.due, reference)]
    receive_payments(statement, parts=parts, actor=cashier)
