"""Taking back what an import made of cars by mistake (PF-11): files leave lists and search, their history stays."""

from datetime import date

from django.db.models import F

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.customers.withdrawing import withdraw_customer
from fours.desk.search import remove_keys
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.usage import check_unused
from fours.kernel.verbs import keep, take

from .models import MileageReading, Ownership, PlateRecord, Vehicle
from .search import KIND, write_vehicle_keys
from .verbs.vehicle import check_goes_on


def withdraw_vehicle(vehicle: Vehicle, *, actor: Actor) -> Vehicle:
    """Take back a file nobody used, so that its VIN and plate are free again; Refused with what hangs on it."""
    vehicle = take(vehicle)
    check_goes_on(vehicle)
    check_unused(vehicle, besides={Ownership, PlateRecord, MileageReading})
    vehicle.merged_into, vehicle.active = vehicle, False
    keep(vehicle, "merged_into", "active")
    remove_keys(vehicle, KIND)
    announce("vehicles.vehicle_withdrawn", vehicle, actor=actor, sentence=f"车辆档案 {vehicle} 作废")
    return vehicle


def withdraw_owner(customer: Customer, *, actor: Actor) -> Customer:
    """Take back a customer nobody used and whose cars were all taken back; Refused otherwise."""
    cars = Ownership.objects.filter(customer=customer).exclude(vehicle__merged_into=F("vehicle"))
    if (held := cars.select_related("vehicle").first()) is not None:
        raise Refused(f"客户名下有车辆 {held.vehicle}")
    return withdraw_customer(customer, actor=actor, besides={Ownership})


def withdraw_relation(vehicle: Vehicle, customer_id: int, relation: str, *, actor: Actor) -> None:
    """Take back that a customer owns or uses a car; the history keeps that it was so."""
    vehicle = take(vehicle)
    check_goes_on(vehicle)
    held = vehicle.ownerships.filter(customer=customer_id, relation=relation, ends_on=None).first()
    if held is None:
        raise Refused(f"{vehicle}：车主或使用人之后有变")
    label = held.get_relation_display()
    held.delete()
    keep(vehicle)
    write_vehicle_keys(vehicle)
    announce("vehicles.relation_withdrawn", vehicle, actor=actor, sentence=f"取消登记的{label}")


def withdraw_reading(vehicle: Vehicle, *, kilometers: int, read_on: date, actor: Actor) -> None:
    """Let a reading count no more; the car's latest mileage is again that of the reading before."""
    vehicle = take(vehicle)
    check_goes_on(vehicle)
    valid = vehicle.mileage_readings.filter(MileageReading.VALID)
    wrong = valid.filter(kilometers=kilometers, read_on=read_on).order_by("-id").first()
    if wrong is None:
        raise Refused(f"{vehicle}：里程之后有变")
    MileageReading.objects.create(
        vehicle=vehicle, kilometers=kilometers, read_on=read_on, source="作废", withdraws=wrong
    )
    latest = valid.order_by("-read_on", "-id").first()
    vehicle.mileage = latest.kilometers if latest else None
    vehicle.mileage_on = latest.read_on if latest else None
    keep(vehicle, "mileage", "mileage_on")
    announce("vehicles.mileage_withdrawn", vehicle, actor=actor, sentence=f"里程 {kilometers:,} km 作废")
