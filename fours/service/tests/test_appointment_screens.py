from datetime import timedelta

import pytest
from django.urls import reverse

from fours.customers.models import Customer
from fours.kernel.models import Task
from fours.service.models import Appointment, CheckIn
from fours.vehicles.models import Vehicle

from .order_house import house
from .reception_house import SUNDAY, at, booked

TOMORROW = SUNDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def morning(time_machine):
    """Sunday, 22 November 2026, half past eight."""
    time_machine.move_to(at(8, 30), tick=False)


@pytest.fixture
def shop(s01, person):
    person("technician", s01)
    person("technician", s01, "second")
    return house(s01)


@pytest.fixture
def car(shop):
    return shop.car


@pytest.fixture
def advisor(person, s01):
    return person("advisor", s01)


@pytest.fixture
def desk(client_of, s01):
    return client_of("advisor", s01)


def typed(car, advisor, **more):
    return {
        "vehicle": car.pk, "contact_name": "张三", "contact_phone": "138 0000 1111", "concern": "首保",
        "work_kind": "mechanical", "hours": "1.5", "advisor": advisor.user.pk, "source": "phone",
        "day": "2026-11-22", "time": "10:00", **more,
    }  # fmt: skip


def test_a_visit_is_booked_from_the_form(desk, car, advisor):
    answer = desk.post(reverse("appointment_new"), typed(car, advisor))
    made = Appointment.objects.get()
    assert answer.status_code == 302
    assert answer.url == "/service/appointments/?day=2026-11-22"
    assert (made.at, made.contact_phone, made.concern) == (at(10), "13800001111", "首保")


def test_a_car_nobody_knows_is_put_on_file_with_its_booking(desk, advisor, shop):
    form = typed(shop.car, advisor, vehicle="", plate="苏e66666", model_name="轿车", contact_name="李四",
                 contact_phone="13900002222")  # fmt: skip
    assert desk.post(reverse("appointment_new"), form).status_code == 302
    made = Appointment.objects.get()
    assert (made.vehicle.plate, made.customer.name) == ("苏E66666", "李四")


def test_a_plate_on_file_is_that_car_and_no_second_file(desk, advisor, car):
    form = typed(car, advisor, vehicle="", plate="苏E12345")
    assert desk.post(reverse("appointment_new"), form).status_code == 302
    assert Appointment.objects.get().vehicle == car
    assert (Vehicle.objects.count(), Customer.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"vehicle": "", "plate": ""}, "请选择车辆"),
        ({"vehicle": "", "plate": "苏E1"}, "车牌"),
        ({"contact_phone": "123"}, "号"),
        ({"time": ""}, "请选择到店时间"),
        ({"time": "08:00"}, "预约时间已过"),
        ({"time": "19:00"}, "不在营业时间内"),
        ({"hours": "0"}, "大于"),
        ({"day": "2026-02-30"}, "有效的日期"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk, car, advisor, wrong, words):
    answer = desk.post(reverse("appointment_new"), typed(car, advisor, concern="异响很大", **wrong))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "异响很大" in page
    assert not Appointment.objects.exists()


def test_a_full_day_asks_before_it_books(desk, car, advisor, s01):
    booked(s01, advisor, Vehicle.objects.create(store=s01, plate="苏E22222"), at(9), hours=9)
    answer = desk.post(reverse("appointment_new"), typed(car, advisor))
    assert answer.status_code == 409
    assert "只剩 0.5 工时" in answer.content.decode()
    assert 'name="overbook"' in answer.content.decode()
    assert Appointment.objects.count() == 1
    desk.post(reverse("appointment_new"), typed(car, advisor, overbook="on"))
    assert Appointment.objects.count() == 2


def test_the_same_form_sent_twice_books_once(desk, car, advisor):
    form = typed(car, advisor, idempotency_key="abc")
    assert desk.post(reverse("appointment_new"), form).status_code == 302
    assert desk.post(reverse("appointment_new"), form).status_code == 302
    assert Appointment.objects.count() == 1


def test_the_form_knows_the_owner_of_the_car_and_offers_free_half_hours(desk, car):
    page = desk.get(f"{reverse('appointment_new')}?vehicle={car.pk}&day=2026-11-22").content.decode()
    assert 'value="张三"' in page
    assert 'value="13800001111"' in page
    assert 'value="09:00"' in page
    assert 'value="08:30"' not in page
    assert "余 9.5<" in page


