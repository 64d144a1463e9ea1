from datetime import timedelta
from decimal import Decimal

import pytest

from fours.base.errors import IllegalMove, NeedsConfirmation, NotAllowed, NotThere, Refused, Stale
from fours.kernel.models import Task
from fours.org.models import StoreFacts
from fours.service.models import Appointment
from fours.service.preparing import count_expected, count_missed, readiness
from fours.service.verbs.appointment import (
    cancel_appointment,
    confirm_preparation,
    mark_no_show,
    reschedule_appointment,
)
from fours.vehicles.models import Vehicle

from .order_house import house
from .reception_house import SUNDAY, at, begun, booked

TOMORROW = SUNDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def morning(time_machine):
    """Sunday, 22 November 2026, half past eight."""
    time_machine.move_to(at(8, 30), tick=False)


@pytest.fixture
def car(s01, person):
    person("technician", s01)
    person("technician", s01, "second")
    return house(s01).car


@pytest.fixture
def advisor(person, s01):
    return person("advisor", s01)


def open_tasks(appointment):
    rows = Task.objects.filter(source_id=appointment.pk, source_kind="service.appointment", state="open")
    return sorted(rows.values_list("post", "due_at"))


def test_a_booking_gets_its_number_and_the_owner_of_the_car(s01, advisor, car):
    made = booked(s01, advisor, car, at(10))
    assert made.number == "AP-S01-261122-0001"
    assert made.customer == car.owner
    assert made.state == "booked"


@pytest.mark.parametrize(
    ("when", "words"),
    [(at(8), "已过"), (at(18, 30), "营业时间"), (at(7, 30, TOMORROW), "营业时间")],
)
def test_a_time_nobody_can_come_is_refused_beside_it(s01, advisor, car, when, words):
    with pytest.raises(Refused, match=words) as refused:
        booked(s01, advisor, car, when)
    assert "at" in refused.value.fields
    assert not Appointment.objects.exists()


def test_a_closed_day_is_refused(s01, advisor, car):
    StoreFacts.objects.filter(store=s01).update(closed_on_holidays=True)
    with pytest.raises(Refused, match="休息"):
        booked(s01, advisor, car, at(10))
    assert booked(s01, advisor, car, at(10, day=TOMORROW)).pk


def test_a_full_day_is_booked_only_when_somebody_says_so(s01, advisor, car):
    booked(s01, advisor, car, at(9), hours=Decimal(9))
    other = Vehicle.objects.create(store=s01, plate="苏E22222")
    with pytest.raises(NeedsConfirmation, match=r"只剩 0\.5 工时"):
        booked(s01, advisor, other, at(10))
    assert Appointment.objects.count() == 1
    booked(s01, advisor, other, at(10), confirmed=frozenset({"overbook"}))
    assert Appointment.objects.count() == 2


def test_one_car_is_not_booked_twice_a_day(s01, advisor, car):
    booked(s01, advisor, car, at(10))
    with pytest.raises(Refused, match="已有预约"):
        booked(s01, advisor, car, at(14))
    assert booked(s01, advisor, car, at(14, day=TOMORROW)).pk


def test_what_is_wrong_with_the_words_is_said_beside_them(s01, advisor, car):
    with pytest.raises(Refused) as refused:
        booked(s01, advisor, car, at(10), concern="", contact_name="")
    assert set(refused.value.fields) == {"concern", "contact_name"}
    with pytest.raises(Refused) as refused:
        booked(s01, advisor, car, at(10), work_kind="cooking")
    assert "work_kind" in refused.value.fields
    assert not Appointment.objects.exists()


def test_only_an_advisor_of_the_store_is_booked(s01, s02, advisor, car, person, see):
    see(s01, s02)
    stranger = person("advisor", s02)
    with pytest.raises(Refused, match="不是本店现任服务顾问"):
        booked(s01, advisor, car, at(10), by=stranger.user)


def test_a_store_books_only_its_own_cars(s01, s02, advisor, car, see):
    see(s01, s02)
    with pytest.raises(Refused, match="不属于本店"):
        booked(s01, advisor, Vehicle.objects.create(store=s02, plate="苏E33333"), at(10))


def test_booking_asks_advisor_workshop_and_parts_two_hours_before(s01, advisor, car):
    made = booked(s01, advisor, car, at(14))
    assert open_tasks(made) == [("advisor", at(12)), ("foreman", at(12)), ("parts_keeper", at(12))]
    assert Task.objects.get(source_id=made.pk, post="advisor").person == advisor.user


def test_a_booking_for_soon_leaves_half_an_hour_to_prepare(s01, advisor, car):
    made = booked(s01, advisor, car, at(10))
    assert {due for _, due in open_tasks(made)} == {at(9)}


