"""Hand-over check and delivery (SV-11, SV-13): with a pass, everything given back, the next visit agreed."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused
from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store
from fours.service.models import CheckIn, GatePass, RepairOrder
from fours.service.next_service import next_service
from fours.service.verbs.delivery import (
    check_handover,
    deliver_order,
    delivery_checklist,
    give_gate_pass,
    handover_checklist,
)
from fours.vehicles.models import MileageReading

from .settling import delivery, finished_order, issued, labor

PersonOf = Callable[..., Actor]


@pytest.fixture
def advisor(s01: Store, person: PersonOf) -> Actor:
    return person("advisor", s01)


@pytest.fixture
def released(s01: Store, advisor: Actor, person: PersonOf) -> RepairOrder:
    """An order under warranty with a gate pass: no money involved."""
    order = finished_order(s01)
    labor(order, "0", "warranty")
    issued(order, advisor)
    give_gate_pass(order, actor=person("cashier", s01))
    order.refresh_from_db()
    return order


def test_the_car_leaves_and_remembers_the_visit(released: RepairOrder, advisor: Actor) -> None:
    wanted = date.today() + timedelta(days=180)
    order = deliver_order(
        released, actor=advisor, **delivery(released, call_from=time(18), call_until=time(20))
    )
    vehicle = order.vehicle
    vehicle.refresh_from_db()
    assert (order.presence, order.mileage_out, order.call_from) == ("left", 45_235, time(18))
    assert order.delivered_date == date.today()
    assert (vehicle.mileage, vehicle.next_service_on, vehicle.next_service_mileage) == (
        45_235,
        wanted,
        50_235,
    )
    assert vehicle.last_visit_on == date.today()
    assert MileageReading.objects.get().kilometers == 45_235
    event = Event.objects.get(kind="service.order_delivered")
    assert event.data["vehicle"] == vehicle.pk
    assert event.data["customer"] == order.customer_id


def test_no_car_leaves_without_a_pass(s01: Store, advisor: Actor) -> None:
    order = finished_order(s01)
    with pytest.raises(Refused, match="出门证"):
        deliver_order(order, actor=advisor, **delivery(order))
    order.refresh_from_db()
    assert (order.state, order.presence) == ("completed", "arrived")


def test_no_car_leaves_on_a_pass_that_ran_out(released: RepairOrder, advisor: Actor) -> None:
    GatePass.objects.update(valid_until=timezone.now() - timedelta(minutes=1))
    with pytest.raises(Refused, match="已过有效时间"):
        deliver_order(released, actor=advisor, **delivery(released))
    assert RepairOrder.objects.get().state == "completed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mileage_out": 45_229}, "mileage_out"),
        ({"mileage_out": 2_000_001}, "mileage_out"),
        ({"call_from": time(18)}, "call_until"),
        ({"call_from": time(18), "call_until": time(17)}, "call_until"),
        ({"next_service_on": date(2020, 1, 1)}, "next_service_on"),
        ({"next_service_mileage": 45_235}, "next_service_mileage"),
        ({"items": []}, "items"),
    ],
)
def test_a_wrong_entry_keeps_the_car_here(
    released: RepairOrder, advisor: Actor, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        deliver_order(released, actor=advisor, **delivery(released, **changes))
    assert field in refusal.value.fields
    order = RepairOrder.objects.get()
    assert (order.state, order.mileage_out) == ("completed", None)
    assert not MileageReading.objects.exists()


def test_a_later_reading_than_the_orders_is_the_lowest(released: RepairOrder, advisor: Actor) -> None:
    released.vehicle.mileage = 45_500
    released.vehicle.save()
    with pytest.raises(Refused, match="45,500") as refusal:
        deliver_order(released, actor=advisor, **delivery(released))
    assert list(refusal.value.fields) == ["mileage_out"]


def test_papers_taken_at_check_in_are_given_back_by_name(released: RepairOrder, advisor: Actor) -> None:
    released.check_in = CheckIn.objects.create(
        store=released.store, vehicle=released.vehicle, deliverer_name="王小明", deliverer_phone="13800000001",
        arrived_at=timezone.now(), arrival_date=date.today(), advisor=released.advisor,
        papers=["行驶证", "保养手册", "车钥匙"], protective_set=True,
    )  # fmt: skip
    released.save()
    checklist = delivery_checklist(released)
    assert "交还：行驶证" in checklist
    assert "交还：保养手册" in checklist
    assert checklist.count("交还：车钥匙") == 1
    items = [item for item in checklist if item != "交还：行驶证"]
    with pytest.raises(Refused, match="交还：行驶证"):
        deliver_order(released, actor=advisor, **delivery(released, items=items))


def test_the_next_service_is_computed_when_none_is_given(released: RepairOrder, advisor: Actor) -> None:
    order = deliver_order(
        released, actor=advisor, **delivery(released, next_service_on=None, next_service_mileage=None)
    )
    assert order.next_service_mileage == 50_235
    assert order.next_service_on is not None


def test_a_car_that_drives_much_comes_sooner(s01: Store) -> None:
    vehicle = finished_order(s01).vehicle
    MileageReading.objects.create(vehicle=vehicle, kilometers=35_230, read_on=date(2026, 1, 1), source="接车")
    proposal = next_service(s01, vehicle, mileage=45_230, on=date(2026, 4, 11))
    assert (proposal.on, proposal.mileage) == (date(2026, 5, 31), 50_230)
    assert "日均 100 公里" in proposal.reason


def test_without_history_the_interval_of_the_drive_counts(s01: Store) -> None:
    vehicle = finished_order(s01).vehicle
    assert next_service(s01, vehicle, mileage=45_230, on=date(2026, 8, 31)).on == date(2027, 2, 28)
    vehicle.drive = "battery"
    proposal = next_service(s01, vehicle, mileage=45_230, on=date(2026, 8, 31))
    assert (proposal.on, proposal.mileage) == (date(2027, 8, 31), 55_230)


def test_the_finished_car_is_checked_before_the_customer_is_called(s01: Store, advisor: Actor) -> None:
    order = finished_order(s01)
    with pytest.raises(Refused, match="旧件已备好"):
        check_handover(order, items=handover_checklist(order)[:-1], actor=advisor)
    assert RepairOrder.objects.get().handover_checked_at is None
    checked = check_handover(order, items=handover_checklist(order), actor=advisor)
    assert checked.handover_checked_at is not None
    assert len(checked.handover_items) == 6


def test_an_order_in_work_is_neither_checked_nor_delivered(s01: Store, advisor: Actor) -> None:
    order = finished_order(s01, state="authorised")
    with pytest.raises(IllegalMove):
        check_handover(order, items=handover_checklist(order), actor=advisor)
    with pytest.raises(IllegalMove):
        deliver_order(order, actor=advisor, **delivery(order))


@pytest.mark.parametrize("post", ["cashier", "technician", "washer", "crm_agent"])
def test_only_the_front_delivers(released: RepairOrder, person: PersonOf, post: str) -> None:
    with pytest.raises(NotAllowed):
        deliver_order(released, actor=person(post, released.store), **delivery(released))
    assert RepairOrder.objects.get().state == "completed"


def test_another_store_delivers_nothing(released: RepairOrder, s02: Store, person: PersonOf) -> None:
    with pytest.raises(NotThere):
        deliver_order(released, actor=person("advisor", s02), **delivery(released))
