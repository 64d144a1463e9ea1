from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fours.kernel.store_settings import change_setting
from fours.service.car_state import flags_of_terms, flags_of_visits
from fours.service.models import AdditionalWork, RepairOrder, Statement
from fours.service.verbs.lines import add_part
from fours.service.verbs.order import authorise_order, void_order
from fours.vehicles.flags import flags_of
from fours.vehicles.life import life_of
from fours.vehicles.models import Vehicle

from .order_house import authorised, draft, fresh, house, in_hours, signature, with_lines
from .reception_house import at as hour
from .reception_house import begun, booked

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def morning(time_machine):
    """Sunday, 22 November 2026, nine o'clock."""
    time_machine.move_to(hour(9), tick=False)


@pytest.fixture
def at(s01, person):
    person("technician", s01)
    return house(s01)


@pytest.fixture
def advisor(person, s01):
    return person("advisor", s01)


def said(vehicle, actor):
    return [flag.text for flag in flags_of_visits(vehicle, actor)]


def terms(**facts):
    car = Vehicle(pk=1, vin="LFV3A23C8J3000001", **facts)
    return [(flag.text, flag.tone) for flag in flags_of_terms(car, TODAY)]


def delivered(order, on=TODAY):
    RepairOrder.objects.filter(pk=order.pk).update(
        state="delivered", presence="left", delivered_at=timezone.now(), delivered_date=on
    )
    return order


def refused(order, person, finding, **facts):
    return AdditionalWork.objects.create(
        order=order,
        finding=finding,
        state="refused",
        found_by=person.user,
        answered_by="张三",
        answered_at=timezone.now(),
        **facts,
    )


def test_a_car_nothing_is_known_of_has_no_open_visits(at, advisor):
    assert said(at.car, advisor) == []


def test_service_that_is_overdue_by_date_or_by_mileage_is_said():
    assert terms(next_service_on=date(2026, 11, 1)) == [("保养已过期，应于 2026-11-01 保养", "amber")]
    assert terms(next_service_mileage=20000, mileage=20500) == [
        ("保养里程已到：应在 20,000 km 保养，现 20,500 km", "amber")
    ]
    assert terms(next_service_on=date(2026, 12, 1), next_service_mileage=30000, mileage=20500) == []


def test_warranty_ends_by_date_or_by_mileage_whichever_is_first():
    until = date(2027, 1, 1)
    assert terms(warranty_until=until, warranty_mileage=100000, mileage=99999) == [
        ("质保期内，至 2027-01-01 或 100,000 km", "green")
    ]
    assert terms(warranty_until=until, warranty_mileage=100000, mileage=100000) == []
    assert terms(warranty_until=date(2026, 11, 21)) == []


def test_a_young_car_without_a_warranty_date_is_undecided():
    assert terms(registered_on=date(2024, 1, 1)) == [("质保状态待确认：档案里没有质保到期日", "amber")]
    assert terms(registered_on=date(2015, 1, 1)) == []


def test_insurance_is_said_sixty_days_before_its_end():
    assert terms(insurance_until=TODAY + timedelta(days=60)) == [("商业险将于 2027-01-21 到期", "amber")]
    assert terms(insurance_until=TODAY + timedelta(days=61)) == []


def test_a_missing_vin_leads_to_the_file(at):
    flags = [flag for flag in flags_of_terms(at.car, TODAY) if "车架号" in flag.text]
    assert [flag.url for flag in flags] == [reverse("vehicle_edit", args=[at.car.pk])]


def test_what_was_refused_comes_back_safety_in_red_until_it_is_done(at, advisor):
    order = authorised(at, advisor)
    refused(order, advisor, "雨刮老化")
    work = refused(order, advisor, "前刹车片剩 2 mm", safety_related=True)
    flag = next(flag for flag in flags_of_visits(at.car, advisor) if "建议" in flag.text)
    assert (flag.text, flag.tone) == ("以往建议未做：前刹车片剩 2 mm；雨刮老化", "red")
    work.done_later_in = order
    work.save()
    flag = next(flag for flag in flags_of_visits(at.car, advisor) if "建议" in flag.text)
    assert (flag.text, flag.tone) == ("以往建议未做：雨刮老化", "amber")


