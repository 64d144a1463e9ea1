"""Cars are found by plate, VIN and by all that finds their owner (PF-05)."""

from collections.abc import Iterable

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.http import urlencode

from fours.customers.models import Customer
from fours.customers.search import customer_keys
from fours.desk.search import (
    Hit,
    Key,
    Source,
    plate_keys,
    register_creation,
    register_source,
    vin_keys,
    write_keys,
)
from fours.kernel.actor import Actor

from .identifiers import check_plate, check_vin
from .models import Ownership, Vehicle

KIND = "vehicle"
OPEN_OWNERSHIPS = Prefetch(
    "ownerships", Ownership.objects.filter(ends_on=None).select_related("customer").order_by("id")
)

# What a hit says of cars, with the owner the car's page names first. Written out: it is asked at every typed letter.
SHOWN = """
select id, store_id, plate, vin, brand, series, model_name, last_visit_on, active, coalesce((
    select owner.name from vehicles_ownership held join customers_customer owner on owner.id = held.customer_id
    where held.vehicle_id = car.id and held.relation = 'owner' and held.ends_on is null order by held.id limit 1
), '') as owner_name
from vehicles_vehicle car where id = any(%(ids)s) and store_id = any(%(stores)s) and merged_into_id is null
"""


def vehicle_keys(vehicle: Vehicle) -> list[Key]:
    """Every key of a car; those of its owner count a little less than its own."""
    return keys_with_owner(vehicle, customer_keys(owner) if (owner := vehicle.owner) else [])


def keys_with_owner(vehicle: Vehicle, of_owner: Iterable[Key]) -> list[Key]:
    """Every key of a car whose owner is found by these."""
    own = plate_keys(vehicle.plate) + vin_keys(vehicle.vin)
    return own + [(key, rank + 1) for key, rank in of_owner]


def write_vehicle_keys(vehicle: Vehicle) -> None:
    """Make the car found by what its file and its owner's say now."""
    write_keys(vehicle, KIND, vehicle_keys(vehicle))


def write_keys_of_cars(customer: Customer) -> None:
    """After a change of the owner's file."""
    owned = customer.ownerships.filter(
        relation=Ownership.Relation.OWNER, ends_on=None, vehicle__merged_into=None
    )
    for ownership in owned.select_related("vehicle"):
        write_vehicle_keys(ownership.vehicle)


def describe(actor: Actor, ids: list[int]) -> dict[int, Hit]:
    """The cars the actor may see, with their owner."""
    stores = actor.stores_with(Vehicle.view_permission)
    rows = Vehicle.objects.raw(SHOWN, {"ids": ids, "stores": list(stores)})
    return {row.pk: _hit(row, row.owner_name, actor) for row in rows}  # type: ignore[attr-defined]


def _hit(vehicle: Vehicle, owner: str, actor: Actor) -> Hit:
    named = owner if actor.can("customers.view", vehicle.store_id) else ""
    visit = f"最近来店 {vehicle.last_visit_on}" if vehicle.last_visit_on else ""
    subtitle = " · ".join(filter(None, [vehicle.description, named, visit]))
    chip = None if vehicle.active else ("停用", "neutral")
    return Hit(str(vehicle), subtitle, reverse("vehicle", args=[vehicle.pk]), chip)


def new_vehicle_address(text: str) -> str | None:
    """The form of a new car with what was typed as its plate or VIN, if it is one."""
    for name, check in (("plate", check_plate), ("vin", check_vin)):
        checked = check(text)
        if checked.value:
            return f"{reverse('vehicles_new')}?{urlencode({name: checked.value})}"
    return None


register_source(Source(KIND, "车辆", "car", "vehicles.view", describe, order=10, about_people=True))
register_creation("vehicles.change", new_vehicle_address)
