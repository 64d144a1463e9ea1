"""Making and changing car files: plates, owners and mileage keep their history (PF-04)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Unpack

from django.db import IntegrityError, transaction

from fours.base.errors import NotThere, Refused
from fours.base.text import clean
from fours.customers.facts import label_of
from fours.customers.models import Customer
from fours.customers.search import keys_of_customers
from fours.customers.verbs.customer import MERGED
from fours.customers.verbs.customer import check_goes_on as check_customer_goes_on
from fours.desk.search import write_first_keys
from fours.kernel.actor import Actor
from fours.kernel.bulk import insert_all
from fours.kernel.business_date import today
from fours.kernel.events import announce, announce_all
from fours.kernel.models import Store
from fours.kernel.rows import insert_row
from fours.kernel.verbs import keep, take, verb
from fours.vehicles.facts import AlreadyThere, VehicleChanges, VehicleFacts, checked_vehicle
from fours.vehicles.lookup import vehicle_by_plate, vehicle_by_vin
from fours.vehicles.mileage import check_mileage
from fours.vehicles.models import MileageReading, Ownership, PlateRecord, Vehicle
from fours.vehicles.search import KIND, keys_with_owner, write_vehicle_keys


@dataclass(frozen=True)
class VehicleFile:
    """A new car's file before it is stored: the car, its owner since when, and its first reading."""

    vehicle: Vehicle
    owner: Customer | None
    owned_since: date
    reading: MileageReading | None


def checked_file(
    *,
    vin: str = "",
    plate: str = "",
    owner: Customer | None = None,
    owned_since: date | None = None,
    mileage: int | None = None,
    mileage_on: date | None = None,
    mileage_source: str = "建档",
    **facts: Unpack[VehicleFacts],
) -> VehicleFile:
    """The facts of a new file in stored form; raises Refused with every problem beside its field."""
    values = checked_vehicle({**facts, "vin": vin, "plate": plate})
    if not values["vin"] and not values["plate"]:
        raise Refused("车架号和车牌号至少填一个", field="plate")
    vehicle = Vehicle(**values)
    reading = None
    if mileage is not None:
        _check_first_reading(mileage, mileage_on)
        vehicle.mileage, vehicle.mileage_on = mileage, mileage_on or today()
        reading = MileageReading(
            kilometers=mileage, read_on=vehicle.mileage_on, source=clean(mileage_source)[:60]
        )
    return VehicleFile(vehicle, owner, owned_since or vehicle.registered_on or today(), reading)


@verb("新建车辆", "vehicles.change")
def create_vehicle(
    store: Store,
    *,
    actor: Actor,
    vin: str = "",
    plate: str = "",
    owner: Customer | None = None,
    owned_since: date | None = None,
    mileage: int | None = None,
    mileage_on: date | None = None,
    mileage_source: str = "建档",
    **facts: Unpack[VehicleFacts],
) -> Vehicle:
    """A new file of a car known by VIN or plate, with its plate, owner and first reading in the histories.

    Raises AlreadyThere, naming `existing`, when the store has a file of that VIN or plate.
    """
    file = checked_file(
        vin=vin,
        plate=plate,
        owner=owner,
        owned_since=owned_since,
        mileage=mileage,
        mileage_on=mileage_on,
        mileage_source=mileage_source,
        **facts,
    )
    try:
        with transaction.atomic():
            return _write_files(store, [file], actor)[0]
    except IntegrityError:
        check_not_there(store, file.vehicle.vin, file.vehicle.plate)
        raise


@verb("批量新建车辆", "vehicles.change")
def create_vehicles(store: Store, *, files: Sequence[VehicleFile], actor: Actor) -> list[Vehicle]:
    """New files in the given order, as `create_vehicle` makes one, in a handful of statements for all of them.

    Raises IntegrityError when the store has a file of one of the VINs or plates.
    """
    return _write_files(store, files, actor)


@verb("修改车辆", "vehicles.change")
def change_vehicle(
    vehicle: Vehicle,
    *,
    actor: Actor,
    version: int | None = None,
    plate_since: date | None = None,
    **changes: Unpack[VehicleChanges],
) -> Vehicle:
    """Change what is given and nothing else. A new plate closes the old one's time at `plate_since` (today)."""
    vehicle = take(vehicle, version=version)
    check_goes_on(vehicle)
    known = {name: getattr(vehicle, name) for name in VehicleChanges.__annotations__}
    judged = checked_vehicle({**_dates(known, changes), **changes})
    before = {name: known[name] for name in changes}
    changed = [name for name in changes if before[name] != judged[name]]
    if not changed:
        return vehicle
    for name in changed:
        setattr(vehicle, name, judged[name])
    if not vehicle.vin and not vehicle.plate:
        raise Refused("车架号和车牌号至少填一个", field="plate")
    _keep_unique(vehicle, changed)
    if "plate" in changed:
        _change_plate(vehicle, plate_since or today())
    if {"plate", "vin"} & set(changed):
        write_vehicle_keys(vehicle)
    _announce_change(vehicle, before, changed, actor)
    return vehicle


