"""Car files: plates, owners and mileage keep their history; one file per car and store."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from fours.base.errors import NotAllowed, NotThere, Refused, Stale
from fours.customers.models import Customer
from fours.customers.verbs.customer import change_customer, create_customer
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.models import Event, SearchKey, Store
from fours.vehicles.facts import AlreadyThere
from fours.vehicles.models import MileageReading, Ownership, PlateRecord, Vehicle
from fours.vehicles.verbs.vehicle import change_owner, change_vehicle, create_vehicle, record_mileage

PersonOf = Callable[..., Actor]
VIN = "LFV2A21K6A3123456"


@pytest.fixture
def advisor(person: PersonOf, s01: Store) -> Actor:
    return person("advisor", s01)


@pytest.fixture
def zhang(advisor: Actor) -> Customer:
    return create_customer(advisor.must_store, actor=advisor, name="张建国", phones=["13812345678"])


def car(actor: Actor, **more: object) -> Vehicle:
    values: dict[str, object] = {"vin": VIN, "plate": "苏E·12345", **more}
    return create_vehicle(actor.must_store, actor=actor, **values)


def keys(vehicle: Vehicle) -> set[str]:
    rows = SearchKey.objects.filter(kind="vehicle", target_id=vehicle.pk)
    return set(rows.values_list("key", flat=True))


def test_a_new_car_starts_its_histories(advisor: Actor, zhang: Customer) -> None:
    made = car(
        advisor, owner=zhang, registered_on=date(2023, 5, 18), mileage=32100, mileage_on=date(2026, 1, 5)
    )
    assert (made.plate, made.vin, made.mileage, made.owner) == ("苏E12345", VIN, 32100, zhang)
    assert list(PlateRecord.objects.values_list("plate", "starts_on", "ends_on")) == [
        ("苏E12345", date(2023, 5, 18), None)
    ]
    assert list(MileageReading.objects.values_list("kilometers", "read_on", "source")) == [
        (32100, date(2026, 1, 5), "建档")
    ]


def test_a_car_is_found_by_plate_vin_and_its_owner(advisor: Actor, zhang: Customer) -> None:
    made = car(advisor, owner=zhang)
    assert {"苏e12345", "345", "123456", VIN.lower(), "zjg", "5678"} <= keys(made)
    change_customer(zhang, actor=advisor, name="赵建国", phones=["13900001111"])
    assert {"zjg", "1111", "赵建国"} <= keys(made)
    assert "张建国" not in keys(made)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("vin", {"vin": "LFV2A21K5A3123456"}),
        ("vin", {"vin": "LRW3E7FAONC000123"}),
        ("plate", {"plate": "苏E1234"}),
        ("plate", {"vin": "", "plate": ""}),
        ("registered_on", {"produced_on": date(2024, 2, 1), "registered_on": date(2024, 1, 1)}),
        ("sold_on", {"sold_on": date(2150, 1, 1)}),
        ("mileage", {"mileage": 2_000_001}),
        ("drive", {"drive": "steam"}),
        ("color", {"color": "红" * 21}),
    ],
)
def test_wrong_values_are_refused_beside_their_field_and_nothing_is_made(
    advisor: Actor, field: str, given: dict[str, object]
) -> None:
    with pytest.raises(Refused) as refusal:
        car(advisor, **given)
    assert field in refusal.value.fields
    assert not Vehicle.objects.exists()
    assert not SearchKey.objects.exists()


def test_the_check_digit_of_a_car_from_before_the_standard_is_not_refused(advisor: Actor) -> None:
    assert car(advisor, vin="LFV2A21K5A3123456", registered_on=date(2003, 6, 1)).vin == "LFV2A21K5A3123456"


@pytest.mark.parametrize(
    ("field", "given"), [("vin", {"plate": "苏E99999"}), ("plate", {"vin": "LGXCE4CB9P0123456"})]
)
def test_a_second_file_of_the_same_car_is_refused_and_the_first_is_named(
    advisor: Actor, field: str, given: dict[str, object]
) -> None:
    first = car(advisor)
    with pytest.raises(AlreadyThere) as refusal:
        car(advisor, **given)
    assert refusal.value.existing == first
    assert field in refusal.value.fields
    assert Vehicle.objects.count() == 1


def test_the_same_car_may_be_known_in_another_store(person: PersonOf, s02: Store, advisor: Actor) -> None:
    car(advisor)
    car(person("advisor", s02))
    assert Vehicle.objects.count() == 2


def test_a_new_plate_closes_the_time_of_the_old_one(advisor: Actor) -> None:
    made = car(advisor, registered_on=date(2023, 5, 18))
    changed = change_vehicle(made, actor=advisor, version=1, plate="苏ED12345", plate_since=date(2026, 3, 1))
    assert changed.plate == "苏ED12345"
    assert list(PlateRecord.objects.order_by("id").values_list("plate", "starts_on", "ends_on")) == [
        ("苏E12345", date(2023, 5, 18), date(2026, 3, 1)),
        ("苏ED12345", date(2026, 3, 1), None),
    ]
    assert "苏ed12345" in keys(made)
    assert "苏e12345" not in keys(made)
    event = Event.objects.get(kind="vehicles.vehicle_changed")
    assert (event.sentence, event.data["changes"]) == ("修改 车牌号", {"plate": ["苏E12345", "苏ED12345"]})


def test_a_plate_of_another_car_is_refused_when_changing(advisor: Actor) -> None:
    car(advisor)
    other = car(advisor, vin="LGXCE4CB9P0123456", plate="苏E99999")
    with pytest.raises(AlreadyThere):
        change_vehicle(other, actor=advisor, plate="苏E12345")
    assert Vehicle.objects.get(pk=other.pk).plate == "苏E99999"
    assert PlateRecord.objects.filter(vehicle=other).count() == 1


def test_a_registration_before_the_known_production_is_refused(advisor: Actor) -> None:
    made = car(advisor, produced_on=date(2023, 4, 1))
    with pytest.raises(Refused) as refusal:
        change_vehicle(made, actor=advisor, registered_on=date(2023, 3, 1))
    assert "registered_on" in refusal.value.fields


def test_who_saves_over_a_newer_version_is_refused(advisor: Actor) -> None:
    made = car(advisor)
    change_vehicle(made, actor=advisor, version=1, color="白")
    with pytest.raises(Stale):
        change_vehicle(made, actor=advisor, version=1, color="黑")
    assert Vehicle.objects.get().color == "白"


def test_an_owner_change_keeps_the_old_owner_in_the_history(advisor: Actor, zhang: Customer) -> None:
    made = car(advisor, owner=zhang, owned_since=date(2023, 5, 18))
    li = create_customer(advisor.must_store, actor=advisor, name="李四", phones=["13900001111"])
    change_owner(made, customer=li, on=date(2026, 2, 1), actor=advisor)
    assert Vehicle.objects.get().owner == li
    assert list(Ownership.objects.order_by("id").values_list("customer", "starts_on", "ends_on")) == [
        (zhang.pk, date(2023, 5, 18), date(2026, 2, 1)),
        (li.pk, date(2026, 2, 1), None),
    ]
    assert "1111" in keys(made)
    assert "5678" not in keys(made)


@pytest.mark.parametrize(
    ("field", "days"), [("on", 1), ("on", -365 * 10), ("customer", 0)], ids=["future", "too early", "same"]
)
def test_impossible_owner_changes_are_refused(advisor: Actor, zhang: Customer, field: str, days: int) -> None:
    made = car(advisor, owner=zhang, owned_since=date(2023, 5, 18))
    li = create_customer(advisor.must_store, actor=advisor, name="李四")
    with pytest.raises(Refused) as refusal:
        change_owner(
            made, customer=zhang if field == "customer" else li, on=today() + timedelta(days), actor=advisor
        )
    assert field in refusal.value.fields
    assert Ownership.objects.get().customer == zhang


def test_another_stores_customer_cannot_own_the_car(person: PersonOf, s02: Store, advisor: Actor) -> None:
    stranger = create_customer(s02, actor=person("advisor", s02), name="李四")
    with pytest.raises(NotThere):
        change_owner(car(advisor), customer=stranger, on=today(), actor=advisor)
    with pytest.raises(NotThere):
        car(advisor, vin="LGXCE4CB9P0123456", plate="", owner=stranger)
    assert not Ownership.objects.exists()


def read(actor: Actor, vehicle: Vehicle, kilometers: int, day: date, **more: bool) -> None:
    record_mileage(vehicle, kilometers=kilometers, read_on=day, source="接车", actor=actor, **more)


def test_mileage_that_goes_backwards_is_refused(advisor: Actor) -> None:
    made = car(advisor, mileage=32100, mileage_on=date(2026, 1, 5))
    with pytest.raises(Refused) as refusal:
        read(advisor, made, 32099, date(2026, 2, 1))
    assert "32,100" in refusal.value.fields["mileage"]
    assert Vehicle.objects.get().mileage == 32100
    assert MileageReading.objects.count() == 1


def test_after_an_instrument_replacement_mileage_starts_anew(advisor: Actor) -> None:
    made = car(advisor, mileage=32100, mileage_on=date(2026, 1, 5))
    read(advisor, made, 5, date(2026, 2, 1), instrument_replaced=True)
    read(advisor, made, 900, date(2026, 3, 1))
    assert Vehicle.objects.get().mileage == 900


def test_an_earlier_day_s_reading_fits_between_its_neighbours_and_leaves_the_latest(advisor: Actor) -> None:
    made = car(advisor, mileage=10000, mileage_on=date(2025, 1, 5))
    read(advisor, made, 30000, date(2026, 1, 5))
    read(advisor, made, 20000, date(2025, 6, 1))
    assert Vehicle.objects.get().mileage == 30000
    for wrong in (9999, 30001):
        with pytest.raises(Refused):
            read(advisor, made, wrong, date(2025, 7, 1))
    assert MileageReading.objects.count() == 3


def test_a_reading_of_tomorrow_is_refused(advisor: Actor) -> None:
    with pytest.raises(Refused) as refusal:
        read(advisor, car(advisor), 100, today() + timedelta(1))
    assert "read_on" in refusal.value.fields


@pytest.mark.parametrize(
    ("post", "may"),
    [
        ("advisor", True),
        ("receptionist", True),
        ("info_clerk", True),
        ("service_manager", True),
        ("crm_agent", False),
        ("technician", False),
        ("cashier", False),
        ("parts_keeper", False),
        ("sales_consultant", False),
        ("it_admin", False),
    ],
)
def test_only_posts_at_the_front_keep_car_files(
    person: PersonOf, s01: Store, advisor: Actor, zhang: Customer, post: str, may: bool
) -> None:
    made, actor = car(advisor), person(post, s01)
    work: list[Callable[[], object]] = [
        lambda: car(actor, vin="LGXCE4CB9P0123456", plate=""),
        lambda: change_vehicle(made, actor=actor, color=post),
        lambda: change_owner(made, customer=zhang, on=today(), actor=actor),
        lambda: read(actor, made, 100, today()),
    ]
    for do in work:
        if may:
            do()
        else:
            with pytest.raises(NotAllowed):
                do()
    assert Event.objects.filter(aggregate_kind="vehicles.vehicle").count() == (5 if may else 1)


def test_another_stores_car_is_not_there(person: PersonOf, s02: Store, advisor: Actor) -> None:
    made, stranger = car(advisor), person("advisor", s02)
    for do in (
        lambda: change_vehicle(made, actor=stranger, color="黑"),
        lambda: read(stranger, made, 100, today()),
    ):
        with pytest.raises(NotThere):
            do()
    assert Vehicle.objects.get().color == ""
    assert not MileageReading.objects.exists()
