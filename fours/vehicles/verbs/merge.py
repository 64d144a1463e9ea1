"""Two files of one car become one, and nothing is lost (PF-03, PF-04)."""

from fours.base.errors import NotThere, Refused
from fours.customers.merging import fill_gaps, move_everything
from fours.desk.search import remove_keys
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.events import announce
from fours.kernel.verbs import keep, take, verb
from fours.vehicles.models import Ownership, Vehicle
from fours.vehicles.search import KIND, write_vehicle_keys

from .vehicle import check_goes_on

_GAPS = ("vin", "plate", "engine_number", "brand", "series", "model_name", "color", "produced_on", "registered_on",
         "sold_on", "advisor", "last_service_on", "last_visit_on", "next_service_on", "next_service_mileage",
         "warranty_until", "warranty_mileage", "insurance_until", "compulsory_insurance_until", "inspection_until",
         "note")  # fmt: skip


@verb("合并车辆", "customers.merge")
def merge_vehicles(vehicle: Vehicle, *, into: Vehicle, actor: Actor, version: int | None = None) -> Vehicle:
    """Let `into` go on for both. Readings, which are never changed, stay with the merged file and are shown with it.

    The owner of `into` stays the owner; another one of the merged file goes into the history. Returns `into`.
    """
    vehicle, into = _both(vehicle, into, version)
    plate_taken = bool(vehicle.plate) and not into.plate
    _close_what_may_be_open_once(vehicle, into, plate_taken)
    fill_gaps(vehicle, into, _GAPS)
    into.sold_here = into.sold_here or vehicle.sold_here
    if vehicle.mileage_on and (into.mileage_on is None or vehicle.mileage_on > into.mileage_on):
        into.mileage, into.mileage_on = vehicle.mileage, vehicle.mileage_on
    move_everything(vehicle, into)
    vehicle.merged_into, vehicle.active = into, False
    keep(vehicle, "merged_into", "active")
    keep(into, *_GAPS, "sold_here", "mileage", "mileage_on")
    remove_keys(vehicle, KIND)
    write_vehicle_keys(into)
    announce("vehicles.vehicle_merged_away", vehicle, actor=actor, sentence=f"并入车辆档案 {into}")
    announce(
        "vehicles.vehicle_merged",
        into,
        actor=actor,
        sentence=f"合并了重复的车辆档案 {vehicle}（编号 {vehicle.pk}）",
        data={"merged": vehicle.pk},
    )
    return into


def _both(vehicle: Vehicle, into: Vehicle, version: int | None) -> tuple[Vehicle, Vehicle]:
    if vehicle.pk == into.pk:
        raise Refused("请选择另一份车辆档案", field="into")
    if vehicle.store_id != into.store_id:
        raise NotThere()
    taken = {
        row.pk: take(row, version=version if row.pk == vehicle.pk else None)
        for row in sorted((vehicle, into), key=lambda row: row.pk)
    }
    for row in taken.values():
        check_goes_on(row)
    vehicle, into = taken[vehicle.pk], taken[into.pk]
    if vehicle.vin and into.vin:
        raise Refused("两份档案的车架号不同，不是同一辆车", field="into")
    return vehicle, into


def _close_what_may_be_open_once(vehicle: Vehicle, into: Vehicle, plate_taken: bool) -> None:
    """Only one owner and one plate of a car can be the present one."""
    owned = {"relation": Ownership.Relation.OWNER, "ends_on": None}
    if into.ownerships.filter(**owned).exists():
        vehicle.ownerships.filter(**owned).update(ends_on=today())
    if not plate_taken:
        vehicle.plate_records.filter(ends_on=None).update(ends_on=today())
