"""The gate pass (SV-06, SV-12): only for a finished, settled car, and with a certificate where the law asks for it."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused
from fours.kernel.actor import Actor
from fours.kernel.models import PrintedForm, Setting, Store
from fours.service.models import GatePass, RepairOrder
from fours.service.verbs.delivery import give_gate_pass, valid_pass
from fours.service.verbs.payment import Part, receive_payments, refund_payment
from fours.service.verbs.settlement import put_on_account

from .settling import finished_order, issued, labor

PersonOf = Callable[..., Actor]


@pytest.fixture
def cashier(s01: Store, person: PersonOf) -> Actor:
    return person("cashier", s01)


@pytest.fixture
def order(s01: Store) -> RepairOrder:
    order = finished_order(s01)
    labor(order, "300")
    return order


@pytest.fixture
def advisor(s01: Store, person: PersonOf) -> Actor:
    return person("advisor", s01)


def test_a_paid_car_may_go_for_four_hours(order: RepairOrder, advisor: Actor, cashier: Actor) -> None:
    receive_payments(issued(order, advisor)["customer"], parts=[Part("cash", Decimal(300))], actor=cashier)
    given = give_gate_pass(order, actor=cashier)
    order.refresh_from_db()
    assert given.number.startswith("GP-S01-")
    assert order.presence == "gate_pass"
    left = given.valid_until - timezone.now()
    assert timedelta(hours=3, minutes=59) < left <= timedelta(hours=4)


def test_the_hours_are_a_setting(order: RepairOrder, advisor: Actor, cashier: Actor) -> None:
    Setting.objects.create(store=order.store, key="service.gate_pass_hours", value=1)
    receive_payments(issued(order, advisor)["customer"], parts=[Part("cash", Decimal(300))], actor=cashier)
    assert give_gate_pass(order, actor=cashier).valid_until < timezone.now() + timedelta(hours=1)


def test_a_car_on_account_may_go(
    order: RepairOrder, advisor: Actor, cashier: Actor, person: PersonOf
) -> None:
    manager = person("service_manager", order.store)
    put_on_account(issued(order, advisor)["customer"], reason="单位月结", actor=manager)
    assert give_gate_pass(order, actor=cashier).released_by == cashier.user


def test_the_insurers_open_statement_does_not_keep_the_car(
    s01: Store, advisor: Actor, cashier: Actor
) -> None:
    order = finished_order(s01)
    labor(order, "900", "insurer")
    assert issued(order, advisor)["insurer"].state == "issued"
    assert give_gate_pass(order, actor=cashier)


def test_an_unbilled_or_unpaid_car_stays(order: RepairOrder, advisor: Actor, cashier: Actor) -> None:
    with pytest.raises(Refused, match="还没有结算"):
        give_gate_pass(order, actor=cashier)
    statement = issued(order, advisor)["customer"]
    receive_payments(statement, parts=[Part("cash", Decimal("299.99"))], actor=cashier)
    with pytest.raises(Refused, match=r"尚欠 0.01 元"):
        give_gate_pass(order, actor=cashier)
    order.refresh_from_db()
    assert order.presence == "arrived"
    assert not GatePass.objects.exists()


def test_an_unfinished_car_stays(s01: Store, cashier: Actor) -> None:
    with pytest.raises(IllegalMove, match="终检"):
        give_gate_pass(finished_order(s01, state="authorised"), actor=cashier)
    assert not GatePass.objects.exists()


def test_a_gearbox_overhaul_leaves_only_with_its_certificate(
    s01: Store, advisor: Actor, cashier: Actor
) -> None:
    order = finished_order(s01)
    labor(order, "0", repair_class="assembly")
    issued(order, advisor)
    with pytest.raises(Refused, match="合格证"):
        give_gate_pass(order, actor=cashier)
    PrintedForm.objects.create(
        store=s01, aggregate_kind="service.repairorder", aggregate_id=order.pk,
        form="service.completion_certificate", view={}, path="x", sha256="0" * 64, month=date(2026, 3, 1),
    )  # fmt: skip
    assert give_gate_pass(order, actor=cashier)


def test_a_pass_is_given_once_and_anew_when_it_ran_out(
    order: RepairOrder, advisor: Actor, cashier: Actor
) -> None:
    receive_payments(issued(order, advisor)["customer"], parts=[Part("cash", Decimal(300))], actor=cashier)
    first = give_gate_pass(order, actor=cashier)
    with pytest.raises(Refused, match=first.number):
        give_gate_pass(order, actor=cashier)
    GatePass.objects.update(valid_until=timezone.now() - timedelta(minutes=1))
    order.refresh_from_db()
    assert valid_pass(order) is None
    assert give_gate_pass(order, actor=cashier).number != first.number


def test_a_refund_withdraws_the_pass_of_a_car_still_here(
    order: RepairOrder, advisor: Actor, cashier: Actor, person: PersonOf
) -> None:
    statement = issued(order, advisor)["customer"]
    payment = receive_payments(statement, parts=[Part("cash", Decimal(300))], actor=cashier)[0]
    give_gate_pass(order, actor=cashier)
    refund_payment(payment, amount=Decimal(300), reason="错", actor=person("service_manager", order.store))
    order.refresh_from_db()
    assert order.presence == "arrived"


@pytest.mark.parametrize("post", ["advisor", "technician", "inspector", "washer"])
def test_who_may_not_release_a_car(order: RepairOrder, person: PersonOf, post: str) -> None:
    with pytest.raises(NotAllowed):
        give_gate_pass(order, actor=person(post, order.store))
    assert not GatePass.objects.exists()


def test_another_store_finds_no_car(order: RepairOrder, s02: Store, person: PersonOf) -> None:
    with pytest.raises(NotThere):
        give_gate_pass(order, actor=person("cashier", s02))
