from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fours.kernel.models import CalendarDay, Store
from fours.org.models import StoreFacts
from fours.service.capacity import capacities, capacity_of, hours_left
from fours.service.verbs.appointment import book_appointment, cancel_appointment
from fours.vehicles.models import Vehicle

from .order_house import authorised, house

SUNDAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def morning(time_machine):
    """Sunday, 22 November 2026, half past eight."""
    time_machine.move_to(at(SUNDAY, 8, 30), tick=False)


def at(day, hour, minute=0):
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour, minute))


@pytest.fixture
def shop(s01, person):
    """One bay of 9.5 hours; two technicians at 85 %: the bay is the tighter bound."""
    person("technician", s01)
    person("technician", s01, "second")
    return house(s01)


def book(s01, advisor, vehicle, day=SUNDAY, hour=10, hours="2", **more):
    return book_appointment(
        s01,
        vehicle=vehicle,
        contact_name="张三",
        contact_phone="13800001111",
        at=at(day, hour),
        hours=Decimal(hours),
        advisor=advisor.user,
        concern="保养",
        actor=advisor,
        **more,
    )


def test_a_day_holds_the_hours_of_its_bays(shop, s01):
    found = capacity_of(s01, SUNDAY, "mechanical")
    assert (found.total, found.booked, found.left) == (Decimal("9.50"), 0, Decimal("9.50"))


def test_today_holds_only_the_hours_still_to_come(shop, s01, time_machine):
    time_machine.move_to(at(SUNDAY, 16), tick=False)
    assert hours_left(s01, SUNDAY, "mechanical") == Decimal("2.00")
    time_machine.move_to(at(SUNDAY, 20), tick=False)
    assert hours_left(s01, SUNDAY, "mechanical") == 0
    assert hours_left(s01, SUNDAY - timedelta(days=1), "mechanical") == 0
    assert hours_left(s01, SUNDAY + timedelta(days=1), "mechanical") == Decimal("9.50")


def test_one_technician_is_a_tighter_bound_than_the_bay(s01, person):
    person("technician", s01)
    assert hours_left(s01, SUNDAY, "mechanical") == Decimal("8.08")


def test_work_without_a_bay_cannot_be_booked(shop, s01):
    assert hours_left(s01, SUNDAY, "paint") == 0


def test_bookings_take_hours_until_they_are_cancelled(shop, s01, person):
    advisor = person("advisor", s01)
    booked = book(s01, advisor, shop.car)
    assert hours_left(s01, SUNDAY, "mechanical") == Decimal("7.50")
    assert capacity_of(s01, SUNDAY, "electrical").arrivals == {datetime(2026, 11, 22, 10).time(): 1}
    cancel_appointment(booked, reason="客户改期", actor=advisor)
    assert hours_left(s01, SUNDAY, "mechanical") == Decimal("9.50")


def test_promised_work_takes_hours_of_the_day_it_is_promised_for(shop, s01, person):
    authorised(shop, person("advisor", s01))
    assert hours_left(s01, SUNDAY, "mechanical") == Decimal("8.70")
    assert hours_left(s01, SUNDAY + timedelta(days=1), "mechanical") == Decimal("9.50")


def test_a_closed_day_has_no_hours_and_no_half_hours(shop, s01):
    StoreFacts.objects.filter(store=s01).update(closed_on_holidays=True)
    found = capacity_of(s01, SUNDAY, "mechanical")
    assert found.closed
    assert (found.total, found.half_hours()) == (0, [])
    CalendarDay.objects.create(date=SUNDAY, working=True)
    assert capacity_of(s01, SUNDAY, "mechanical").total == Decimal("9.50")


def test_visits_may_begin_every_half_hour_of_opening(shop, s01):
    slots = [f"{slot:%H:%M}" for slot in capacity_of(s01, SUNDAY, "mechanical").half_hours()]
    assert (slots[0], slots[-1], len(slots)) == ("08:30", "17:30", 19)


def test_a_week_is_asked_in_a_handful_of_questions(shop, s01, person, django_assert_num_queries):
    advisor = person("advisor", s01)
    for number in range(5):
        car = Vehicle.objects.create(store=s01, plate=f"苏E1000{number}")
        book(s01, advisor, car, day=SUNDAY + timedelta(days=number), hour=9 + number, hours="1")
    with django_assert_num_queries(5):
        found = capacities(
            Store.objects.get(pk=s01.pk),
            [SUNDAY + timedelta(days=number) for number in range(7)],
            "mechanical",
        )
    assert found[SUNDAY + timedelta(days=4)].left == Decimal("8.50")


def test_another_stores_bookings_take_none_of_our_hours(shop, s01, s02, person, see):
    see(s01, s02)
    person("technician", s02)
    book(s02, person("advisor", s02), Vehicle.objects.create(store=s02, plate="苏E20000"))
    assert hours_left(s01, SUNDAY, "mechanical") == Decimal("9.50")
