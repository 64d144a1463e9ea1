"""Taking back what a row of the kind `customers` did: files it made, and what it filled in on files that were there."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django.db import models

from fours.base.errors import Refused
from fours.customers.facts import ContactEntry, PhoneEntry, label_of
from fours.customers.models import Customer
from fours.customers.verbs.customer import change_customer
from fours.intake.undo import takes_back
from fours.kernel.actor import Actor
from fours.kernel.models import Event
from fours.vehicles.models import Ownership, PlateRecord, Vehicle
from fours.vehicles.verbs.vehicle import change_vehicle
from fours.vehicles.withdrawing import withdraw_owner, withdraw_reading, withdraw_relation, withdraw_vehicle

from .row import OF_CUSTOMER, contacts_of_row

Values = Mapping[str, Any]


@takes_back("customers.customer_created")
def forget_customer(event: Event, values: Values, actor: Actor) -> None:
    """The file goes, unless it was used."""
    withdraw_owner(_customer(event), actor=actor)


@takes_back("customers.customer_changed")
def restore_customer(event: Event, values: Values, actor: Actor) -> None:
    """An import only fills in what is missing, so what it filled in is missing again."""
    customer, told = _customer(event), event.data["fields"]
    changes: dict[str, Any] = {
        name: _nothing(Customer, name) for name in OF_CUSTOMER if label_of(Customer, name) in told
    }
    if new := event.data.get("new_phones"):
        rows = customer.phones.exclude(pk__in=new).order_by("pk")
        changes["phones"] = [PhoneEntry(row.number, row.valid, row.primary) for row in rows]
    if "联系人" in told:
        added = {(contact.name, contact.phone) for contact in contacts_of_row(values)}
        changes["contacts"] = [
            ContactEntry(row.name, row.relation, row.phone, row.for_calls, row.note)
            for row in customer.contacts.order_by("pk")
            if (row.name, row.phone) not in added
        ]
    change_customer(customer, actor=actor, **changes)


@takes_back("vehicles.vehicle_created")
def forget_vehicle(event: Event, values: Values, actor: Actor) -> None:
    """The file goes, unless it was used."""
    withdraw_vehicle(_vehicle(event), actor=actor)


@takes_back("vehicles.vehicle_changed")
def restore_vehicle(event: Event, values: Values, actor: Actor) -> None:
    """What was changed is again as it was; a plate that was filled in was never carried."""
    vehicle = _vehicle(event)
    changes: dict[str, Any] = {
        name: _read(name, before) for name, (before, _) in event.data["changes"].items()
    }
    if label_of(Vehicle, "note") in event.data["fields"]:
        changes["note"] = ""
    change_vehicle(vehicle, actor=actor, **changes)
    if "plate" in changes:
        carried = PlateRecord.objects.filter(vehicle=vehicle, plate=event.data["changes"]["plate"][1])
        if (last := carried.order_by("-pk").first()) is not None:
            last.delete()


@takes_back("vehicles.owner_changed")
def forget_owner(event: Event, values: Values, actor: Actor) -> None:
    """An import gives a car an owner only where it has none."""
    if event.data["from"] is not None:
        raise Refused("已办理过户")
    withdraw_relation(_vehicle(event), event.data["to"], Ownership.Relation.OWNER, actor=actor)


@takes_back("vehicles.user_added")
def forget_user(event: Event, values: Values, actor: Actor) -> None:
    """Who was noted as a user of the car is none."""
    withdraw_relation(_vehicle(event), event.data["customer"], Ownership.Relation.USER, actor=actor)


@takes_back("vehicles.mileage_recorded")
def forget_reading(event: Event, values: Values, actor: Actor) -> None:
    """The reading counts no more."""
    read_on = date.fromisoformat(event.data["read_on"])
    withdraw_reading(_vehicle(event), kilometers=event.data["kilometers"], read_on=read_on, actor=actor)


def _customer(event: Event) -> Customer:
    return Customer.objects.get(store_id=event.store_id, pk=event.aggregate_id)


def _vehicle(event: Event) -> Vehicle:
    return Vehicle.objects.get(store_id=event.store_id, pk=event.aggregate_id)


def _nothing(model: type[models.Model], name: str) -> object:
    return None if cast(Any, model._meta.get_field(name)).null else ""


def _read(name: str, written: object) -> object:
    """A value as the history writes it, as it was."""
    return cast(Any, Vehicle._meta.get_field(name)).to_python(written)