@verb("车辆过户", "vehicles.change")
def change_owner(
    vehicle: Vehicle, *, customer: Customer | None, on: date, actor: Actor, version: int | None = None
) -> Vehicle:
    """The car belongs to `customer` from `on`; None when it left and nobody knows to whom.

    The old owner stays in the history.
    """
    vehicle = take(vehicle, version=version)
    check_goes_on(vehicle)
    if customer is not None:
        check_customer_fits(vehicle.store_id, customer)
    if on > today():
        raise Refused("过户日期不能晚于今天", field="on")
    present = vehicle.ownerships.filter(relation=Ownership.Relation.OWNER, ends_on=None).first()
    if present is not None:
        _end_ownership(present, customer, on)
    elif customer is None:
        raise Refused("此车没有登记车主", field="customer")
    if customer is not None:
        Ownership.objects.create(vehicle=vehicle, customer=customer, starts_on=on)
    keep(vehicle)
    write_vehicle_keys(vehicle)
    announce(
        "vehicles.owner_changed",
        vehicle,
        actor=actor,
        sentence=f"{on} 起{'换了车主' if customer else '车主不再持有此车'}",
        data={
            "from": present.customer_id if present else None,
            "to": customer.pk if customer else None,
            "on": str(on),
        },
    )
    return vehicle


@verb("登记里程", "vehicles.change")
def record_mileage(
    vehicle: Vehicle,
    *,
    kilometers: int,
    read_on: date,
    source: str,
    instrument_replaced: bool = False,
    actor: Actor,
) -> MileageReading:
    """One reading in km and where it came from. Backwards is refused (field `mileage`) unless the instrument was replaced.

    A reading of an earlier day must fit between those around it and leaves the latest one as it is.
    """
    vehicle = take(vehicle)
    check_goes_on(vehicle)
    reading = _read(vehicle, kilometers, read_on, source, replaced=instrument_replaced)
    keep(vehicle, "mileage", "mileage_on")
    sentence = f"里程 {kilometers:,} km（{reading.source}）{'，更换仪表' if instrument_replaced else ''}"
    announce(
        "vehicles.mileage_recorded",
        vehicle,
        actor=actor,
        sentence=sentence,
        data={"kilometers": kilometers, "read_on": str(read_on), "instrument_replaced": instrument_replaced},
    )
    return reading


def check_goes_on(vehicle: Vehicle) -> None:
    """Raise Refused for a file that was merged into another."""
    if vehicle.withdrawn:
        raise Refused("此车辆档案已随导入撤销作废，不能再办理。")
    if vehicle.merged_into_id is not None:
        raise Refused("此车辆档案已并入另一份档案，请在那份档案上办理。")


def check_customer_fits(store_id: int, customer: Customer) -> None:
    """Raise NotThere for another store's customer, Refused for a merged file."""
    if customer.store_id != store_id:
        raise NotThere()
    check_customer_goes_on(take(customer))


def _check_owners_fit(store: Store, files: Sequence[VehicleFile]) -> None:
    """As `check_customer_fits`, of all owners at once, locked in one order."""
    wanted = {file.owner.pk for file in files if file.owner is not None}
    locked = Customer.objects.select_for_update().filter(store=store, pk__in=wanted).order_by("pk")
    merged = list(locked.values_list("merged_into_id", flat=True))
    if len(merged) < len(wanted):
        raise NotThere()
    if any(merged):
        raise Refused(MERGED)


def check_not_there(store: Store, vin: str, plate: str, besides: int | None = None) -> None:
    """Raise AlreadyThere when another car of the store has the VIN or plate."""
    for field, label, existing in (
        ("vin", "车架号", vehicle_by_vin(store, vin)),
        ("plate", "车牌号", vehicle_by_plate(store, plate)),
    ):
        if existing is not None and existing.pk != besides:
            message = f"此{label}已有车辆档案：{existing} {existing.description}".rstrip()
            raise AlreadyThere(message, field=field, existing=existing)


def _write_files(store: Store, files: Sequence[VehicleFile], actor: Actor) -> list[Vehicle]:
    """The constraints find a second file of a car, also one made by somebody else at this moment."""
    _check_owners_fit(store, files)
    for file in files:
        file.vehicle.store, file.vehicle.created_by = store, actor.user
    vehicles = insert_all(file.vehicle for file in files)
    insert_all(
        PlateRecord(store=store, vehicle=car, plate=car.plate, starts_on=car.registered_on or today())
        for car in vehicles
        if car.plate
    )
    insert_all(
        Ownership(store=store, vehicle=file.vehicle, customer=file.owner, starts_on=file.owned_since)
        for file in files
        if file.owner is not None
    )
    insert_all(_first_readings(store, files))
    owners = keys_of_customers({file.owner for file in files if file.owner is not None})
    write_first_keys(
        store.pk,
        KIND,
        [
            (file.vehicle, keys_with_owner(file.vehicle, owners[file.owner.pk] if file.owner else ()))
            for file in files
        ],
    )
    said = [(vehicle, f"新建车辆档案 {vehicle}") for vehicle in vehicles]
    announce_all("vehicles.vehicle_created", said, store=store, actor=actor)
    return vehicles


