"""What customers are told by themselves: off in a fresh store, true at the moment it leaves, said once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fours.kernel.store_settings import change_setting
from fours.messages.models import Message, MessageTemplate
from fours.service.messages import BOOKED, READY, REMINDER, THANKS
from fours.service.models import Appointment
from fours.service.verbs.appointment import cancel_appointment, reschedule_appointment
from fours.service.verbs.delivery import check_handover, handover_checklist
from fours.survey.tests.care import delivered

from .order_house import house
from .reception_house import SUNDAY, at, booked
from .settling import finished_order

TUESDAY = SUNDAY + timedelta(days=2)


@pytest.fixture(autouse=True)
def morning(time_machine):
    """Sunday, 22 November 2026, half past nine."""
    time_machine.move_to(at(9, 30), tick=False)


@pytest.fixture
def car(s01, person):
    person("technician", s01)
    return house(s01).car


@pytest.fixture
def advisor(person, s01):
    return person("advisor", s01)


def turn_on(person, store, *occasions):
    for occasion in occasions:
        change_setting(store, key=occasion.switch, value="on", actor=person("gm", store))


def waiting():
    return list(Message.objects.filter(state="waiting").order_by("pk").values_list("template", flat=True))


def test_a_fresh_store_writes_to_nobody(s01, advisor, car, person):
    booked(s01, advisor, car, at(10, 0, TUESDAY))
    delivered(s01, person, plate="苏E54321")
    assert Message.objects.count() == 0


def test_a_booking_is_confirmed_to_the_number_it_names_and_reminded_the_day_before(s01, advisor, car, person):
    turn_on(person, s01, BOOKED, REMINDER)
    made = booked(s01, advisor, car, at(10, 0, TUESDAY))
    confirmed, reminder = Message.objects.order_by("pk")
    assert confirmed.to == made.contact_phone
    assert f"已预约{timezone.localtime(made.at):%m月%d日} 10:00到店" in confirmed.text
    assert confirmed.next_try == timezone.now()
    assert f"{timezone.localtime(reminder.next_try):%m-%d %H:%M}" == "11-23 16:00"
    assert reminder.valid_until < made.at + timedelta(hours=3)
    assert reminder.source_title == made.number


def test_a_visit_tomorrow_booked_after_the_hour_of_reminders_is_not_reminded(
    s01, advisor, car, person, time_machine
):
    turn_on(person, s01, REMINDER)
    time_machine.move_to(at(16, 30), tick=False)
    booked(s01, advisor, car, at(10, 0, SUNDAY + timedelta(days=1)))
    assert waiting() == []


def test_a_moved_booking_says_the_new_time_only(s01, advisor, car, person):
    turn_on(person, s01, BOOKED, REMINDER)
    made = booked(s01, advisor, car, at(10, 0, TUESDAY))
    reschedule_appointment(made, at=at(14, 0, TUESDAY), actor=advisor)
    assert waiting() == [BOOKED.name, REMINDER.name]
    assert all(
        "14:00" in text for text in Message.objects.filter(state="waiting").values_list("text", flat=True)
    )
    assert set(Message.objects.filter(state="cancelled").values_list("reason", flat=True)) == {"预约已变更"}


def test_a_cancelled_booking_reminds_nobody(s01, advisor, car, person):
    turn_on(person, s01, REMINDER)
    made = booked(s01, advisor, car, at(10, 0, TUESDAY))
    cancel_appointment(made, reason="客户有事", actor=advisor)
    assert waiting() == []


def test_a_customer_without_a_number_is_told_nothing_and_the_outbox_says_so(s01, advisor, car, person):
    turn_on(person, s01, BOOKED)
    made = booked(s01, advisor, car, at(10, 0, TUESDAY))
    Appointment.objects.filter(pk=made.pk).update(contact_phone="0512-65123456", customer=None)
    Message.objects.all().delete()
    moved = reschedule_appointment(made, at=at(14, 0, TUESDAY), actor=advisor)
    assert moved.state == "booked"
    [row] = Message.objects.all()
    assert row.state == "cancelled"
    assert "手机号" in row.reason


def test_the_stores_own_words_are_used_and_a_resting_template_is_silent(s01, advisor, car, person):
    turn_on(person, s01, BOOKED)
    own = MessageTemplate.objects.create(
        store=s01, code=BOOKED.name, name="预约确认", channel="sms", purpose="service", text="{车牌}等您"
    )
    booked(s01, advisor, car, at(10, 0, TUESDAY))
    assert Message.objects.get().text == f"【四方一店】{car.plate}等您"
    own.active = False
    own.save()
    Message.objects.all().delete()
    booked(s01, advisor, car, at(10, 0, TUESDAY + timedelta(days=1)))
    assert Message.objects.count() == 0


def test_the_customer_hears_that_the_car_is_ready_after_the_inner_check(s01, person):
    turn_on(person, s01, READY)
    order = finished_order(s01)
    assert waiting() == []
    items = handover_checklist(order)
    check_handover(order, items=items, actor=person("advisor", s01))
    check_handover(order, items=items, actor=person("advisor", s01))
    assert waiting() == [READY.name]


def test_thanks_name_what_the_customer_paid_and_end_the_news_that_the_car_is_ready(s01, person):
    turn_on(person, s01, READY, THANKS)
    order = delivered(s01, person)
    assert waiting() == [THANKS.name]
    text = Message.objects.get(state="waiting").text
    assert "本次消费280.00元" in text
    assert f"下次保养{order.next_service_on:%Y-%m-%d}" in text
