"""The screens of settlement, till and delivery: what they show, refuse and take, and to whom."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.service.models import GatePass, Payment, RepairOrder, Statement
from fours.service.verbs.delivery import deliver_order, delivery_checklist, give_gate_pass, handover_checklist
from fours.service.verbs.payment import Part, receive_payments
from fours.service.verbs.settlement import put_on_account

from .settling import delivery, fee, finished_order, issued, labor, part

PersonOf = Callable[..., Actor]
ClientOf = Callable[..., Client]


@pytest.fixture
def order(s01: Store) -> RepairOrder:
    order = finished_order(s01)
    labor(order, "200.85")
    part(order, "100")
    return order


@pytest.fixture
def statement(order: RepairOrder, person: PersonOf) -> Statement:
    return issued(order, person("advisor", order.store))["customer"]


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_list_shows_the_car_that_waits_to_be_settled(order: RepairOrder, client_of: ClientOf) -> None:
    shown = text(client_of("advisor", order.store).get(reverse("statements")))
    assert order.number in shown
    assert reverse("order_settle", args=[order.pk]) in shown


def test_settling_shows_each_payer_and_issues(order: RepairOrder, client_of: ClientOf) -> None:
    labor(order, "500", "insurer")
    client = client_of("advisor", order.store)
    address = reverse("order_settle", args=[order.pk])
    shown = text(client.get(address))
    assert "保险 · 保险公司" in shown
    assert "¥800.85" in shown
    response = client.post(address, {"rounding": "0.85", "version": order.version})
    mine = Statement.objects.get(payer="customer")
    assert response.headers["Location"] == reverse("statement", args=[mine.pk])
    assert (mine.total, mine.rounding) == (300, Decimal("0.85"))


def test_too_much_rounding_stands_beside_its_field(order: RepairOrder, client_of: ClientOf) -> None:
    response = client_of("advisor", order.store).post(
        reverse("order_settle", args=[order.pk]), {"rounding": "5"}
    )
    assert response.status_code == 422
    assert "超过您的权限（1.00 元），须审批" in text(response)
    assert 'value="5"' in text(response)
    assert not Statement.objects.exists()


def test_what_stands_against_settling_is_said_before_the_button(
    order: RepairOrder, client_of: ClientOf
) -> None:
    part(order, "10", quantity="2", issued=Decimal(0))
    shown = text(client_of("advisor", order.store).get(reverse("order_settle", args=[order.pk])))
    assert "还有配件未领齐：机油滤清器（缺 2件）" in shown


def test_a_scanned_number_leads_to_the_till(statement: Statement, client_of: ClientOf) -> None:
    client = client_of("cashier", statement.store)
    for typed in (statement.number, statement.number.lower(), statement.order.number, "苏e12345", "苏E123"):
        response = client.get(reverse("cashier"), {"q": typed})
        assert response.headers["Location"] == reverse("statement_pay", args=[statement.pk])
    assert "没有找到" in text(client.get(reverse("cashier"), {"q": "ST-9"}))


def test_two_kinds_of_money_are_taken_at_once(statement: Statement, client_of: ClientOf) -> None:
    client = client_of("cashier", statement.store)
    address = reverse("statement_pay", args=[statement.pk])
    assert 'value="300.85"' in text(client.get(address))
    form = {
        "kind_0": "cash", "amount_0": "100.85", "kind_2": "wechat", "amount_2": "200", "reference_2": "42000012",
        "version": statement.version,
    }  # fmt: skip
    assert client.post(address, form).status_code == 302
    statement.refresh_from_db()
    assert statement.state == "paid"
    shown = text(client.get(reverse("statement", args=[statement.pk])))
    assert "42000012" in shown
    assert shown.count("收据</a>") == 1


def test_a_wrong_row_keeps_what_was_typed_and_says_where(statement: Statement, client_of: ClientOf) -> None:
    client = client_of("cashier", statement.store)
    form = {"kind_0": "cash", "amount_0": "", "kind_1": "wechat", "amount_1": "50", "reference_1": ""}
    response = client.post(reverse("statement_pay", args=[statement.pk]), form)
    assert response.status_code == 422
    assert 'id="id_reference_1_error"' in text(response)
    assert 'value="50"' in text(response)
    assert not Payment.objects.exists()


def test_too_much_money_names_the_open_amount(statement: Statement, client_of: ClientOf) -> None:
    client = client_of("cashier", statement.store)
    response = client.post(
        reverse("statement_pay", args=[statement.pk]), {"kind_0": "cash", "amount_0": "301"}
    )
    assert response.status_code == 409
    assert "尚欠的 300.85 元" in text(response)


def test_a_second_press_of_the_button_pays_once(statement: Statement, client_of: ClientOf) -> None:
    client = client_of("cashier", statement.store)
    form = {"kind_0": "cash", "amount_0": "100", "idempotency_key": "once-and-only"}
    answers = [client.post(reverse("statement_pay", args=[statement.pk]), form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Payment.objects.count() == 1


def test_the_insurer_goes_on_account_and_a_customer_needs_a_reason(
    order: RepairOrder, person: PersonOf, client_of: ClientOf
) -> None:
    labor(order, "500", "insurer")
    statements = issued(order, person("advisor", order.store))
    cashier, manager = client_of("cashier", order.store), client_of("service_manager", order.store)
    assert cashier.post(reverse("statement_account", args=[statements["insurer"].pk])).status_code == 302
    mine = reverse("statement_account", args=[statements["customer"].pk])
    assert cashier.post(mine, {"reason": "熟客"}).status_code == 403
    assert manager.post(mine, {"reason": ""}).status_code == 422
    assert manager.post(mine, {"reason": "月结"}).status_code == 302
    assert set(Statement.objects.values_list("state", flat=True)) == {"on_account"}


def test_a_refund_goes_through_its_page(statement: Statement, person: PersonOf, client_of: ClientOf) -> None:
    payment = receive_payments(
        statement, parts=[Part("cash", Decimal(100))], actor=person("cashier", statement.store)
    )[0]
    client = client_of("service_manager", statement.store)
    address = reverse("payment_refund", args=[payment.pk])
    response = client.post(address, {"amount": "100.01", "reason": "多收"})
    assert "可退的 100.00 元" in text(response)
    assert client.post(address, {"amount": "100", "reason": "多收"}).status_code == 302
    statement.refresh_from_db()
    assert statement.paid == 0


def test_a_statement_is_reversed_from_its_page(statement: Statement, client_of: ClientOf) -> None:
    client = client_of("service_manager", statement.store)
    assert "冲销" in text(client.get(reverse("statement", args=[statement.pk])))
    client.post(reverse("do_verb", args=["reverse_statement", statement.pk]), {"reason": "付款方开错"})
    shown = text(client.get(reverse("statement", args=[statement.pk])))
    assert "本单已冲销" in shown
    counter = Statement.objects.get(reverses=statement)
    assert "冲销单" in text(client.get(reverse("statement", args=[counter.pk])))


def test_the_days_money_is_summed_by_kind(
    statement: Statement, person: PersonOf, client_of: ClientOf
) -> None:
    parts = [Part("cash", Decimal(100)), Part("card", Decimal("50.50"), "POS1")]
    receive_payments(statement, parts=parts, actor=person("cashier", statement.store))
    shown = text(client_of("cashier", statement.store).get(reverse("cashier_day")))
    assert "¥150.50" in shown
    assert "银行卡(POS)" in shown


def test_the_car_is_delivered_by_the_guided_list(s01: Store, person: PersonOf, client_of: ClientOf) -> None:
    order = finished_order(s01)
    labor(order, "0", "warranty")
    issued(order, person("advisor", s01))
    client = client_of("advisor", s01)
    checked = client.post(reverse("handover", args=[order.pk]), {"items": handover_checklist(order)})
    assert checked.status_code == 302
    assert "还没有有效的出门证" in text(client.get(reverse("delivery", args=[order.pk])))
    give_gate_pass(order, actor=person("cashier", s01))
    address = reverse("delivery", args=[order.pk])
    form: dict[str, Any] = {
        "mileage_out": "45000",
        "items": delivery_checklist(order),
        "next_service_on": "2027-05-01",
    }
    refused = client.post(address, form)
    assert refused.status_code == 422
    assert "出厂里程不能小于进厂里程 45230 公里" in text(refused)
    form |= {"mileage_out": "45240", "call_from": "18:00", "call_until": "20:00"}
    assert client.post(address, form).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.mileage_out) == ("closed", 45_240)
    assert str(order.call_until) == "20:00:00"


def test_the_pass_is_given_by_a_button(statement: Statement, person: PersonOf, client_of: ClientOf) -> None:
    manager = person("service_manager", statement.store)
    put_on_account(statement, reason="月结", actor=manager)
    address = reverse("do_verb", args=["give_gate_pass", statement.order_id])
    till = client_of("cashier", statement.store)
    assert till.post(address).status_code == 302
    leave = GatePass.objects.get()
    assert leave.order_id == statement.order_id
    assert f"service.gate_pass/{leave.pk}/" in text(till.get(reverse("statement", args=[statement.pk])))


def test_the_order_shows_its_statements_pass_and_delivery(
    s01: Store, person: PersonOf, client_of: ClientOf
) -> None:
    order = finished_order(s01)
    labor(order, "50")
    client = client_of("advisor", s01)
    panel = reverse("order_panel", args=[order.pk, "settlement"])
    assert "待结算" in text(client.get(panel))
    statement = issued(order, person("advisor", s01))["customer"]
    receive_payments(statement, parts=[Part("cash", Decimal(50))], actor=person("cashier", s01))
    given = give_gate_pass(order, actor=person("cashier", s01))
    assert reverse("delivery", args=[order.pk]) in text(client.get(reverse("order", args=[order.pk])))
    deliver_order(order, actor=person("advisor", s01), **delivery(order))
    shown = text(client.get(panel))
    assert statement.number in shown
    assert given.number in shown
    assert "45,235 km" in shown


PAGES = ("statement", "statement_pay", "statement_account")
ORDER_PAGES = ("order_settle", "handover", "delivery")


@pytest.mark.parametrize("name", PAGES)
def test_another_stores_statement_is_not_there(
    statement: Statement, s02: Store, client_of: ClientOf, name: str
) -> None:
    client = client_of("settlement_clerk", s02)
    assert client.get(reverse(name, args=[statement.pk])).status_code == 404


@pytest.mark.parametrize("name", ORDER_PAGES)
def test_another_stores_order_is_not_there(
    order: RepairOrder, s02: Store, client_of: ClientOf, name: str
) -> None:
    assert client_of("advisor", s02).get(reverse(name, args=[order.pk])).status_code == 404


def test_another_store_sees_nothing_in_its_lists(
    statement: Statement, s02: Store, client_of: ClientOf
) -> None:
    client = client_of("cashier", s02)
    for name in ("cashier", "cashier_day"):
        assert statement.number not in text(client.get(reverse(name)))
    for state in ("waiting", "open", "all"):
        assert statement.number not in text(client.get(reverse("statements"), {"state": state}))


@pytest.mark.parametrize(
    ("post", "name", "status"),
    [
        ("technician", "statement", 403), ("warranty_clerk", "statement", 200),
        ("technician", "statement_pay", 403), ("advisor", "statement_pay", 403),
        ("cashier", "statement_pay", 200), ("crm_agent", "statement", 200), ("renewal_agent", "statement", 403),
    ],
)  # fmt: skip
def test_who_may_open_which_page(
    statement: Statement, client_of: ClientOf, post: str, name: str, status: int
) -> None:
    assert client_of(post, statement.store).get(reverse(name, args=[statement.pk])).status_code == status


@pytest.mark.parametrize(("post", "status"), [("cashier", 403), ("technician", 403), ("advisor", 200)])
def test_who_may_open_the_pages_of_the_order(
    order: RepairOrder, client_of: ClientOf, post: str, status: int
) -> None:
    for name in ORDER_PAGES:
        assert client_of(post, order.store).get(reverse(name, args=[order.pk])).status_code == status


def test_pages_ask_the_database_little_whatever_the_rows(
    s01: Store, person: PersonOf, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    for count in range(12):
        order = finished_order(s01, plate=f"苏E{10000 + count}")
        for _ in range(6):
            labor(order, "30")
            part(order, "10")
            fee(order, "5")
        if count % 2:
            for one in issued(order, person("advisor", s01)).values():
                receive_payments(one, parts=[Part("cash", Decimal(1))], actor=person("cashier", s01))
    statement = Statement.objects.latest("pk")
    waiting = RepairOrder.objects.filter(statements=None).latest("pk")
    client = client_of("service_manager", s01)
    till = client_of("settlement_clerk", s01)
    client.get(reverse("statements"))
    addresses = [
        (client, reverse("statements")),
        (client, reverse("statements") + "?state=open"),
        (client, reverse("statement", args=[statement.pk])),
        (client, reverse("order_settle", args=[waiting.pk])),
        (client, reverse("delivery", args=[waiting.pk])),
        (till, reverse("cashier")),
        (till, reverse("cashier_day")),
        (till, reverse("statement_pay", args=[statement.pk])),
    ]
    for browser, address in addresses:
        with django_assert_max_num_queries(15):
            assert browser.get(address).status_code == 200
