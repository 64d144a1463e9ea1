"""An order closes with the later of delivery and last payment, once, in the same transaction (SV-06)."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection, transaction

from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Event, Store
from fours.service.models import RepairOrder, Statement
from fours.service.verbs.delivery import deliver_order, give_gate_pass
from fours.service.verbs.payment import Part, receive_payments, refund_payment
from fours.service.verbs.settlement import put_on_account, reverse_statement

from .settling import delivery, finished_order, holder, issued, labor, real_store

PersonOf = Callable[..., Actor]


def cash(amount: str) -> list[Part]:
    return [Part("cash", Decimal(amount))]


def closings(order: RepairOrder) -> int:
    return Event.objects.filter(kind="service.order_closed", aggregate_id=order.pk).count()


@pytest.fixture
def people(s01: Store, person: PersonOf) -> dict[str, Actor]:
    return {post: person(post, s01) for post in ("advisor", "cashier", "service_manager")}


def test_delivery_comes_last(s01: Store, people: dict[str, Actor]) -> None:
    order = finished_order(s01)
    labor(order, "300")
    labor(order, "50", "goodwill")
    receive_payments(issued(order, people["advisor"])["customer"], parts=cash("300"), actor=people["cashier"])
    give_gate_pass(order, actor=people["cashier"])
    assert deliver_order(order, actor=people["advisor"], **delivery(order)).state == "closed"
    assert closings(order) == 1


def test_the_insurers_money_comes_last(s01: Store, people: dict[str, Actor]) -> None:
    order = finished_order(s01)
    labor(order, "900", "insurer")
    statement = put_on_account(
        issued(order, people["advisor"])["insurer"], reason="", actor=people["cashier"]
    )
    give_gate_pass(order, actor=people["cashier"])
    assert deliver_order(order, actor=people["advisor"], **delivery(order)).state == "delivered"
    receive_payments(statement, parts=cash("400"), actor=people["cashier"])
    assert RepairOrder.objects.get().state == "delivered"
    receive_payments(statement, parts=cash("500"), actor=people["cashier"])
    order.refresh_from_db()
    assert order.state == "closed"
    assert order.closed_at is not None
    assert closings(order) == 1


def test_an_order_without_any_line_closes_on_delivery(s01: Store, people: dict[str, Actor]) -> None:
    order = finished_order(s01)
    give_gate_pass(order, actor=people["cashier"])
    assert deliver_order(order, actor=people["advisor"], **delivery(order)).state == "closed"


def test_a_later_correction_opens_the_order_and_the_new_statement_closes_it(
    s01: Store, people: dict[str, Actor]
) -> None:
    order = finished_order(s01)
    labor(order, "300")
    statement = issued(order, people["advisor"])["customer"]
    payment = receive_payments(statement, parts=cash("300"), actor=people["cashier"])[0]
    give_gate_pass(order, actor=people["cashier"])
    deliver_order(order, actor=people["advisor"], **delivery(order))
    refund_payment(payment, amount=Decimal(300), reason="开错", actor=people["service_manager"])
    reverse_statement(statement, reason="开错", actor=people["service_manager"])
    order.refresh_from_db()
    assert (order.state, order.closed_at, order.presence) == ("delivered", None, "left")
    anew = issued(order, people["advisor"])["customer"]
    receive_payments(anew, parts=cash("300"), actor=people["cashier"])
    order.refresh_from_db()
    assert order.state == "closed"
    assert sum(s.total for s in Statement.objects.all()) == 300


def race_delivery_and_payment() -> tuple[Store, RepairOrder, Callable[[], int]]:
    """Deliver a car and pay its insurer's statement at the same moment, each in its own thread."""
    with transaction.atomic():
        store = real_store("S08")
        order = finished_order(store)
        labor(order, "900", "insurer")
        advisor, cashier = holder("advisor", store), holder("cashier", store)
        statement = issued(order, advisor)["insurer"]
        give_gate_pass(order, actor=cashier)
        arguments = delivery(order)
    together = threading.Barrier(2)

    def run(work: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                open_scope([store.pk])
                together.wait()
                work()
        finally:
            connection.close()

    works: list[Callable[[], object]] = [
        lambda: deliver_order(order, actor=advisor, **arguments),
        lambda: receive_payments(statement, parts=cash("900"), actor=cashier),
    ]
    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return store, order, lambda: closings(order)


@pytest.mark.race
def test_delivery_and_last_payment_in_the_same_second_close_the_order_once(committed: None) -> None:
    store, order, counted = race_delivery_and_payment()
    with transaction.atomic():
        open_scope([store.pk])
        assert RepairOrder.objects.get(pk=order.pk).state == "closed"
        assert counted() == 1
