import json

import pytest
from django.urls import reverse

from fours.customers.models import Customer
from fours.kernel.models import Attachment, PrintedForm
from fours.service.models import Appointment, CheckIn
from fours.service.verbs.check_in import sign_check_in
from fours.vehicles.models import Vehicle
from fours.vehicles.verbs.vehicle import record_mileage

from .order_house import house, signature
from .reception_house import SUNDAY, at, begun, booked, filled, picture


@pytest.fixture(autouse=True)
def morning(time_machine):
    """Sunday, 22 November 2026, ten o'clock."""
    time_machine.move_to(at(10), tick=False)


@pytest.fixture
def shop(s01, person):
    person("technician", s01)
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


def arriving(car, advisor, **more):
    return {
        "vehicle": car.pk, "deliverer_name": "张三", "deliverer_phone": "13800001111",
        "advisor": advisor.user.pk, **more,
    }  # fmt: skip


def walked_round(check_in, **more):
    """The whole tablet page as it is posted."""
    return {
        "version": check_in.version, "deliverer_name": "张三", "deliverer_phone": "13800001111",
        "mileage": "32100", "fuel_level": "50", "concern": "刹车有异响", "valuables_reminded": "on",
        "items": ["备胎"], "items_other": "高尔夫球包、雨鞋", "papers": ["车钥匙"], "lamps": ["ABS"],
        "damage_marks": json.dumps([{"n": 1, "x": 120, "y": 200, "kind": "dent", "note": "后门"}]),
        "signed_by": "张三", "signature": signature(), "step": "sign", **more,
    }  # fmt: skip


def page_of(check_in):
    return reverse("check_in", args=[check_in.pk])


def test_a_car_on_file_is_taken_in_by_one_form(desk, car, advisor):
    page = desk.get(f"{reverse('check_in_new')}?vehicle={car.pk}").content.decode()
    assert 'value="13800001111"' in page
    answer = desk.post(reverse("check_in_new"), arriving(car, advisor))
    made = CheckIn.objects.get()
    assert answer.url == page_of(made)
    assert (made.vehicle, made.customer, made.arrived_at) == (car, car.owner, at(10))


def test_a_car_nobody_knows_is_put_on_file_at_the_counter(desk, car, advisor):
    form = arriving(car, advisor, vehicle="", plate="苏E66666", owner_name="王五", deliverer_name="李四",
                    deliverer_phone="13900002222")  # fmt: skip
    assert desk.post(reverse("check_in_new"), form).status_code == 302
    made = CheckIn.objects.get()
    assert (made.vehicle.plate, made.customer.name, made.deliverer_name) == ("苏E66666", "王五", "李四")


def test_the_vin_of_the_driving_licence_goes_on_the_new_file(desk, car, advisor):
    form = arriving(car, advisor, vehicle="", plate="苏E66666", vin="LFV3A23C1M3012345")
    answer = desk.post(reverse("check_in_new"), form)
    assert answer.status_code == 422
    assert "校验位不符" in answer.content.decode()
    assert desk.post(reverse("check_in_new"), {**form, "vin": "LFV3A23C3M3012345"}).status_code == 302
    assert CheckIn.objects.get().vehicle.vin == "LFV3A23C3M3012345"


def test_a_refused_arrival_leaves_no_half_made_file(desk, car, advisor):
    form = arriving(car, advisor, vehicle="", plate="苏E66666", deliverer_phone="12")
    answer = desk.post(reverse("check_in_new"), form)
    assert answer.status_code == 422
    assert "苏E66666" in answer.content.decode()
    assert (Vehicle.objects.count(), Customer.objects.count(), CheckIn.objects.count()) == (1, 1, 0)


def test_todays_booking_of_the_car_is_kept_by_its_arrival(desk, car, advisor, s01):
    booked(s01, advisor, car, at(11), concern="空调不冷")
    desk.post(reverse("check_in_new"), arriving(car, advisor))
    assert Appointment.objects.get().state == "arrived"
    assert CheckIn.objects.get().concern == "空调不冷"


def test_a_check_in_begun_is_gone_on_with(desk, car, advisor, s01):
    made = begun(s01, advisor, car)
    assert desk.get(f"{reverse('check_in_new')}?vehicle={car.pk}").url == page_of(made)
    assert desk.post(reverse("check_in_new"), arriving(car, advisor)).url == page_of(made)
    assert CheckIn.objects.count() == 1


