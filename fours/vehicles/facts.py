"""What is said of a car, checked and put into its stored form (PF-04); every problem stands beside its field."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict

from fours.base.errors import Refused
from fours.customers.facts import Problems, checked_facts
from fours.kernel.business_date import today
from fours.kernel.models import User

from .identifiers import check_plate, check_vin
from .mileage import LARGEST_READING
from .models import Vehicle

# From this day the check digit was compulsory for cars made in China (GB 16735-2004).
_DIGIT_COMPULSORY = date(2004, 10, 1)


class VehicleFacts(TypedDict, total=False):
    """What a file may hold besides VIN, plate, owner and mileage."""

    engine_number: str
    brand: str
    series: str
    model_name: str
    color: str
    drive: str
    use: str
    produced_on: date | None
    registered_on: date | None
    sold_on: date | None
    sold_here: bool
    advisor: User | None
    last_service_on: date | None
    last_visit_on: date | None
    next_service_on: date | None
    next_service_mileage: int | None
    warranty_until: date | None
    warranty_mileage: int | None
    insurance_until: date | None
    compulsory_insurance_until: date | None
    inspection_until: date | None
    note: str


class VehicleChanges(VehicleFacts, total=False):
    """What of a file may be changed; a changed plate goes into the plate history."""

    vin: str
    plate: str
    active: bool


class AlreadyThere(Refused):
    """The VIN or plate belongs to another car of the store: `existing`."""

    code = "already_there"
    status = 409

    def __init__(self, message: str, *, field: str, existing: Vehicle) -> None:
        super().__init__(message, field=field)
        self.existing = existing


def checked_vehicle(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a car, in stored form; raises Refused with every problem beside its field."""
    values = checked_facts(Vehicle, facts, VehicleChanges.__annotations__)
    problems = Problems()
    if "vin" in values:
        values["vin"] = problems.take("vin", check_vin(values["vin"], old_car=is_old(values)))
    if "plate" in values:
        values["plate"] = problems.take("plate", check_plate(values["plate"]))
    for name in ("produced_on", "registered_on", "sold_on", "last_service_on", "last_visit_on"):
        if (day := values.get(name)) and not date(1950, 1, 1) <= day <= today():
            problems.add(name, "日期应在 1950 年以后、今天以前")
    if (made := values.get("produced_on")) and (plated := values.get("registered_on")) and plated < made:
        problems.add("registered_on", "上牌日期早于生产日期")
    for name in ("next_service_mileage", "warranty_mileage"):
        if (km := values.get(name)) is not None and not 0 <= km <= LARGEST_READING:
            problems.add(name, f"里程应为 0 到 {LARGEST_READING:,} km")
    problems.refuse()
    return values


def is_old(values: Mapping[str, Any]) -> bool:
    """Built or registered before the check digit was compulsory."""
    days = [day for day in (values.get("produced_on"), values.get("registered_on")) if day]
    return bool(days) and min(days) < _DIGIT_COMPULSORY


def warnings_of(vin: str, plate: str) -> list[str]:
    """What a person should look at again in a VIN and a plate that were taken."""
    return [checked.warning for checked in (check_vin(vin), check_plate(plate)) if checked.warning]