def test_each_side_confirms_its_own_preparation_once(s01, advisor, car, person):
    made = booked(s01, advisor, car, at(14))
    keeper = person("parts_keeper", s01)
    confirm_preparation(made, rule="service.prepare_parts", actor=keeper)
    assert [side.done for side in readiness([made])[made.pk]] == [False, False, True]
    with pytest.raises(IllegalMove):
        confirm_preparation(made, rule="service.prepare_parts", actor=keeper)
    with pytest.raises(NotAllowed):
        confirm_preparation(made, rule="service.prepare_workshop", actor=keeper)
    assert len(open_tasks(made)) == 2


def test_a_moved_booking_is_prepared_anew_for_its_new_time(s01, advisor, car, person):
    made = booked(s01, advisor, car, at(14))
    confirm_preparation(made, rule="service.prepare_parts", actor=person("parts_keeper", s01))
    moved = reschedule_appointment(made, at=at(15, day=TOMORROW), actor=advisor, version=made.version)
    assert {due for _, due in open_tasks(moved)} == {at(13, day=TOMORROW)}
    assert len(open_tasks(moved)) == 3
    assert moved.number == made.number


def test_moving_back_and_forth_keeps_asking(s01, advisor, car):
    made = booked(s01, advisor, car, at(14))
    there = reschedule_appointment(made, at=at(16), actor=advisor)
    back = reschedule_appointment(there, at=at(14), actor=advisor)
    assert open_tasks(back) == [("advisor", at(12)), ("foreman", at(12)), ("parts_keeper", at(12))]


def test_a_stale_move_changes_nothing(s01, advisor, car):
    made = booked(s01, advisor, car, at(14))
    reschedule_appointment(made, at=at(16), actor=advisor, version=made.version)
    with pytest.raises(Stale):
        reschedule_appointment(made, at=at(11), actor=advisor, version=made.version)
    assert Appointment.objects.get().at == at(16)


def test_its_own_hours_do_not_stand_in_the_way_of_moving(s01, advisor, car):
    made = booked(s01, advisor, car, at(9), hours=Decimal(9))
    assert reschedule_appointment(made, at=at(10), actor=advisor).at == at(10)


def test_a_cancelled_booking_needs_a_reason_and_ends_its_tasks(s01, advisor, car):
    made = booked(s01, advisor, car, at(14))
    with pytest.raises(Refused, match="取消原因"):
        cancel_appointment(made, reason=" ", actor=advisor)
    assert len(open_tasks(made)) == 3
    cancel_appointment(made, reason="客户出差", actor=advisor)
    assert open_tasks(made) == []
    with pytest.raises(IllegalMove):
        reschedule_appointment(made, at=at(15), actor=advisor)


def test_nobody_is_a_no_show_before_the_time(s01, advisor, car, time_machine):
    made = booked(s01, advisor, car, at(10))
    with pytest.raises(Refused, match="还没到"):
        mark_no_show(made, actor=advisor)
    time_machine.move_to(at(11), tick=False)
    assert mark_no_show(made, actor=advisor).state == "no_show"
    assert open_tasks(made) == []


def test_who_comes_late_after_all_is_received(s01, advisor, car, time_machine):
    made = booked(s01, advisor, car, at(10))
    time_machine.move_to(at(11), tick=False)
    mark_no_show(made, actor=advisor)
    begun(s01, advisor, car, appointment=made)
    made.refresh_from_db()
    assert (made.state, made.arrived_at) == ("arrived", at(11))


def test_arriving_twice_is_refused(s01, advisor, car):
    made = booked(s01, advisor, car, at(10))
    begun(s01, advisor, car, appointment=made)
    with pytest.raises(Refused, match="未完成的接车单"):
        begun(s01, advisor, car, appointment=made)
    assert car.check_ins.count() == 1


def test_another_store_and_another_post_cannot_book(s01, s02, advisor, car, person, see):
    see(s01, s02)
    made = booked(s01, advisor, car, at(10))
    with pytest.raises(NotThere):
        cancel_appointment(made, reason="不来", actor=person("advisor", s02))
    with pytest.raises(NotAllowed):
        cancel_appointment(made, reason="不来", actor=person("technician", s01))
    made.refresh_from_db()
    assert made.state == "booked"


def test_the_home_page_counts_who_is_expected_and_who_never_came(s01, advisor, car, time_machine):
    made = booked(s01, advisor, car, at(10))
    assert (count_expected(advisor), count_missed(advisor)) == (1, 0)
    time_machine.move_to(at(11), tick=False)
    assert count_missed(advisor) == 1
    mark_no_show(made, actor=advisor)
    assert (count_expected(advisor), count_missed(advisor)) == (0, 0)
