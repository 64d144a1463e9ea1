"""A load taken back leaves the store as it was, and the same file loads again as it did the first time (PF-11)."""

import os
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from fours.base.errors import IllegalMove, NotAllowed, Refused
from fours.customers.models import Customer
from fours.customers.verbs.customer import change_customer, create_customer
from fours.intake.verbs.load import load_rows
from fours.intake.verbs.undo import start_undoing, undo_rows
from fours.kernel.actor import Actor, open_scope
from fours.kernel.business_date import today
from fours.kernel.models import Comment, Event, IntakeLoad, SearchKey, Store
from fours.vehicles.models import MileageReading, Ownership, Vehicle
from fours.vehicles.tests.test_import_batches import PLATES, ROWS, VINS, undone
from fours.vehicles.verbs.vehicle import change_owner, create_vehicle, record_mileage

from .loads import kept, load_of, undo

ZHANG = {"name": "张建国", "phone": "13812345678", "plate": PLATES[0], "vin": VINS[0], "mileage": 8000}
LI = {"name": "李秀兰", "phone": "13912345679", "plate": PLATES[1], "vin": VINS[1], "mileage": 9000}


def facts(store: Store) -> object:
    """What the store knows now, whatever the ids."""
    return sorted(map(repr, customers(store))), sorted(map(repr, cars(store)))


def customers(store: Store) -> Iterator[object]:
    for row in Customer.objects.filter(store=store, merged_into=None).order_by("pk"):
        yield (
            row.name, row.kind, row.id_number, row.address, row.active,
            sorted((p.number, p.primary, p.valid) for p in row.phones.all()),
            sorted((c.name, c.relation, c.phone) for c in row.contacts.all()),
            keys(store, "customer", row.pk),
        )  # fmt: skip


def cars(store: Store) -> Iterator[object]:
    for row in Vehicle.objects.filter(store=store, merged_into=None).order_by("pk"):
        yield (
            row.vin, row.plate, row.series, row.registered_on, row.mileage, row.mileage_on, row.insurance_until, row.active,
            sorted((p.plate, str(p.starts_on), str(p.ends_on)) for p in row.plate_records.all()),
            sorted((o.customer.name, o.relation, str(o.starts_on), str(o.ends_on)) for o in row.ownerships.all()),
            sorted((m.kilometers, m.read_on) for m in row.mileage_readings.filter(MileageReading.VALID)),
            keys(store, "vehicle", row.pk),
        )  # fmt: skip


def keys(store: Store, kind: str, pk: int) -> list[tuple[str, int]]:
    rows = SearchKey.objects.filter(store=store, kind=kind, target_id=pk)
    return sorted(rows.values_list("key", "rank"))


@given(before=ROWS, rows=ROWS)
@settings(
    max_examples=int(os.environ.get("FOURS_IMPORT_EXAMPLES", "20")),
    derandomize="FOURS_IMPORT_EXAMPLES" not in os.environ,
    deadline=None,
    phases=set(Phase) - {Phase.shrink},
    suppress_health_check=list(HealthCheck),
)
def test_undone_it_is_as_before_and_loads_again_as_the_first_time(
    s01: Store, before: list[Mapping[str, Any]], rows: list[Mapping[str, Any]]
) -> None:
    with undone():
        open_scope([s01.pk])
        load_of(s01, [*before, LI])
        first = facts(s01)
        load = load_of(s01, [*rows, ZHANG])
        loaded, counts = facts(s01), load.result["loaded"]
        load = undo(load)
        assert (load.state, kept(load)) == ("undone", {})
        assert facts(s01) == first
        again = load_of(s01, [*rows, ZHANG])
        assert (facts(s01), again.result["loaded"]) == (loaded, counts)


def test_what_was_made_and_never_used_leaves_search_and_lists_but_not_the_history(s01: Store) -> None:
    load = undo(load_of(s01, [ZHANG, LI]))
    assert load.result["undo"] == {"rows": 2, "undone": 2, "kept": 0}
    assert not SearchKey.objects.filter(store=s01).exists()
    assert [row.withdrawn for row in Vehicle.objects.filter(store=s01)] == [True, True]
    said = Event.objects.filter(store=s01, aggregate_kind="vehicles.vehicle").order_by("pk")
    assert said.last().sentence == f"导入撤销：车辆档案 {PLATES[0]} 作废"
    assert Event.objects.get(kind="kernel.intake_undone").sentence.endswith("撤销 2 行，保留 0 行")
    with pytest.raises(Refused, match="随导入撤销作废"):
        change_customer(Customer.objects.first(), address="人民路 1 号", actor=Actor.system(s01))


