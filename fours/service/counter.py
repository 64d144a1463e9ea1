"""Who stands at the counter with which car: known already, or put on file with the same few words."""

from fours.base.errors import Refused
from fours.customers.verbs.customer import customer_meant
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.models import Store
from fours.vehicles.lookup import vehicle_by_plate
from fours.vehicles.models import Vehicle
from fours.vehicles.verbs.vehicle import change_owner, create_vehicle


def car_at_counter(
    store: Store,
    *,
    vehicle: Vehicle | None,
    plate: str,
    vin: str = "",
    model_name: str = "",
    owner_name: str,
    brought_by: str,
    phone: str,
    actor: Actor,
) -> Vehicle:
    """The car meant: the one chosen, else the one with the plate, else a new file with its owner.

    A new car belongs to who brought it unless an owner is named; a car on file without an owner gets the named
    one. An owner of that name and phone who is on file is taken, not written again.
    """
    found = vehicle or vehicle_by_plate(store, plate)
    if found is None and not plate:
        raise Refused("请选择车辆，或填写车牌号。", field="vehicle")
    if found is not None and (found.owner is not None or not owner_name):
        return found
    owner = customer_meant(store, name=owner_name or brought_by, phone=phone, actor=actor)
    if found is None:
        return create_vehicle(store, actor=actor, vin=vin, plate=plate, model_name=model_name, owner=owner)
    return change_owner(found, customer=owner, on=today(), actor=actor)
