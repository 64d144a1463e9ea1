"""The screens of cars: list, the car's page, forms, owner, mileage, merge, search and picker."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client

from fours.customers.models import Customer
from fours.customers.verbs.customer import create_customer, stop_calls
from fours.desk.search import search
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.models import Store
from fours.register.checks import errors_of
from fours.vehicles import flags, life
from fours.vehicles.flags import Flag
from fours.vehicles.life import Facts, LifeEntry, LifeSource
from fours.vehicles.models import Vehicle
from fours.vehicles.registers import VEHICLES
from fours.vehicles.verbs.merge import merge_vehicles
from fours.vehicles.verbs.vehicle import change_vehicle, create_vehicle, record_mileage

PersonOf = Callable[..., Actor]
ClientOf = Callable[..., Client]
VIN = "LFV2A21K6A3123456"


@pytest.fixture
def advisor(person: PersonOf, s01: Store) -> Actor:
    return person("advisor", s01)


@pytest.fixture
def zhang(advisor: Actor) -> Customer:
    return create_customer(advisor.must_store, actor=advisor, name="张建国", phones=["13812345678"])


@pytest.fixture
def car(advisor: Actor, zhang: Customer) -> Vehicle:
    return create_vehicle(
        advisor.must_store,
        actor=advisor,
        vin=VIN,
        plate="苏E12345",
        owner=zhang,
        brand="大众",
        series="速腾",
        mileage=32100,
        mileage_on=date(2026, 1, 5),
    )


def typed(**more: str) -> dict[str, str]:
    return {"plate": "苏E·99999", "drive": "fuel", "use": "private", **more}


def test_the_list_declares_only_what_exists() -> None:
    assert list(errors_of(VEHICLES)) == []


def test_the_list_finds_by_plate_end_vin_end_and_owner(client_of: ClientOf, s01: Store, car: Vehicle) -> None:
    client = client_of("advisor", s01)
    for text in ("345", "123456", "zjg", "5678", "E12345"):
        assert "苏E12345" in client.get("/vehicles/", {"q": text}).text
    assert "苏E12345" not in client.get("/vehicles/", {"q": "99999"}).text


def test_the_car_s_page_shows_owner_phone_mileage_and_history(
    client_of: ClientOf, s01: Store, car: Vehicle
) -> None:
    page = client_of("advisor", s01).get(f"/vehicles/{car.pk}/").text
    for shown in ("张建国", "13812345678", "32,100 km", VIN, "新建车辆档案", "大众 速腾"):
        assert shown in page


@pytest.mark.parametrize(
    ("key", "shown"),
    [("life", "新建车辆档案"), ("file", "车主历史"), ("attachments", "还没有附件"), ("comments", "保存备注")],
)
def test_a_tab_is_fetched_alone_or_opened_with_the_page(
    client_of: ClientOf, s01: Store, car: Vehicle, key: str, shown: str
) -> None:
    client = client_of("advisor", s01)
    alone, whole = (
        client.get(f"/vehicles/{car.pk}/tab/{key}/").text,
        client.get(f"/vehicles/{car.pk}/?tab={key}").text,
    )
    assert shown in alone
    assert shown in whole
    assert "<html" not in alone
    assert f'hx-get="/vehicles/{car.pk}/tab/{key}/"' in whole
    assert client.get(f"/vehicles/{car.pk}/tab/none/").status_code == 404


def test_a_technician_sees_the_car_but_not_the_person(client_of: ClientOf, s01: Store, car: Vehicle) -> None:
    page = client_of("technician", s01).get(f"/vehicles/{car.pk}/").text
    assert VIN in page
    assert "张建国" not in page
    assert "13812345678" not in page
    assert "张建国" not in client_of("technician", s01).get(f"/vehicles/{car.pk}/tab/file/").text


def test_the_life_is_gathered_from_all_sources_and_narrowed_by_kind(
    monkeypatch: pytest.MonkeyPatch, client_of: ClientOf, s01: Store, car: Vehicle
) -> None:
    def visits(vehicle: Vehicle, actor: Actor) -> QuerySet[Vehicle]:
        return Vehicle.objects.visible_to(actor).filter(pk=vehicle.pk)

    def visit(when: datetime, facts: Facts) -> LifeEntry:
        return LifeEntry(when, f"首保来店 {facts['plate']}", "/service/orders/1/")

    monkeypatch.setattr(life, "LIFE", dict(life.LIFE))
    source = LifeSource("visit", "来店", "service.view", visits, "updated_at", {"plate": "plate"}, visit)
    life.register_life(source)
    client = client_of("advisor", s01)
    whole, narrow = (client.get(f"/vehicles/{car.pk}/{query}").text for query in ("", "?kind=mileage"))
    assert "首保来店 苏E12345" in whole
    assert "32,100 km · 建档" in narrow
    assert "首保来店" not in narrow


def test_flags_of_upper_apps_and_of_the_file_stand_on_top(
    monkeypatch: pytest.MonkeyPatch,
    client_of: ClientOf,
    advisor: Actor,
    s01: Store,
    car: Vehicle,
    zhang: Customer,
) -> None:
    monkeypatch.setattr(flags, "_SAID_BY", list(flags._SAID_BY))
    flags.register_flags(lambda vehicle, actor: [Flag("有未结清的结算单")])
    stop_calls(zhang, actor=advisor)
    change_vehicle(car, actor=advisor, insurance_until=date(2020, 1, 1))
    page = client_of("advisor", s01).get(f"/vehicles/{car.pk}/").text
    assert "有未结清的结算单" in page
    assert "车主要求请勿来电" in page
    assert "商业险已于 2020-01-01 到期" in page


@pytest.mark.parametrize(
    "address",
    [
        "/vehicles/",
        "/vehicles/{pk}/",
        "/vehicles/{pk}/?tab=file",
        "/vehicles/{pk}/tab/life/",
        "/vehicles/{pk}/edit/",
    ],
)
def test_screens_take_few_queries(
    client_of: ClientOf,
    advisor: Actor,
    s01: Store,
    car: Vehicle,
    zhang: Customer,
    django_assert_max_num_queries: Callable[..., Any],
    address: str,
) -> None:
    for number in range(12):
        create_vehicle(s01, actor=advisor, plate=f"苏E8{number:04}", owner=zhang)
        record_mileage(car, kilometers=40000 + number, read_on=today(), source="接车", actor=advisor)
    client = client_of("advisor", s01)
    address = address.format(pk=car.pk)
    client.get(address)
    # Two of them are the savepoint of the test's own transaction.
    with django_assert_max_num_queries(17):
        assert client.get(address).status_code == 200


def test_a_new_car_is_made_with_a_new_owner(client_of: ClientOf, s01: Store) -> None:
    answer = client_of("advisor", s01).post(
        "/vehicles/new/", typed(owner_name="李四", owner_phone="139 0000 1111", mileage="15000")
    )
    made = Vehicle.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/vehicles/{made.pk}/")
    assert (made.plate, made.mileage) == ("苏E99999", 15000)
    assert made.owner is not None
    assert made.owner.phones.get().number == "13900001111"


def test_the_known_customer_of_that_name_and_phone_becomes_the_owner(
    client_of: ClientOf, s01: Store, zhang: Customer
) -> None:
    client_of("advisor", s01).post("/vehicles/new/", typed(owner_name="张建国", owner_phone="13812345678"))
    assert Vehicle.objects.get().owner == zhang
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"plate": "苏E1234"}, "普通号牌 7 位"),
        ({"vin": "LFV2A21K5A3123456"}, "校验位不符"),
        ({"vin": "LRW3E7FAONC000123"}, "字母 O"),
        ({"registered_on": "2050-01-01"}, "今天以前"),
        ({"owner_phone": "13900001111"}, "请填写新客户姓名"),
        ({"owner_name": "李四", "owner_phone": "139"}, "手机号应为 11 位"),
        ({"plate": "", "vin": ""}, "至少填一个"),
    ],
)
def test_a_wrong_form_is_refused_and_nothing_typed_is_lost(
    client_of: ClientOf, s01: Store, wrong: dict[str, str], message: str
) -> None:
    answer = client_of("advisor", s01).post("/vehicles/new/", typed(color="珍珠白", **wrong) | wrong)
    assert answer.status_code == 422
    assert message in answer.text
    assert "珍珠白" in answer.text
    assert not Vehicle.objects.exists()
    assert not Customer.objects.exists()


def test_a_second_file_of_a_car_leads_to_the_first(client_of: ClientOf, s01: Store, car: Vehicle) -> None:
    client = client_of("advisor", s01)
    answer = client.post("/vehicles/new/", typed(plate="苏E12345", owner_name="李四"))
    assert answer.status_code == 409
    assert f'href="/vehicles/{car.pk}/"' in answer.text
    assert not Customer.objects.filter(name="李四").exists()
    assert f'href="/vehicles/{car.pk}/"' in client.get("/vehicles/alike/", {"plate": "苏e·12345"}).text


def test_a_stale_edit_shows_both_versions(
    client_of: ClientOf, advisor: Actor, s01: Store, car: Vehicle
) -> None:
    change_vehicle(car, actor=advisor, color="珍珠白")
    client = client_of("receptionist", s01)
    given = typed(
        plate="苏E12345", vin=VIN, color="曜石黑", brand="大众", series="速腾", version="1", active="on"
    )
    answer = client.post(f"/vehicles/{car.pk}/edit/", given)
    assert answer.status_code == 409
    assert "珍珠白" in answer.text
    assert "曜石黑" in answer.text
    assert Vehicle.objects.get().color == "珍珠白"
    assert client.post(f"/vehicles/{car.pk}/edit/", {**given, "version": "2"}).status_code == 302
    assert Vehicle.objects.get().color == "曜石黑"


def test_owner_and_mileage_are_changed_on_their_own_forms(
    client_of: ClientOf, advisor: Actor, s01: Store, car: Vehicle
) -> None:
    li = create_customer(s01, actor=advisor, name="李四")
    client = client_of("advisor", s01)
    assert client.get(f"/vehicles/{car.pk}/owner/").status_code == 200
    assert (
        client.post(f"/vehicles/{car.pk}/owner/", {"customer": li.pk, "on": str(today())}).status_code == 302
    )
    assert Vehicle.objects.get().owner == li
    reading = {"mileage": "32000", "read_on": str(today()), "source": "人工登记"}
    answer = client.post(f"/vehicles/{car.pk}/mileage/", reading)
    assert answer.status_code == 422
    assert "小于上次的 32,100 km" in answer.text
    assert client.post(f"/vehicles/{car.pk}/mileage/", {**reading, "mileage": "33000"}).status_code == 302
    assert Vehicle.objects.get().mileage == 33000


def test_an_empty_form_does_not_take_the_car_from_its_owner(
    s01: Store, client_of: ClientOf, car: Vehicle
) -> None:
    client = client_of("advisor", s01)
    address = f"/vehicles/{car.pk}/owner/"
    assert "不知道是谁" in client.post(address, {"customer": "", "on": str(today())}).text
    owner = car.ownerships.get(ends_on=None)
    twice = {"customer": owner.customer_id, "on": str(today()), "unknown": "on"}
    assert "请取消勾选" in client.post(address, twice).text
    assert car.ownerships.get(ends_on=None) == owner
    assert client.post(address, {"customer": "", "on": str(today()), "unknown": "on"}).status_code == 302
    assert not car.ownerships.filter(ends_on=None, relation="owner").exists()


def test_cars_are_merged_and_the_old_page_leads_on(
    client_of: ClientOf, advisor: Actor, s01: Store, car: Vehicle
) -> None:
    old = create_vehicle(s01, actor=advisor, plate="苏E99999", mileage=100, mileage_on=date(2025, 1, 1))
    client = client_of("info_clerk", s01)
    assert client.get(f"/vehicles/{old.pk}/merge/").status_code == 200
    assert client.post(f"/vehicles/{old.pk}/merge/", {"into": car.pk}).status_code == 302
    assert f'href="/vehicles/{car.pk}/"' in client.get(f"/vehicles/{old.pk}/").text
    assert "100 km" in client.get(f"/vehicles/{car.pk}/tab/file/").text
    assert "苏E99999" not in client.get("/vehicles/").text


# post → (list and page, forms, merge)
RIGHTS = {
    "advisor": (200, 200, 403),
    "info_clerk": (200, 200, 200),
    "crm_agent": (200, 403, 403),
    "cashier": (200, 403, 403),
    "technician": (200, 403, 403),
    "tool_keeper": (403, 403, 403),
}


@pytest.mark.parametrize("post", RIGHTS)
def test_each_post_enters_only_what_it_may(client_of: ClientOf, s01: Store, car: Vehicle, post: str) -> None:
    client, (look, form, merge) = client_of(post, s01), RIGHTS[post]
    for address, status in (
        ("/vehicles/", look),
        (f"/vehicles/{car.pk}/", look),
        (f"/vehicles/{car.pk}/tab/comments/", look),
        ("/vehicles/new/", form),
        (f"/vehicles/{car.pk}/edit/", form),
        (f"/vehicles/{car.pk}/owner/", form),
        (f"/vehicles/{car.pk}/mileage/", form),
        (f"/vehicles/{car.pk}/merge/", merge),
    ):
        assert client.get(address).status_code == status, address


def test_another_stores_car_is_not_there(
    client_of: ClientOf, see: Callable[..., None], s01: Store, s02: Store, car: Vehicle
) -> None:
    client = client_of("service_manager", s02)
    for tail in ("", "tab/life/", "edit/", "owner/", "mileage/", "merge/"):
        assert client.get(f"/vehicles/{car.pk}/{tail}").status_code == 404
    assert client.post(f"/vehicles/{car.pk}/edit/", typed()).status_code == 404
    assert "苏E12345" not in client.get("/vehicles/").text
    see(s01)
    assert Vehicle.objects.get().plate == "苏E12345"


def test_the_car_comes_before_its_owner_in_the_search(advisor: Actor, car: Vehicle) -> None:
    found = search(advisor, "12345")
    assert [(hit.kind, hit.title) for hit in found] == [("vehicle", "苏E12345")]
    assert "张建国" in found[0].subtitle
    assert {hit.kind for hit in search(advisor, "zjg")} == {"vehicle", "customer"}


def test_an_unknown_plate_leads_to_the_form_of_a_new_car(client_of: ClientOf, s01: Store) -> None:
    client = client_of("advisor", s01)
    page = client.get("/search/", {"q": "苏E·77777"}).text
    assert "/vehicles/new/?plate=%E8%8B%8FE77777" in page
    assert 'value="苏E77777"' in client.get("/vehicles/new/", {"plate": "苏E77777"}).text


def test_the_picker_gives_cars_of_the_own_store(
    client_of: ClientOf, s01: Store, s02: Store, car: Vehicle
) -> None:
    picked = client_of("advisor", s01).get("/pick/vehicles/", {"q": "345"}).json()["items"]
    assert picked == [{"value": car.pk, "text": "苏E12345", "sub": "大众 速腾 · 张建国"}]
    assert client_of("advisor", s02).get("/pick/vehicles/", {"q": "345"}).json()["items"] == []


def test_a_customer_s_page_lists_their_cars(
    client_of: ClientOf, s01: Store, zhang: Customer, car: Vehicle
) -> None:
    page = client_of("advisor", s01).get(f"/customers/{zhang.pk}/").text
    assert f"/vehicles/{car.pk}/" in page
    assert f"/vehicles/new/?owner={zhang.pk}" in page


def test_readings_of_a_merged_file_show_in_the_life_of_the_other(
    advisor: Actor, person: PersonOf, s01: Store
) -> None:
    into = create_vehicle(s01, actor=advisor, vin=VIN)
    old = create_vehicle(s01, actor=advisor, plate="苏E99999", mileage=100, mileage_on=date(2025, 1, 1))
    merge_vehicles(old, into=into, actor=person("info_clerk", s01))
    assert "100 km · 建档" in [entry.text for entry in life.life_of(into, advisor, "mileage")]
