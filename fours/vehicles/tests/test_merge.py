"""Merging two files loses nothing: every row of every app that pointed at the one points at the other."""

from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from fours.base.errors import NotAllowed, NotThere, Refused
from fours.customers.facts import ContactEntry
from fours.customers.models import Customer, Phone
from fours.customers.verbs.customer import change_customer, create_customer, merge_customers, stop_calls
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.models import Attachment, Comment, Event, SearchKey, Store, Task
from fours.vehicles.models import MileageReading, Ownership, PlateRecord, Vehicle
from fours.vehicles.verbs.merge import merge_vehicles
from fours.vehicles.verbs.vehicle import change_vehicle, create_vehicle, record_mileage

PersonOf = Callable[..., Actor]
VIN = "LFV2A21K6A3123456"
# Never changed, so they stay with the merged file; the car's page shows them with it.
STAYS = {"vehicles.mileagereading"}


@pytest.fixture
def clerk(person: PersonOf, s01: Store) -> Actor:
    return person("info_clerk", s01)


def customer(clerk: Actor, name: str, *phones: str, **more: Any) -> Customer:
    return create_customer(clerk.must_store, actor=clerk, name=name, phones=phones, **more)


def car(clerk: Actor, **more: Any) -> Vehicle:
    return create_vehicle(clerk.must_store, actor=clerk, **more)


