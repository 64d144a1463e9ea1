"""One row of a dealer's customer list: what it makes, what it completes, and that the same list again changes nothing."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.customers.verbs.customer import create_customer
from fours.intake.kinds import intake_kind
from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store
from fours.vehicles.imports import load_row
from fours.vehicles.models import MileageReading, Ownership, Vehicle

VIN = "LFV2A21K6A3123456"
ROW: dict[str, Any] = {
    "name": "张建国",
    "phone": "13812345678",
    "other_phone": "0512-65123456",
    "address": "苏州市人民路 1 号",
    "plate": "苏E12345",
    "vin": VIN,
    "model_name": "速腾 1.4T",
    "registered_on": date(2023, 5, 18),
    "mileage": 32000,
    "mileage_on": date(2026, 1, 5),
    "insurance_until": date(2026, 12, 1),
}


@pytest.fixture
def load(s01: Store) -> Callable[..., tuple[str, list[tuple[str, str]]]]:
    actor = Actor.system(s01)

    def one(**changes: Any) -> tuple[str, list[tuple[str, str]]]:
        values = {name: value for name, value in {**ROW, **changes}.items() if value is not None}
        warnings: list[tuple[str, str]] = []
        return load_row(s01, values, actor, lambda *said: warnings.append(said)), warnings

    return one


Load = Callable[..., tuple[str, list[tuple[str, str]]]]


def test_the_kind_is_known_to_the_import() -> None:
    kind = intake_kind("customers")
    assert kind is not None
    assert kind.load_row is load_row


def test_a_row_makes_a_customer_and_a_car(load: Load) -> None:
    assert load() == ("created", [])
    car = Vehicle.objects.get()
    assert (car.plate, car.vin, car.mileage, car.insurance_until) == (
        "苏E12345",
        VIN,
        32000,
        date(2026, 12, 1),
    )
    assert car.owner is not None
    assert (car.owner.name, car.owner.kind) == ("张建国", "person")
    assert [phone.number for phone in car.owner.phones.order_by("id")] == ["13812345678", "0512-65123456"]


def test_the_same_row_again_changes_nothing(load: Load) -> None:
    load()
    events = Event.objects.count()
    assert load() == ("unchanged", [])
    assert Event.objects.count() == events


def test_a_later_row_fills_gaps_and_moves_on_what_moves_on(load: Load) -> None:
    load(color=None)
    outcome = load(color="白", mileage=35000, mileage_on=date(2026, 6, 1), insurance_until=date(2027, 12, 1))
    assert outcome == ("updated", [])
    car = Vehicle.objects.get()
    assert (car.color, car.mileage, car.insurance_until) == ("白", 35000, date(2027, 12, 1))


@pytest.mark.parametrize(
    "second",
    [
        {"color": "黑", "mileage": 31000},
        {"vin": None, "phone": "13900001111"},
        {"plate": None, "model_name": "迈腾"},
        {"name": "王芳", "phone": "13700002222", "other_phone": None},
        {"drive": "battery", "insurance_until": date(2020, 1, 1)},
        {"contact_name": "李强", "contact_phone": "13600003333"},
        {"mileage": 40000, "mileage_on": date(2026, 7, 1)},
    ],
)
def test_the_same_car_twice_is_one_car_and_a_second_run_changes_nothing(
    load: Load, second: dict[str, Any]
) -> None:
    assert load(color="白")[0] == "created"
    assert load(**second)[0] in ("updated", "unchanged")
    assert Vehicle.objects.count() == 1
    assert load(color="白")[0] == "unchanged"
    assert load(**second)[0] == "unchanged"


def test_lower_mileage_is_a_warning_and_not_taken(load: Load) -> None:
    load()
    outcome, warnings = load(mileage=31999)
    assert outcome == "unchanged"
    assert warnings == [("里程", "里程 31,999 km 小于档案中的 32,000 km，未采用")]
    assert MileageReading.objects.get().kilometers == 32000


def test_a_car_known_by_plate_gets_its_vin(load: Load) -> None:
    load(vin=None)
    assert load() == ("updated", [])
    assert Vehicle.objects.get().vin == VIN


def test_another_vin_with_a_known_plate_is_another_car(load: Load) -> None:
    load()
    outcome, warnings = load(vin="LGXCE4CB9P0123456")
    assert outcome == "created"
    assert warnings == [("车牌号", f"车牌 苏E12345 已是车架号 {VIN} 的车辆，未采用")]
    assert load(vin="LGXCE4CB9P0123456")[0] == "unchanged"
    assert Vehicle.objects.get(vin="LGXCE4CB9P0123456").plate == ""


def test_somebody_else_is_not_made_the_owner(load: Load) -> None:
    load()
    outcome, warnings = load(name="王芳", phone="13700002222", other_phone=None)
    assert outcome == "updated"
    assert [column for column, _ in warnings] == ["客户名称"]
    assert Vehicle.objects.get().owner == Customer.objects.get(name="张建国")
    assert Ownership.objects.get(relation="user").customer.name == "王芳"


def test_one_owner_of_two_cars_is_one_customer(load: Load) -> None:
    load()
    assert load(vin="LGXCE4CB9P0123456", plate="苏E99999")[0] == "created"
    assert Customer.objects.get().ownerships.count() == 2


def test_two_people_of_one_name_without_phone_stay_two(load: Load) -> None:
    load(phone=None, other_phone=None)
    load(phone=None, other_phone=None, vin="LGXCE4CB9P0123456", plate="苏E99999")
    assert Customer.objects.filter(name="张建国").count() == 2


def test_a_row_without_a_car_is_counted_by_its_customer(load: Load) -> None:
    nothing = {"vin": None, "plate": None, "mileage": None}
    assert load(**nothing)[0] == "created"
    assert load(**nothing)[0] == "unchanged"
    assert load(**nothing, birthday=date(1990, 1, 1))[0] == "updated"
    assert load(**nothing, phone=None, other_phone=None, name="李四")[0] == "created"
    assert load(**nothing, phone=None, other_phone=None, name="李四")[0] == "unchanged"
    assert not Vehicle.objects.exists()


def test_a_company_is_known_by_its_name_or_code(load: Load) -> None:
    load(name="苏州某某物流有限公司")
    assert Customer.objects.get().kind == "company"


def test_a_row_that_cannot_be_right_leaves_nothing(load: Load) -> None:
    with pytest.raises(Refused) as refusal:
        load(registered_on=date(2150, 1, 1))
    assert "registered_on" in refusal.value.fields
    assert not Vehicle.objects.exists()


def test_what_a_person_typed_stays(load: Load, person: Callable[..., Actor], s01: Store) -> None:
    create_customer(
        s01, actor=person("advisor", s01), name="张建国", phones=["13812345678"], address="人民路 2 号"
    )
    _, warnings = load()
    assert Customer.objects.get().address == "人民路 2 号"
    assert warnings == [("地址", "档案中为“人民路 2 号”，未改为“苏州市人民路 1 号”")]
