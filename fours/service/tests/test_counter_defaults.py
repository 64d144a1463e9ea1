"""What the screens at the counter already know is not typed again, and begins as it most often is."""

from decimal import Decimal

import pytest
from django.urls import reverse

from fours.service.forms.orders import AddLaborForm, AddPartForm
from fours.service.models import PartLine, RepairOrder
from fours.service.totals import all_lines
from fours.service.verbs.lines import add_labor, add_part
from fours.service.verbs.payment import Part, receive_payments

from .order_house import draft, fresh, house, in_hours, signature
from .settling import finished_order, issued, labor
from .test_order_pages import local


@pytest.fixture
def at(s01):
    return house(s01)


@pytest.fixture
def advisor(person, s01):
    return person("advisor", s01)


@pytest.fixture
def desk(client_of, s01):
    return client_of("advisor", s01)


@pytest.mark.parametrize(
    ("kind", "payer"),
    [
        ("general_repair", "customer"), ("accident", "insurer"), ("warranty", "warranty"), ("recall", "warranty"),
        ("rework_internal", "internal"), ("rework_external", "internal"), ("pdi", "internal"),
    ],
)  # fmt: skip
def test_the_payer_begins_as_the_kind_of_visit_has_it(at, advisor, kind, payer):
    order = draft(at, advisor, kind=kind)
    form = AddLaborForm(actor=advisor, lines=all_lines(order), kind=kind)
    assert form["payer"].value() == payer


def test_the_next_line_begins_with_the_last_ones_payer_and_a_part_with_its_job(at, advisor):
    order = draft(at, advisor)
    add_labor(order, operation=at.oil_change, actor=advisor)
    job = add_labor(order, operation=at.door_paint, payer="warranty", actor=advisor)
    form = AddPartForm(actor=advisor, lines=all_lines(fresh(order)), kind=order.kind)
    assert (form["payer"].value(), form["job"].value()) == ("warranty", job.pk)


def test_the_insurer_is_asked_for_beside_the_signature_not_after_it(at, advisor, desk):
    order = draft(at, advisor, kind="accident")
    add_labor(order, operation=at.door_paint, payer="insurer", actor=advisor)
    address = reverse("order_authorise", args=[order.pk])
    assert 'name="insurer_name"' in desk.get(address).content.decode()
    given = {"promised_at": local(in_hours(3)), "signed_by": "张三", "signature": signature()}
    refused = desk.post(address, given)
    assert refused.status_code == 422
    assert fresh(order).state == "draft"
    done = desk.post(address, {**given, "insurer_name": "某保险公司", "claim_number": "RPT1"})
    assert done.status_code == 302
    order = fresh(order)
    assert (order.state, order.insurer_name, order.claim_number) == ("authorised", "某保险公司", "RPT1")


def test_a_failed_signature_leaves_the_insurer_unwritten(at, advisor, desk):
    order = draft(at, advisor, kind="accident")
    add_labor(order, operation=at.door_paint, payer="insurer", actor=advisor)
    RepairOrder.objects.filter(pk=order.pk).update(deliverer_phone="")
    given = {"promised_at": local(in_hours(3)), "signed_by": "张三", "signature": signature()}
    answer = desk.post(reverse("order_authorise", args=[order.pk]), {**given, "insurer_name": "某保险公司"})
    assert answer.status_code == 422
    assert "某保险公司" in answer.content.decode()
    assert fresh(order).insurer_name == ""


def test_who_brings_a_known_car_is_filled_in_when_it_is_chosen(at, desk):
    page = desk.get(reverse("check_in_new"), {"vehicle": at.car.pk}, headers={"HX-Request": "true"})
    text = page.content.decode()
    assert 'value="张三"' in text
    assert 'value="13800001111"' in text
    empty = desk.get(reverse("check_in_new")).content.decode()
    assert 'data-picker-new="plate"' in empty
    assert 'data-picker-new-phone="deliverer_phone"' in empty


def test_a_car_taken_over_already_leads_on_to_its_check_in(at, desk):
    address = reverse("check_in_new")
    started = desk.post(
        f"{address}?vehicle={at.car.pk}",
        {
            "vehicle": at.car.pk,
            "deliverer_name": "张三",
            "deliverer_phone": "13800001111",
            "advisor": _me(desk),
        },
    )
    assert started.status_code == 302
    again = desk.get(address, {"vehicle": at.car.pk}, headers={"HX-Request": "true"})
    assert (again.status_code, again.headers["HX-Redirect"]) == (204, started.headers["Location"])


def _me(desk):
    return desk.session["_auth_user_id"]


def test_a_paid_bill_offers_the_gate_pass_at_the_till_until_one_holds(s01, person, client_of):
    order = finished_order(s01)
    labor(order, "339.00")
    bill = issued(order, person("service_manager", s01))["customer"]
    till = client_of("cashier", s01)
    page, button = reverse("statement", args=[bill.pk]), reverse("do_verb", args=["give_gate_pass", order.pk])
    assert button not in till.get(page).content.decode()
    receive_payments(bill, parts=[Part("cash", Decimal("339.00"))], actor=person("cashier", s01))
    assert button in till.get(page).content.decode()
    till.post(button, {})
    assert fresh(order).presence == "gate_pass"
    assert button not in till.get(page).content.decode()
    assert button not in till.get(reverse("order", args=[order.pk])).content.decode()


def test_a_part_that_is_in_no_catalogue_is_marked_as_one_that_cannot_be_issued(at, advisor, desk):
    order = draft(at, advisor)
    add_part(order, name="取力器", unit_price=Decimal("3200.00"), actor=advisor)
    page = reverse("order", args=[order.pk])
    assert "目录外，不能领料" in desk.get(page).content.decode()
    PartLine.objects.filter(order=order).update(kind="customer")
    assert "目录外" not in desk.get(page).content.decode()
