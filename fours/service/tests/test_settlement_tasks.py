"""What a finished car makes people do, and when the task goes away by itself (PF-07)."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Store, Task
from fours.service.models import RepairOrder
from fours.service.verbs.delivery import deliver_order, give_gate_pass
from fours.service.verbs.payment import Part, receive_payments
from fours.service.verbs.settlement import put_on_account

from .settling import delivery, finished_order, issued, labor

PersonOf = Callable[..., Actor]


@pytest.fixture
def people(s01: Store, person: PersonOf) -> dict[str, Actor]:
    return {post: person(post, s01) for post in ("advisor", "cashier", "service_manager", "inspector")}


@pytest.fixture
def order(s01: Store) -> RepairOrder:
    order = finished_order(s01)
    labor(order, "300")
    labor(order, "900", "insurer")
    return order


def open_rules() -> set[str]:
    rules = Task.objects.filter(state="open").values_list("rule", flat=True)
    return {
        rule
        for rule in rules
        if rule in ("service.settle_order", "service.collect_payment", "service.deliver_car")
    }


def test_each_step_asks_for_the_next_until_the_car_is_gone(
    order: RepairOrder, people: dict[str, Actor]
) -> None:
    announce("service.order_completed", order, actor=people["inspector"], sentence="竣工")
    settle = Task.objects.get(rule="service.settle_order")
    assert (settle.person, settle.url) == (order.advisor, reverse("order_settle", args=[order.pk]))
    statements = issued(order, people["advisor"])
    assert open_rules() == {"service.collect_payment"}
    assert Task.objects.get(rule="service.collect_payment").title == "收款 300.00 元"
    put_on_account(statements["insurer"], reason="", actor=people["cashier"])
    assert open_rules() == {"service.collect_payment"}
    receive_payments(statements["customer"], parts=[Part("cash", Decimal(300))], actor=people["cashier"])
    assert open_rules() == set()
    give_gate_pass(order, actor=people["cashier"])
    assert open_rules() == {"service.deliver_car"}
    deliver_order(order, actor=people["advisor"], **delivery(order))
    assert open_rules() == set()


def test_on_account_ends_the_wait_for_money(order: RepairOrder, people: dict[str, Actor]) -> None:
    mine = issued(order, people["advisor"])["customer"]
    put_on_account(mine, reason="月结", actor=people["service_manager"])
    assert open_rules() == set()


def test_nobody_waits_for_money_the_customer_does_not_owe(s01: Store, people: dict[str, Actor]) -> None:
    order = finished_order(s01)
    labor(order, "900", "insurer")
    issued(order, people["advisor"])
    assert open_rules() == set()


def test_the_cashiers_home_shows_what_is_to_be_paid(
    order: RepairOrder, people: dict[str, Actor], client_of: Callable[..., Client]
) -> None:
    issued(order, people["advisor"])
    shown = client_of("cashier", order.store).get("/").content.decode()
    assert "待收款" in shown
    assert "收款 300.00 元" in shown
