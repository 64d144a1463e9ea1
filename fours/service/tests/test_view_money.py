"""Workshop, wash and store room see work, hours and pieces; amounts are for who speaks with the customer or payer."""

import json

import pytest
from django.urls import reverse

from fours.desk.tokens import issue_token
from fours.kernel.history import history_of
from fours.service.verbs.additional import report_finding
from fours.service.verbs.lines import add_labor

from .order_house import authorised, house
from .settling import finished_order, issued, labor

# Who is told no amount, and who has to be.
WITHOUT = (
    "technician",
    "team_leader",
    "foreman",
    "inspector",
    "technical_director",
    "washer",
    "parts_keeper",
)
WITH = (
    "advisor", "frontdesk_supervisor", "service_manager", "gm", "cashier", "settlement_clerk", "warranty_clerk",
    "info_clerk", "crm_agent", "receptionist", "parts_manager",
)  # fmt: skip


@pytest.fixture
def order(s01, person):
    at = house(s01)
    advisor = person("advisor", s01)
    order = authorised(at, advisor)
    work = report_finding(order, finding="刹车片薄", actor=person("technician", s01))
    add_labor(order, operation=at.door_paint, additional_work=work, actor=advisor)
    return order


@pytest.mark.parametrize("post", WITHOUT)
def test_the_workshop_sees_the_work_but_no_amount(post, order, s01, client_of):
    desk = client_of(post, s01)
    work = order.additional_works.get()
    for address in (
        reverse("order", args=[order.pk]), reverse("orders"), reverse("additional", args=[work.pk]),
        reverse("order_panel", args=[order.pk, "history"]), reverse("order_panel", args=[order.pk, "work"]),
        reverse("history", args=["service.repairorder", order.pk]), reverse("board"),
    ):  # fmt: skip
        page = desk.get(address)
        assert page.status_code == 200, address
        text = page.content.decode()
        for amount in ("164.00", "96.00", "68.00", "120.00", "450.00"):
            assert amount not in text, (address, amount)
    assert "更换机油机滤" in desk.get(reverse("order", args=[order.pk])).content.decode()
    for address in (
        reverse("statements"), reverse("order_panel", args=[order.pk, "settlement"]),
        reverse("print_form", args=["service.repair_order", order.pk]), reverse("labor_rates"),
    ):  # fmt: skip
        assert desk.get(address).status_code in (403, 404), address


@pytest.mark.parametrize("post", WITH)
def test_who_speaks_with_the_customer_sees_them(post, order, s01, client_of):
    desk = client_of(post, s01)
    assert "164.00" in desk.get(reverse("order", args=[order.pk])).content.decode()
    assert desk.get(reverse("statements")).status_code == 200


def test_sentences_of_the_history_lose_their_amounts_only(order, person, s01):
    mine = [line.text for line in history_of(order, person("technician", s01))]
    full = [line.text for line in history_of(order, person("advisor", s01))]
    assert any("164.00 元" in text for text in full)
    assert any("客户 张三 签字，合计 … 元" in text for text in mine)


def test_the_interface_gives_no_amount_to_the_workshop(order, person, s01, client):
    def seen(post, address):
        token = issue_token(person(post, s01).user.username)
        return client.get(f"/api/v1/{address}", headers={"Authorization": f"Bearer {token}"})

    own = json.loads(seen("technician", f"repair-orders/{order.pk}").content)
    assert (own["estimated_total"], own["totals"], own["statements"]) == (None, [], [])
    assert own["jobs"][0]["gross"] is None
    assert own["jobs"][0]["hours"] == "0.80"
    whole = json.loads(seen("advisor", f"repair-orders/{order.pk}").content)
    assert (whole["estimated_total"], whole["jobs"][0]["gross"]) == ("164.00", "96.00")
    assert seen("technician", "statements").status_code == 403
    assert seen("technician", "payments").status_code == 403


def test_the_car_says_that_something_is_unpaid_and_leads_the_till_to_it(s01, person, client_of):
    order = finished_order(s01)
    labor(order, "339.00")
    bill = issued(order, person("service_manager", s01))["customer"]
    page = reverse("vehicle", args=[order.vehicle_id])
    till = client_of("cashier", s01).get(page).content.decode()
    assert "有未付结算 ¥339.00" in till
    assert reverse("statement_pay", args=[bill.pk]) in till
    shop = client_of("technician", s01).get(page).content.decode()
    assert "有未付结算" in shop
    assert "339.00" not in shop