def test_the_walk_round_is_signed_on_the_tablet(desk, car, advisor, s01):
    made = begun(s01, advisor, car)
    answer = desk.post(page_of(made), walked_round(made) | {"photos": picture()})
    assert answer.status_code == 302
    made.refresh_from_db()
    assert (made.state, made.mileage, made.fuel_level) == ("signed", 32100, 50)
    assert made.items == ["备胎", "高尔夫球包", "雨鞋"]
    assert made.damage_marks == [{"n": 1, "x": 120.0, "y": 200.0, "kind": "dent", "note": "后门"}]
    assert sorted(Attachment.objects.values_list("purpose", flat=True)) == ["photo", "signature"]
    page = desk.get(page_of(made)).content.decode()
    assert f"/service/orders/new/?check_in={made.pk}" in page
    assert "接车登记表" in page


def test_without_a_signature_nothing_is_signed_and_nothing_typed_is_lost(desk, car, advisor, s01):
    made = begun(s01, advisor, car)
    answer = desk.post(page_of(made), walked_round(made, signature="", concern="方向盘抖"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请客户签名" in page
    assert "方向盘抖" in page
    assert "高尔夫球包、雨鞋" in page
    assert "后门" in json.loads('"' + page.split('name="damage_marks" value="')[1].split('"')[0] + '"')
    made.refresh_from_db()
    assert (made.state, made.mileage) == ("draft", None)


def test_what_is_missing_is_said_beside_its_field(desk, car, advisor, s01):
    made = begun(s01, advisor, car)
    answer = desk.post(page_of(made), walked_round(made, mileage="", fuel_level="", valuables_reminded=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("请填写进厂里程", "请选择油量/电量", "请提醒客户带走贵重物品"):
        assert words in page


def test_mileage_that_goes_back_is_refused_beside_the_field(desk, car, advisor, s01):
    record_mileage(car, kilometers=40000, read_on=SUNDAY, source="接车", actor=advisor)
    made = begun(s01, advisor, car)
    answer = desk.post(page_of(made), walked_round(made))
    assert answer.status_code == 422
    assert "id_mileage_error" in answer.content.decode()
    assert not PrintedForm.objects.exists()
    answer = desk.post(page_of(made), walked_round(made, instrument_replaced="on"))
    assert answer.status_code == 302
    car.refresh_from_db()
    assert car.mileage == 32100


def test_a_stale_page_is_a_conflict_with_both_versions_and_can_be_sent_again(desk, car, advisor, s01):
    made = begun(s01, advisor, car)
    old = walked_round(made)
    desk.post(page_of(made), walked_round(made, step="save", signature="", concern="别人写的", mileage="500"))
    answer = desk.post(page_of(made), old)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "别人写的" in page
    assert "刹车有异响" in page
    made.refresh_from_db()
    assert (made.state, made.mileage) == ("draft", 500)
    assert f'name="version" value="{made.version}"' in page
    assert desk.post(page_of(made), old | {"version": made.version}).status_code == 302


def autosave(desk, check_in, **more):
    form = walked_round(check_in, **more)
    for name in ("signature", "signed_by", "step"):
        del form[name]
    return desk.post(page_of(check_in), form, headers={"HX-Request": "true"})


def test_the_tablet_saves_by_itself_and_hands_out_the_next_version(desk, car, advisor, s01):
    made = begun(s01, advisor, car)
    answer = autosave(desk, made, concern="加速无力")
    made.refresh_from_db()
    assert (made.concern, made.mileage, made.state) == ("加速无力", 32100, "draft")
    page = answer.content.decode()
    assert "已保存 10:00" in page
    assert f'value="{made.version}"' in page
    assert "<html" not in page


def test_saving_by_itself_keeps_what_is_right_and_says_what_is_not(desk, car, advisor, s01):
    made = begun(s01, advisor, car)
    answer = autosave(desk, made, mileage="三万", concern="加速无力")
    made.refresh_from_db()
    assert (made.concern, made.mileage) == ("加速无力", None)
    assert "进厂里程" in answer.content.decode()


def test_saving_by_itself_warns_of_mileage_that_goes_back(desk, car, advisor, s01):
    record_mileage(car, kilometers=40000, read_on=SUNDAY, source="接车", actor=advisor)
    assert "小于上次的 40,000 km" in autosave(desk, begun(s01, advisor, car)).content.decode()


def test_saving_by_itself_over_anothers_change_is_a_conflict(desk, car, advisor, s01):
    made = begun(s01, advisor, car)
    autosave(desk, made, concern="先写的")
    answer = autosave(desk, made, concern="后写的")
    assert answer.status_code == 409
    assert "没有保存" in answer.content.decode()
    made.refresh_from_db()
    assert made.concern == "先写的"


def test_an_unchanged_page_is_no_new_version(desk, car, advisor, s01):
    made = begun(s01, advisor, car)
    autosave(desk, made)
    made.refresh_from_db()
    before = made.version
    autosave(desk, made)
    made.refresh_from_db()
    assert made.version == before


def test_photos_are_kept_as_they_are_taken(desk, car, advisor, s01):
    made = begun(s01, advisor, car)
    address = reverse("check_in_photos", args=[made.pk])
    answer = desk.post(address, {"photos": picture()}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.content.decode().count("<img") == 1
    text = desk.post(address, {"photos": wrong_file()}, headers={"HX-Request": "true"})
    assert text.status_code == 422
    assert "不是照片" in text.content.decode()
    assert Attachment.objects.count() == 1


def wrong_file():
    file = picture("清单.jpg")
    file.file.seek(0)
    file.file.truncate()
    file.file.write(b"not a picture")
    file.file.seek(0)
    return file


@pytest.mark.parametrize("marks", ["{", "[1]", '[{"x":5,"y":-1,"kind":"dent"}]', '{"x":1}'])
def test_marks_that_are_none_are_refused(desk, car, advisor, s01, marks):
    made = begun(s01, advisor, car)
    answer = desk.post(page_of(made), walked_round(made, damage_marks=marks))
    assert answer.status_code == 422
    assert "外观标记无法识别" in answer.content.decode()
    made.refresh_from_db()
    assert made.damage_marks == []


def test_a_signed_check_in_is_read_and_not_posted_to(desk, car, advisor, s01):
    made = sign_check_in(filled(s01, advisor, car), signature=signature(), signed_by="张三", actor=advisor)
    assert desk.post(page_of(made), walked_round(made, mileage="1")).status_code == 409
    made.refresh_from_db()
    assert made.mileage == 32100


def test_the_list_says_what_is_to_be_done_next(desk, car, advisor, s01):
    made = begun(s01, advisor, car)
    assert "登记中" in desk.get(reverse("check_ins")).content.decode()
    other = Vehicle.objects.create(store=s01, plate="苏E22222")
    booked(s01, advisor, other, at(11))
    assert "苏E22222" in desk.get(reverse("check_ins")).content.decode()
    desk.post(page_of(made), walked_round(made))
    assert "待开工单" in desk.get(reverse("check_ins")).content.decode()


def test_another_store_finds_nothing_of_it(client_of, car, advisor, s01, s02):
    made = begun(s01, advisor, car)
    stranger = client_of("advisor", s02)
    assert stranger.get(page_of(made)).status_code == 404
    assert stranger.post(page_of(made), walked_round(made)).status_code == 404
    photos = reverse("check_in_photos", args=[made.pk])
    assert stranger.post(photos, {"photos": picture()}).status_code == 404
    assert stranger.get(f"{reverse('check_in_new')}?vehicle={car.pk}").status_code == 404
    assert "苏E12345" not in stranger.get(reverse("check_ins")).content.decode()


def test_a_technician_reads_and_does_not_write(client_of, car, advisor, s01):
    made = begun(s01, advisor, car)
    technician = client_of("technician", s01)
    assert technician.get(page_of(made)).status_code == 200
    assert technician.post(page_of(made), walked_round(made)).status_code == 403
    assert technician.get(reverse("check_ins")).status_code == 403
    made.refresh_from_db()
    assert made.mileage is None


@pytest.mark.parametrize("name", ["check_ins", "check_in_new", "draft", "signed"])
def test_pages_ask_few_questions_whatever_the_rows(
    desk, car, advisor, s01, django_assert_max_num_queries, name
):
    for number in range(5):
        other = Vehicle.objects.create(store=s01, plate=f"苏E1000{number}")
        begun(s01, advisor, other)
    made = filled(s01, advisor, car)
    if name == "signed":
        sign_check_in(made, signature=signature(), signed_by="张三", actor=advisor)
    address = page_of(made) if name in ("draft", "signed") else reverse(name)
    desk.get(address)
    with django_assert_max_num_queries(15):
        assert desk.get(address).status_code == 200