def _first_readings(store: Store, files: Sequence[VehicleFile]) -> Iterator[MileageReading]:
    for file in files:
        if file.reading is not None:
            file.reading.store, file.reading.vehicle = store, file.vehicle
            yield file.reading


def _keep_unique(vehicle: Vehicle, changed: list[str]) -> None:
    try:
        with transaction.atomic():
            keep(vehicle, *changed)
    except IntegrityError:
        check_not_there(vehicle.store, vehicle.vin, vehicle.plate, besides=vehicle.pk)
        raise


def _dates(known: dict[str, Any], changes: VehicleChanges) -> dict[str, Any]:
    """What is judged together with a changed value: the dates around it."""
    judged_with = {"vin", "produced_on", "registered_on"}
    if not judged_with & set(changes):
        return {}
    return {name: known[name] for name in ("produced_on", "registered_on")}


def _announce_change(vehicle: Vehicle, before: dict[str, Any], changed: list[str], actor: Actor) -> None:
    labels = [label_of(Vehicle, name) for name in changed]
    shown = {
        name: [_plain(before[name]), _plain(getattr(vehicle, name))] for name in changed if name != "note"
    }
    data = {"fields": labels, "changes": shown}
    announce(
        "vehicles.vehicle_changed", vehicle, actor=actor, sentence=f"修改 {'、'.join(labels)}", data=data
    )


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _change_plate(vehicle: Vehicle, since: date) -> None:
    if since > today():
        raise Refused("换牌日期不能晚于今天", field="plate_since")
    record = vehicle.plate_records.filter(ends_on=None).order_by("-id").first()
    if record is not None:
        if since < record.starts_on:
            raise Refused(f"换牌日期早于原车牌启用日期 {record.starts_on}", field="plate_since")
        record.ends_on = since
        record.save(update_fields=["ends_on"])
    if vehicle.plate:
        _start_plate(vehicle, since)


def _start_plate(vehicle: Vehicle, since: date) -> None:
    PlateRecord.objects.create(vehicle=vehicle, plate=vehicle.plate, starts_on=since)


def _end_ownership(present: Ownership, customer: Customer | None, on: date) -> None:
    if customer is not None and present.customer_id == customer.pk:
        raise Refused("此客户已是现车主", field="customer")
    if present.starts_on is not None and on < present.starts_on:
        raise Refused(f"过户日期早于现车主的起始日期 {present.starts_on}", field="on")
    present.ends_on = on
    present.save(update_fields=["ends_on"])


def _check_first_reading(kilometers: int, read_on: date | None) -> None:
    if read_on is not None and read_on > today():
        raise Refused("里程日期不能晚于今天", field="read_on")
    checked = check_mileage(kilometers, None)
    if checked.error:
        raise Refused(checked.error, field="mileage")


def _read(vehicle: Vehicle, kilometers: int, read_on: date, source: str, *, replaced: bool) -> MileageReading:
    """Check a reading against those around it, write it, and set the car's latest mileage if it is the latest."""
    if read_on > today():
        raise Refused("里程日期不能晚于今天", field="read_on")
    latest = vehicle.mileage_on is None or read_on >= vehicle.mileage_on
    last = vehicle.mileage if latest else _reading_before(vehicle, read_on)
    checked = check_mileage(kilometers, last, instrument_replaced=replaced)
    if checked.error:
        raise Refused(checked.error, field="mileage")
    if not latest:
        _check_reading_after(vehicle, kilometers, read_on)
    if latest:
        vehicle.mileage, vehicle.mileage_on = kilometers, read_on
    reading = MileageReading(
        vehicle=vehicle,
        kilometers=kilometers,
        read_on=read_on,
        source=clean(source)[:60],
        instrument_replaced=replaced,
    )
    return insert_row(reading)


def _reading_before(vehicle: Vehicle, day: date) -> int | None:
    earlier = (
        vehicle.mileage_readings.filter(MileageReading.VALID, read_on__lte=day)
        .order_by("-read_on", "-id")
        .first()
    )
    return earlier.kilometers if earlier else None


def _check_reading_after(vehicle: Vehicle, kilometers: int, day: date) -> None:
    later = (
        vehicle.mileage_readings.filter(MileageReading.VALID, read_on__gt=day)
        .order_by("read_on", "id")
        .first()
    )
    if later is not None and not later.instrument_replaced and later.kilometers < kilometers:
        raise Refused(
            f"里程 {kilometers:,} km 大于之后 {later.read_on} 登记的 {later.kilometers:,} km", field="mileage"
        )