def test_rows_used_since_stay_wholly_and_say_why(s01: Store, person: Any) -> None:
    actor = Actor.system(s01)
    load = load_of(s01, [ZHANG, LI, {"name": "王芳", "phone": "13700000001"}])
    car = Vehicle.objects.get(plate=PLATES[0])
    record_mileage(car, kilometers=8100, read_on=today(), source="接车", actor=actor)
    Comment.objects.create(
        store=s01,
        aggregate_kind="customers.customer",
        aggregate_id=Customer.objects.get(name="王芳").pk,
        text="老客户",
        author=person("advisor", s01).user,
    )
    load = undo(load)
    assert load.result["undo"] == {"rows": 3, "undone": 1, "kept": 2}
    why = kept(load)
    assert "之后有变动：里程 8,100 km（接车）" in why[2]
    assert why[4] == "客户档案已有备注"
    names = Customer.objects.filter(store=s01, merged_into=None).order_by("name")
    assert {row.name for row in names} == {"张建国", "王芳"}
    assert Vehicle.objects.get(merged_into=None).plate == PLATES[0]


def test_a_customer_whose_car_goes_on_stays(s01: Store) -> None:
    actor = Actor.system(s01)
    load = load_of(s01, [{"name": "张建国", "phone": "13812345678"}])
    create_vehicle(s01, plate=PLATES[2], owner=Customer.objects.get(), actor=actor)
    assert kept(undo(load)) == {2: f"客户名下有车辆 {PLATES[2]}"}


def test_what_was_filled_in_is_missing_again(s01: Store) -> None:
    actor = Actor.system(s01)
    owner = create_customer(s01, name="张建国", phones=["13812345678"], actor=actor)
    car = create_vehicle(
        s01, vin=VINS[0], owner=owner, mileage=5000, mileage_on=date(2026, 1, 1), actor=actor
    )
    first = facts(s01)
    row = {**ZHANG, "other_phone": "0512-65123456", "contact_name": "王师傅", "contact_phone": "13700000001",
           "address": "人民路 1 号", "series": "速腾", "insurance_until": date(2026, 12, 1)}  # fmt: skip
    stranger = {"name": "赵六", "phone": "13700000009", "vin": VINS[0]}
    load = load_of(s01, [row, stranger])
    car.refresh_from_db()
    assert (car.plate, car.mileage, car.series) == (PLATES[0], 8000, "速腾")
    assert Ownership.objects.filter(vehicle=car, relation="user").exists()
    undo(load)
    assert facts(s01) == first
    assert MileageReading.objects.filter(vehicle=car).count() == 3, "readings are never changed"
    load_of(s01, [row])
    car.refresh_from_db()
    assert (car.plate, car.mileage) == (PLATES[0], 8000)


def test_a_sold_car_is_not_taken_from_its_new_owner(s01: Store) -> None:
    actor = Actor.system(s01)
    load = load_of(s01, [ZHANG])
    buyer = create_customer(s01, name="周买", phones=["13700000002"], actor=actor)
    change_owner(Vehicle.objects.get(), customer=buyer, on=today(), actor=actor)
    assert "换了车主" in kept(undo(load))[2]
    assert Vehicle.objects.get().owner == buyer


def test_twice_is_harmless_and_what_stayed_can_be_tried_again(s01: Store, person: Any) -> None:
    actor = Actor.system(s01)
    load = load_of(s01, [ZHANG, LI])
    note = Comment.objects.create(
        store=s01,
        aggregate_kind="vehicles.vehicle",
        aggregate_id=Vehicle.objects.get(plate=PLATES[1]).pk,
        text="看一下",
        author=person("advisor", s01).user,
    )
    load = undo(load)
    assert kept(load) == {3: "车辆档案已有备注"}
    assert undo_rows(load, actor=actor).result == load.result
    note.delete()
    load = undo(load)
    assert (load.result["undo"], kept(load)) == ({"rows": 1, "undone": 1, "kept": 0}, {})
    events = Event.objects.count()
    assert undo(load).state == "undone"
    assert Event.objects.count() == events


def test_stopped_it_goes_on_where_it_stopped_and_loads_no_more(s01: Store) -> None:
    actor = Actor.system(s01)
    load = start_undoing(load_of(s01, [ZHANG, LI]), actor=actor)
    load = undo_rows(load, actor=actor, most=1)
    assert load.result["undo"]["undone"] == 1
    with pytest.raises(IllegalMove):
        load_rows(load, actor=actor)
    load.result["running"] = False
    load.save(update_fields=["result"])
    assert undo(load).result["undo"] == {"rows": 2, "undone": 2, "kept": 0}


def test_only_a_traced_load_that_did_something_is_taken_back_by_who_may(s01: Store, person: Any) -> None:
    fresh = IntakeLoad.objects.create(store=s01, kind="customers", file_name="a.csv", path="x", sha256="")
    with pytest.raises(IllegalMove, match="不需要撤销"):
        start_undoing(fresh, actor=person("info_clerk", s01))
    old = IntakeLoad.objects.create(
        store=s01,
        kind="customers",
        file_name="a.csv",
        path="x",
        sha256="",
        state="loaded",
        result={"loaded": {}},
    )
    with pytest.raises(Refused, match="升级前"):
        start_undoing(old, actor=person("info_clerk", s01))
    load = load_of(s01, [ZHANG])
    for verb in (start_undoing, undo_rows):
        with pytest.raises(NotAllowed):
            verb(load, actor=person("technician", s01))
    assert undo(load).state == "undone"