def test_the_day_shows_who_comes_and_how_ready_we_are(desk, car, advisor, s01):
    made = booked(s01, advisor, car, at(10))
    Task.objects.filter(source_id=made.pk, post="parts_keeper").update(state="done", done_at=at(8))
    page = desk.get(reverse("appointments")).content.decode()
    assert "苏E12345" in page
    assert "1/3" in page
    assert "接待、车间未备" in page
    assert "余 7.5 工时" in page


def test_nonsense_in_the_address_shows_today(desk):
    assert desk.get(f"{reverse('appointments')}?day=2026-99-99&work_kind=x").status_code == 200
    assert desk.get(f"{reverse('appointment_new')}?vehicle=abc&day=x&time=y").status_code == 200


def test_a_booking_is_moved_from_its_page(desk, car, advisor, s01):
    made = booked(s01, advisor, car, at(10))
    address = reverse("appointment_move", args=[made.pk])
    assert 'value="10:00"' in desk.get(address).content.decode()
    form = {"day": "2026-11-23", "time": "14:30", "version": made.version}
    assert desk.post(address, form).status_code == 302
    made.refresh_from_db()
    assert made.at == at(14, 30, TOMORROW)
    stale = desk.post(address, form | {"time": "15:00"})
    assert stale.status_code == 409
    assert "刚被他人修改" in stale.content.decode()
    made.refresh_from_db()
    assert made.at == at(14, 30, TOMORROW)


def test_a_side_confirms_on_the_bookings_page(client_of, car, advisor, s01):
    made = booked(s01, advisor, car, at(14))
    foreman = client_of("foreman", s01)
    page = foreman.get(reverse("appointment", args=[made.pk])).content.decode()
    assert page.count("准备完成") == 1
    address = reverse("appointment_prepared", args=[made.pk])
    assert foreman.post(address, {"rule": "service.prepare_workshop"}).status_code == 302
    assert Task.objects.get(source_id=made.pk, post="foreman").state == "done"
    assert foreman.post(address, {"rule": "service.prepare_parts"}).status_code == 403


def test_a_booked_car_arrives_in_one_step(desk, car, advisor, s01):
    made = booked(s01, advisor, car, at(10))
    address = reverse("appointment_arrive", args=[made.pk])
    first = desk.post(address, {"idempotency_key": "k1"})
    check_in = CheckIn.objects.get()
    assert first.url == reverse("check_in", args=[check_in.pk])
    assert desk.post(address, {"idempotency_key": "k1"}).headers["Location"] == first.url
    assert desk.post(address, {"idempotency_key": "k2"}).url == first.url
    made.refresh_from_db()
    assert (made.state, CheckIn.objects.count()) == ("arrived", 1)


@pytest.mark.parametrize("name", ["appointment", "appointment_move"])
def test_another_stores_booking_is_not_there(client_of, car, advisor, s01, s02, name):
    made = booked(s01, advisor, car, at(10))
    assert client_of("advisor", s02).get(reverse(name, args=[made.pk])).status_code == 404
    assert client_of("advisor", s02).post(reverse("appointment_arrive", args=[made.pk])).status_code == 404
    assert "苏E12345" not in client_of("advisor", s02).get(reverse("appointments")).content.decode()


def test_who_may_not_book_sees_but_does_not_book(client_of, car, advisor, s01):
    booked(s01, advisor, car, at(10))
    technician = client_of("technician", s01)
    assert technician.get(reverse("appointments")).status_code == 200
    assert technician.get(reverse("appointment_new")).status_code == 403
    assert technician.post(reverse("appointment_new"), {}).status_code == 403


@pytest.mark.parametrize("name", ["appointments", "appointment_new", "appointment", "appointment_move"])
def test_pages_ask_few_questions_whatever_the_bookings(
    desk, car, advisor, s01, django_assert_max_num_queries, name
):
    for number in range(6):
        other = Vehicle.objects.create(store=s01, plate=f"苏E1000{number}")
        booked(s01, advisor, other, at(9 + number), confirmed=frozenset({"overbook"}))
    made = booked(s01, advisor, car, at(11), confirmed=frozenset({"overbook"}))
    address = reverse(name, args=[made.pk] if name in ("appointment", "appointment_move") else [])
    address += f"?vehicle={car.pk}" if name == "appointment_new" else ""
    desk.get(address)
    with django_assert_max_num_queries(15):
        assert desk.get(address).status_code == 200


def test_the_days_list_can_be_printed_when_somebody_comes(desk, car, advisor):
    assert "打印迎宾名单" not in desk.get(reverse("appointments")).content.decode()
    desk.post(reverse("appointment_new"), typed(car, advisor))
    assert "打印迎宾名单" in desk.get(reverse("appointments")).content.decode()