def test_money_the_customer_still_owes_is_said_and_the_insurers_is_not(at, advisor):
    order = authorised(at, advisor)
    for payer, total, paid, number in (("customer", "200", "50", "1"), ("insurer", "999", "0", "2")):
        Statement.objects.create(
            store=at.store,
            order=order,
            payer=payer,
            payer_name="张三",
            number=f"ST-{number}",
            state="part_paid" if payer == "customer" else "issued",
            labor_total=Decimal(total),
            total=Decimal(total),
            net=Decimal(total),
            paid=Decimal(paid),
        )
    assert "有未付结算 ¥150.00" in said(at.car, advisor)
    Statement.objects.filter(payer="customer").update(state="paid", paid=Decimal(200))
    assert not any("未付" in text for text in said(at.car, advisor))


def test_parts_that_have_not_come_are_named(at, advisor):
    order = draft(at, advisor)
    add_part(order, part=at.bumper, actor=advisor)
    authorise_order(
        fresh(order), signature=signature(), signed_by="张三", promised_at=in_hours(3), actor=advisor
    )
    assert "配件未到：前保险杠" in said(at.car, advisor)


def test_a_car_in_the_shop_and_a_booking_to_come_are_said(at, advisor, s01):
    order = authorised(at, advisor)
    booked(s01, advisor, at.car, hour(11))
    assert said(at.car, advisor) == [f"在厂：工单 {order.number} 还没有交车", "已预约 11-22 11:00 到店"]
    void_order(order, reason="客户取消", actor=advisor)
    assert said(at.car, advisor) == ["已预约 11-22 11:00 到店"]


def test_a_check_in_not_signed_yet_is_said(at, advisor, s01):
    begun(s01, advisor, at.car)
    assert said(at.car, advisor) == ["接车登记还没有签字"]


def test_a_car_that_is_back_soon_may_be_a_rework(at, advisor, s01, person):
    order = delivered(authorised(at, advisor), TODAY - timedelta(days=12))
    assert said(at.car, advisor) == [f"12 天前刚交车（{order.number}），如为同一故障，按外返办理"]
    change_setting(s01, key="service.comeback_days", value="10", actor=person("service_manager", s01))
    assert said(at.car, advisor) == []


def test_the_last_rework_is_remembered(at, advisor):
    order = delivered(authorised(at, advisor, kind="rework_external"), date(2026, 3, 1))
    assert said(at.car, advisor) == [f"上次返修：2026-03-01 {order.number}"]


def test_who_may_not_see_service_sees_no_visits(at, advisor, person, s01):
    authorised(at, advisor)
    assert said(at.car, person("sales_consultant", s01)) == []


def test_another_stores_car_says_nothing(at, advisor, person, s01, s02, see):
    see(s01, s02)
    authorised(at, advisor)
    assert said(at.car, person("advisor", s02)) == []


def test_visits_are_one_question_however_many(at, advisor, django_assert_num_queries):
    for number in range(6):
        refused(with_lines(at, advisor, second_open_reason=f"第 {number} 张"), advisor, "漏油")
    with django_assert_num_queries(1):
        flags_of_visits(at.car, advisor)


def test_the_cars_page_shows_warnings_and_its_visits(at, advisor, client_of, s01):
    order = authorised(at, advisor)
    made = booked(s01, advisor, at.car, hour(11))
    page = client_of("advisor", s01).get(reverse("vehicle", args=[at.car.pk])).content.decode()
    assert f"在厂：工单 {order.number}" in page
    kinds = {entry.url for entry in life_of(at.car, advisor)}
    assert {reverse("order", args=[order.pk]), reverse("appointment", args=[made.pk])} <= kinds
    assert f"预约 {made.number} · 已预约" in page
    assert any("在厂" in flag.text for flag in flags_of(at.car, advisor))


def test_the_cars_page_asks_no_more_for_a_longer_life(at, advisor, client_of, s01, django_assert_num_queries):
    client = client_of("advisor", s01)
    address = reverse("vehicle", args=[at.car.pk])
    authorised(at, advisor)
    client.get(address)
    with CaptureQueriesContext(connection) as once:
        client.get(address)
    for number in range(5):
        authorised(at, advisor, second_open_reason=f"第 {number} 张")
    with django_assert_num_queries(len(once)):
        assert client.get(address).status_code == 200
