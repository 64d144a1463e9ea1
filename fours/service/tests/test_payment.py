"""Money for a statement (SV-12): several kinds at once, never a cent too much, never twice."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection, transaction

from fours.base.errors import Gone, IllegalMove, NotAllowed, NotThere, Refused, Stale
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import ClosedDate, Store
from fours.service.models import Payment, Statement
from fours.service.verbs.payment import Part, receive_payments, refund_payment
from fours.service.verbs.settlement import put_on_account

from .settling import finished_order, holder, issued, labor, real_store

PersonOf = Callable[..., Actor]


@pytest.fixture
def cashier(s01: Store, person: PersonOf) -> Actor:
    return person("cashier", s01)


@pytest.fixture
def statement(s01: Store, person: PersonOf) -> Statement:
    order = finished_order(s01)
    labor(order, "300")
    return issued(order, person("advisor", s01))["customer"]


def cash(amount: str) -> list[Part]:
    return [Part("cash", Decimal(amount))]


def test_cash_and_wechat_pay_one_statement(statement: Statement, cashier: Actor) -> None:
    parts = [Part("cash", Decimal(100)), Part("wechat", Decimal(200), "4200001234")]
    payments = receive_payments(statement, parts=parts, actor=cashier)
    statement.refresh_from_db()
    assert (statement.state, statement.paid, statement.due) == ("paid", 300, 0)
    assert [p.reference for p in payments] == ["", "4200001234"]
    assert payments[0].number.startswith("RC-S01-")
    assert statement.paid_at is not None


def test_a_first_part_leaves_the_rest_open(statement: Statement, cashier: Actor) -> None:
    receive_payments(statement, parts=cash("99.99"), actor=cashier)
    statement.refresh_from_db()
    assert (statement.state, statement.due) == ("part_paid", Decimal("200.01"))


def test_more_than_is_open_is_refused_with_the_open_amount(statement: Statement, cashier: Actor) -> None:
    receive_payments(statement, parts=cash("100"), actor=cashier)
    with pytest.raises(Gone, match=r"尚欠的 200.00 元"):
        receive_payments(statement, parts=cash("200.01"), actor=cashier)
    statement.refresh_from_db()
    assert (statement.paid, Payment.objects.count()) == (100, 1)


@pytest.mark.parametrize("kind", ["wechat", "alipay", "card"])
def test_a_terminal_gives_a_reference(statement: Statement, cashier: Actor, kind: str) -> None:
    with pytest.raises(Refused, match="交易号") as refusal:
        receive_payments(
            statement, parts=[Part("cash", Decimal(1)), Part(kind, Decimal(1), " ")], actor=cashier
        )
    assert list(refusal.value.fields) == ["reference_1"]
    assert not Payment.objects.exists()


@pytest.mark.parametrize("amount", ["0", "-5", "1.005", "NaN", "Infinity"])
def test_an_amount_that_is_none_is_refused(statement: Statement, cashier: Actor, amount: str) -> None:
    with pytest.raises(Refused) as refusal:
        receive_payments(statement, parts=cash(amount), actor=cashier)
    assert "amount_0" in refusal.value.fields
    assert not Payment.objects.exists()


def test_a_paid_statement_takes_no_more(statement: Statement, cashier: Actor) -> None:
    receive_payments(statement, parts=cash("300"), actor=cashier)
    with pytest.raises(IllegalMove, match="已收清"):
        receive_payments(statement, parts=cash("1"), actor=cashier)
    assert Payment.objects.count() == 1


def test_a_screen_that_is_older_than_the_statement_is_refused(statement: Statement, cashier: Actor) -> None:
    seen = statement.version
    receive_payments(statement, parts=cash("100"), actor=cashier, version=seen)
    with pytest.raises(Stale, match=r"尚欠 200.00 元"):
        receive_payments(statement, parts=cash("100"), actor=cashier, version=seen)
    assert Payment.objects.count() == 1


def test_money_on_account_comes_later(s01: Store, person: PersonOf, cashier: Actor) -> None:
    order = finished_order(s01)
    labor(order, "500", "insurer")
    statement = put_on_account(issued(order, person("advisor", s01))["insurer"], reason="", actor=cashier)
    receive_payments(statement, parts=[Part("transfer", Decimal(200))], actor=cashier)
    statement.refresh_from_db()
    assert statement.state == "on_account"
    receive_payments(statement, parts=[Part("transfer", Decimal(300))], actor=cashier)
    statement.refresh_from_db()
    assert statement.state == "paid"


def test_no_money_is_taken_for_what_the_store_bears(s01: Store, person: PersonOf, cashier: Actor) -> None:
    order = finished_order(s01)
    labor(order, "500", "internal")
    with pytest.raises(Refused, match="不收款"):
        receive_payments(issued(order, person("advisor", s01))["internal"], parts=cash("1"), actor=cashier)
    assert not Payment.objects.exists()


def test_money_after_the_day_is_signed_counts_for_the_next(statement: Statement, cashier: Actor) -> None:
    assert statement.business_date is not None
    ClosedDate.objects.create(store=statement.store, date=statement.business_date, reason="日报已签")
    payment = receive_payments(statement, parts=cash("300"), actor=cashier)[0]
    assert payment.business_date > statement.business_date


def test_money_goes_back_as_a_row_that_names_what_it_corrects(
    statement: Statement, cashier: Actor, person: PersonOf
) -> None:
    manager = person("service_manager", statement.store)
    payment = receive_payments(statement, parts=cash("300"), actor=cashier)[0]
    refund = refund_payment(payment, amount=Decimal(100), reason="多收", actor=manager)
    statement.refresh_from_db()
    assert (refund.amount, refund.corrects, statement.paid, statement.state) == (
        -100,
        payment,
        200,
        "part_paid",
    )
    with pytest.raises(Refused, match=r"可退的 200.00 元"):
        refund_payment(payment, amount=Decimal("200.01"), reason="多收", actor=manager)
    refund_payment(payment, amount=Decimal(200), reason="全退", actor=manager)
    statement.refresh_from_db()
    assert (statement.paid, statement.state, statement.paid_at) == (0, "issued", None)


def test_a_refund_needs_a_reason_and_is_not_refunded_itself(
    statement: Statement, cashier: Actor, person: PersonOf
) -> None:
    manager = person("service_manager", statement.store)
    payment = receive_payments(statement, parts=cash("300"), actor=cashier)[0]
    with pytest.raises(Refused, match="原因"):
        refund_payment(payment, amount=Decimal(1), reason=" ", actor=manager)
    refund = refund_payment(payment, amount=Decimal(1), reason="多收", actor=manager)
    with pytest.raises(Refused, match="不能再退"):
        refund_payment(refund, amount=Decimal(1), reason="多收", actor=manager)
    assert Payment.objects.count() == 2


@pytest.mark.parametrize("post", ["advisor", "service_manager", "technician", "parts_keeper", "crm_agent"])
def test_only_who_cashes_takes_money(statement: Statement, person: PersonOf, post: str) -> None:
    with pytest.raises(NotAllowed):
        receive_payments(statement, parts=cash("1"), actor=person(post, statement.store))
    assert not Payment.objects.exists()


@pytest.mark.parametrize("post", ["cashier", "advisor", "settlement_clerk"])
def test_a_cashier_does_not_refund(statement: Statement, cashier: Actor, person: PersonOf, post: str) -> None:
    payment = receive_payments(statement, parts=cash("300"), actor=cashier)[0]
    with pytest.raises(NotAllowed):
        refund_payment(payment, amount=Decimal(1), reason="x", actor=person(post, statement.store))
    assert Payment.objects.count() == 1


def test_another_store_neither_pays_nor_refunds(
    statement: Statement, cashier: Actor, s02: Store, person: PersonOf
) -> None:
    payment = receive_payments(statement, parts=cash("100"), actor=cashier)[0]
    with pytest.raises(NotThere):
        receive_payments(statement, parts=cash("1"), actor=person("cashier", s02))
    with pytest.raises(NotThere):
        refund_payment(payment, amount=Decimal(1), reason="x", actor=person("service_manager", s02))
    assert Payment.objects.count() == 1


def settled_store() -> tuple[Store, Statement, list[Actor]]:
    """A committed store with one open statement of 300 and two cashiers."""
    with transaction.atomic():
        store = real_store("S09")
        order = finished_order(store)
        labor(order, "300")
        statement = issued(order, holder("advisor", store))["customer"]
        actors = [holder("cashier", store, name) for name in ("cashier-a", "cashier-b")]
    return store, statement, actors


@pytest.mark.race
@pytest.mark.parametrize("amount", ["300", "200"])
def test_two_cashiers_take_the_open_amount_once(committed: None, amount: str) -> None:
    store, statement, actors = settled_store()
    together, outcomes = threading.Barrier(2), []

    def pay(actor: Actor) -> None:
        try:
            with transaction.atomic():
                open_scope([store.pk])
                together.wait()
                receive_payments(statement, parts=cash(amount), actor=actor)
                outcomes.append("paid")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=pay, args=[actor]) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with transaction.atomic():
        open_scope([store.pk])
        statement.refresh_from_db()
        assert sorted(outcomes) in (["gone", "paid"], ["illegal_state", "paid"])
        assert statement.paid == Decimal(amount)
        assert [payment.amount for payment in Payment.objects.all()] == [Decimal(amount)]