def pointers(target: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Every field of every app that points at the model, found without the code under test."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model is target:
                yield model, field.name


def make(model: type[models.Model], **given: Any) -> Any:
    """A row with whatever its required fields take."""
    values = {name: value for name, value in given.items() if name != "user_"}
    for field in model._meta.concrete_fields:
        if field.name in values or field.has_default() or field.null or field.primary_key:
            continue
        values[field.name] = _value(field, given)
    row = model(**values)
    row.save()
    return row


def _value(field: Any, given: dict[str, Any]) -> Any:
    store: Store = given["store"]
    if field.is_relation:
        if field.related_model is Store:
            return store
        if field.related_model in (Customer, Vehicle):
            return field.related_model.objects.filter(store=store).latest("pk")
        if field.related_model._meta.label == "kernel.User":
            return given["user_"]
        return make(field.related_model, store=store, user_=given["user_"])
    if field.choices:
        return field.choices[0][0]
    kinds: list[tuple[type[Any], Callable[[], Any]]] = [
        (models.DateTimeField, timezone.now),
        (models.DateField, today),
        (models.TimeField, lambda: time(9)),
        (models.CharField, lambda: "" if field.blank else "1"),
        (models.TextField, lambda: ""),
        (models.BooleanField, lambda: False),
        (models.JSONField, list),
    ]
    return next((value() for kind, value in kinds if isinstance(field, kind)), 1)


def point_everything_at(target: models.Model, clerk: Actor) -> dict[tuple[str, str], int]:
    """One more row of every kind that may point at the row; how many there are now of each."""
    for model, name in pointers(type(target)):
        if model is not type(target) and model is not Ownership:
            make(model, store=clerk.must_store, user_=clerk.user, **{name: target})
    return count(target)


def count(*targets: models.Model) -> dict[tuple[str, str], int]:
    """Rows by kind and field that point at one of the targets."""
    found = {}
    for model, name in pointers(type(targets[0])):
        rows: Any = model._default_manager
        found[model._meta.label_lower, name] = rows.filter(**{f"{name}__in": targets}).count()
    return found


def keys(kind: str, row: models.Model) -> set[str]:
    return set(SearchKey.objects.filter(kind=kind, target_id=row.pk).values_list("key", flat=True))


def test_every_row_of_a_merged_customer_belongs_to_the_one_that_goes_on(clerk: Actor) -> None:
    into, old = customer(clerk, "张建国", "13812345678"), customer(clerk, "张建國", "13900001111")
    car(clerk, vin=VIN, owner=old)
    before = point_everything_at(old, clerk)
    assert all(number for (_, name), number in before.items() if name != "merged_into")
    had = count(into)
    merge_customers(old, into=into, actor=clerk)
    after = count(into)
    assert {key: number - had[key] for key, number in after.items() if key[1] != "merged_into"} == {
        key: number for key, number in before.items() if key[1] != "merged_into"
    }
    old.refresh_from_db()
    assert (old.merged_into, old.active) == (into, False)


def test_every_row_of_a_merged_car_belongs_to_the_one_that_goes_on(clerk: Actor) -> None:
    zhang = customer(clerk, "张建国")
    into, old = car(clerk, vin=VIN, owner=zhang), car(clerk, plate="苏E12345", owner=zhang)
    before, had = point_everything_at(old, clerk), count(into)
    assert all(number for (_, name), number in before.items() if name != "merged_into")
    merge_vehicles(old, into=into, actor=clerk)
    for (kind, name), number in count(into).items():
        if name != "merged_into":
            moved = 0 if kind in STAYS else before[kind, name]
            assert number - had[kind, name] == moved, f"{kind}.{name}"
    assert MileageReading.objects.filter(vehicle__merged_into=into).count() == 1


def test_a_shared_phone_is_there_once_and_the_others_come_along(clerk: Actor) -> None:
    into = customer(clerk, "张建国", "13812345678")
    old = customer(clerk, "张建國", "13900001111", "13812345678", contacts=[ContactEntry("王芳", "driver")])
    merge_customers(old, into=into, actor=clerk)
    assert list(into.phones.order_by("number").values_list("number", "primary")) == [
        ("13812345678", True),
        ("13900001111", False),
    ]
    assert Phone.objects.get(customer=old).number == "13812345678"
    assert into.contacts.get().name == "王芳"


def test_gaps_are_filled_and_a_refusal_in_either_file_counts(clerk: Actor) -> None:
    into = customer(clerk, "张建国", address="人民路 1 号", tags=["老客户"])
    old = customer(clerk, "张建國", address="别处", birthday=date(1990, 1, 1), tags=["车友会"], grade="key")
    stop_calls(old, actor=clerk)
    merged = merge_customers(old, into=into, actor=clerk)
    assert (merged.address, merged.birthday, merged.do_not_call) == ("人民路 1 号", date(1990, 1, 1), True)
    assert (merged.tags, merged.grade) == (["老客户", "车友会"], "key")


def test_a_merged_customer_is_found_as_the_one_that_goes_on(clerk: Actor) -> None:
    into, old = customer(clerk, "张建国", "13812345678"), customer(clerk, "王建国", "13900001111")
    owned = car(clerk, vin=VIN, owner=old)
    merge_customers(old, into=into, actor=clerk)
    assert keys("customer", old) == set()
    assert "13900001111" in keys("customer", into)
    assert "zjg" in keys("vehicle", owned)


def test_photos_remarks_and_tasks_come_along(clerk: Actor) -> None:
    into, old = customer(clerk, "张建国"), customer(clerk, "张建國")
    at = {"aggregate_kind": "customers.customer", "aggregate_id": old.pk, "store": clerk.must_store}
    make(Attachment, user_=clerk.user, **at)
    Comment.objects.create(text="常客", author=clerk.user, **at)
    make(Task, user_=clerk.user, store=clerk.must_store, source_kind="customers.customer", source_id=old.pk)
    merge_customers(old, into=into, actor=clerk)
    assert Attachment.objects.get().aggregate_id == into.pk
    assert Comment.objects.get().aggregate_id == into.pk
    assert Task.objects.get().source_id == into.pk


def test_files_merged_earlier_lead_to_the_last_one(clerk: Actor) -> None:
    first, second, third = (customer(clerk, name) for name in ("甲甲", "乙乙", "丙丙"))
    merge_customers(first, into=second, actor=clerk)
    merge_customers(second, into=third, actor=clerk)
    assert set(Customer.objects.filter(merged_into=third)) == {first, second}


def test_a_merged_file_takes_no_more_work(clerk: Actor) -> None:
    into, old = customer(clerk, "张建国"), customer(clerk, "张建國")
    merge_customers(old, into=into, actor=clerk)
    for do in (
        lambda: change_customer(old, actor=clerk, address="别处"),
        lambda: merge_customers(old, into=into, actor=clerk),
        lambda: merge_customers(into, into=old, actor=clerk),
        lambda: car(clerk, vin=VIN, owner=old),
    ):
        with pytest.raises(Refused):
            do()
    assert not Vehicle.objects.exists()


def test_merging_cars_keeps_plates_owners_and_the_latest_mileage(clerk: Actor) -> None:
    zhang, li = customer(clerk, "张建国"), customer(clerk, "李四")
    into = car(clerk, vin=VIN, owner=zhang, mileage=30000, mileage_on=date(2025, 1, 1))
    old = car(clerk, plate="苏E12345", owner=li, mileage=32000, mileage_on=date(2026, 1, 1))
    merged = merge_vehicles(old, into=into, actor=clerk)
    assert (merged.vin, merged.plate, merged.mileage) == (VIN, "苏E12345", 32000)
    assert merged.owner == zhang
    assert Ownership.objects.get(vehicle=into, customer=li).ends_on == today()
    assert PlateRecord.objects.get(vehicle=into).ends_on is None
    assert keys("vehicle", old) == set()
    assert {"苏e12345", "123456"} <= keys("vehicle", into)
    record_mileage(merged, kilometers=32001, read_on=today(), source="接车", actor=clerk)
    with pytest.raises(Refused):
        change_vehicle(old, actor=clerk, color="黑")


def test_cars_with_different_vins_are_not_merged(clerk: Actor) -> None:
    into, old = car(clerk, vin=VIN), car(clerk, vin="LGXCE4CB9P0123456")
    with pytest.raises(Refused) as refusal:
        merge_vehicles(old, into=into, actor=clerk)
    assert "into" in refusal.value.fields
    assert Vehicle.objects.filter(merged_into=None).count() == 2


@pytest.mark.parametrize(
    ("post", "may"),
    [
        ("info_clerk", True),
        ("service_manager", True),
        ("frontdesk_supervisor", True),
        ("crm_manager", True),
        ("advisor", False),
        ("receptionist", False),
        ("crm_agent", False),
        ("it_admin", False),
    ],
)
def test_only_supervisors_and_clerks_merge(
    person: PersonOf, s01: Store, clerk: Actor, post: str, may: bool
) -> None:
    actor = person(post, s01)
    into, old = customer(clerk, "张建国"), customer(clerk, "张建國")
    one, two = car(clerk, vin=VIN), car(clerk, plate="苏E12345")
    for do in (
        lambda: merge_customers(old, into=into, actor=actor),
        lambda: merge_vehicles(two, into=one, actor=actor),
    ):
        if may:
            do()
        else:
            with pytest.raises(NotAllowed):
                do()
    assert Event.objects.filter(kind__endswith="_merged").count() == (2 if may else 0)


def test_files_of_two_stores_are_never_merged(person: PersonOf, s02: Store, clerk: Actor) -> None:
    stranger = customer(person("info_clerk", s02), "张建国")
    with pytest.raises(NotThere):
        merge_customers(customer(clerk, "张建国"), into=stranger, actor=clerk)
    assert not Customer.objects.exclude(merged_into=None).exists()
