"""Loading one row of the kind `customers`: a customer and a car (PF-11).

What is known stays; a row fills what is missing, adds phones, and moves on what only moves on (mileage, due days).
So the same file again changes nothing, even when it has a car twice. What a row says otherwise is told as a warning.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from django.db.models import Prefetch

from fours.base.errors import Refused
from fours.customers.facts import ContactEntry, PhoneEntry, label_of
from fours.customers.models import Contact, Customer, Phone
from fours.customers.verbs.customer import change_customer, create_customer
from fours.intake.kinds import Warn
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.vehicles.lookup import vehicle_by_plate, vehicle_by_vin
from fours.vehicles.models import MileageReading, Ownership, Vehicle
from fours.vehicles.verbs.vehicle import change_owner, change_vehicle, create_vehicle, record_mileage

Outcome = Literal["created", "updated", "unchanged"]

_COMPANY = re.compile(
    r"公司|集团|厂$|店$|局$|部$|院$|中心$|学校|大学|中学|小学|银行|合作社|事务所|委员会|政府|协会"
)
_PHONES = ("phone", "other_phone")
OF_CUSTOMER = ("id_number", "credit_code", "birthday", "address", "postcode", "email", "source", "note")
_OF_CAR = ("vin", "plate", "brand", "series", "model_name", "engine_number", "color", "drive", "use", "registered_on",
           "produced_on", "sold_on", "note")  # fmt: skip
# Of these the later one is the newer knowledge.
_MOVES_ON = ("last_service_on", "last_visit_on", "next_service_on", "next_service_mileage", "insurance_until",
             "compulsory_insurance_until", "inspection_until", "warranty_until")  # fmt: skip
# What a file says of a car nobody was asked about.
_UNASKED = {"drive": Vehicle.Drive.FUEL, "use": Vehicle.Use.PRIVATE}


def _say_nothing(column: str, message: str) -> None:
    pass


def load_row(store: Store, values: Mapping[str, Any], actor: Actor, warn: Warn = _say_nothing) -> Outcome:
    """Load a cleaned row; counted by its car, without a car by its customer. `warn(column label, message)`.

    The car is found by VIN, else by plate. Raises Refused when the row as a whole can't be right.
    """
    if not values.get("vin") and not values.get("plate"):
        known = _known_customer(store, values, name_alone=True)
        if known is None:
            _new_customer(store, values, actor)
            return "created"
        return _outcome(_complete_customer(known, values, actor, warn))
    vehicle, other = _known_vehicle(store, values)
    if vehicle is None:
        owner = _known_customer(store, values)
        if owner is None:
            owner = _new_customer(store, values, actor)
        else:
            _complete_customer(owner, values, actor, warn)
        _new_vehicle(store, owner, values, other, actor, warn)
        return "created"
    changed = [_settle_owner(vehicle, values, actor, warn), _complete_vehicle(vehicle, values, actor, warn)]
    return _outcome(any(changed))


def _outcome(changed: bool) -> Outcome:
    return "updated" if changed else "unchanged"


# ---- the car ----


def _known_vehicle(store: Store, values: Mapping[str, Any]) -> tuple[Vehicle | None, Vehicle | None]:
    """The car by VIN, else by plate; and a car that carries the plate but has another VIN, so is another car."""
    vin = values.get("vin", "")
    if found := vehicle_by_vin(store, vin):
        return found, None
    found = vehicle_by_plate(store, values.get("plate", ""))
    return (None, found) if found is not None and vin and found.vin else (found, None)


def _new_vehicle(
    store: Store, owner: Customer, values: Mapping[str, Any], other: Vehicle | None, actor: Actor, warn: Warn
) -> None:
    facts = vehicle_facts(values)
    if other is not None:
        leave_plate(other, facts, warn)
    create_vehicle(store, actor=actor, owner=owner, **facts)


def leave_plate(other: Vehicle, facts: dict[str, Any], warn: Warn) -> None:
    """Take the plate out of a new car's facts, since another car carries it."""
    warn("车牌号", f"车牌 {other.plate} 已是车架号 {other.vin} 的车辆，未采用")
    del facts["plate"]


def vehicle_facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says for the file of a new car, but its owner."""
    facts = {name: value for name in (*_OF_CAR, *_MOVES_ON) if (value := _of_car(values, name)) is not None}
    return {
        **facts,
        "owned_since": facts.get("sold_on") or facts.get("registered_on"),
        "mileage": values.get("mileage"),
        "mileage_on": _read_on(values),
        "mileage_source": "导入",
    }


def _complete_vehicle(vehicle: Vehicle, values: Mapping[str, Any], actor: Actor, warn: Warn) -> bool:
    changes = vehicle_news(vehicle, values, warn)
    other = vehicle_by_plate(vehicle.store, changes.get("plate", ""))
    if other is not None:
        leave_plate_of_another(other, changes, warn)
    if changes:
        change_vehicle(vehicle, actor=actor, **changes)
    return _read_mileage(vehicle, values, actor, warn) or bool(changes)


def leave_plate_of_another(other: Vehicle, changes: dict[str, Any], warn: Warn) -> None:
    """Take the plate out of a known car's changes, since another car carries it."""
    warn("车牌号", f"车牌 {other.plate} 已是另一辆车的车牌，未采用")
    del changes["plate"]


def vehicle_news(vehicle: Vehicle, values: Mapping[str, Any], warn: Warn) -> dict[str, Any]:
    """What the row knows of the car that its file does not; what it says otherwise is told as a warning."""
    changes: dict[str, Any] = {}
    for name in _OF_CAR:
        value, known = _of_car(values, name), getattr(vehicle, name)
        if value is None or value == known:
            continue
        if known in ("", None) or known == _UNASKED.get(name):
            changes[name] = value
        elif name not in _UNASKED:
            warn(label_of(Vehicle, name), f"档案中为“{known}”，未改为“{value}”")
    for name in _MOVES_ON:
        value, known = values.get(name), getattr(vehicle, name)
        if value is not None and (known is None or value > known):
            changes[name] = value
    return changes


def _of_car(values: Mapping[str, Any], name: str) -> Any:
    return values.get("vehicle_note" if name == "note" else name)


def _read_mileage(vehicle: Vehicle, values: Mapping[str, Any], actor: Actor, warn: Warn) -> bool:
    kilometers: int | None = values.get("mileage")
    if (
        kilometers is None
        or vehicle.mileage_readings.filter(MileageReading.VALID, kilometers=kilometers).exists()
    ):
        return False
    if warn_of_less(vehicle, kilometers, warn):
        return False
    try:
        record_mileage(vehicle, kilometers=kilometers, read_on=_read_on(values), source="导入", actor=actor)
    except Refused as refusal:
        warn("里程", f"{refusal.message}，未采用")
        return False
    return True


def warn_of_less(vehicle: Vehicle, kilometers: int, warn: Warn) -> bool:
    """Whether the row's mileage is below the known one, which is told and not taken."""
    less = vehicle.mileage is not None and kilometers < vehicle.mileage
    if less:
        warn("里程", f"里程 {kilometers:,} km 小于档案中的 {vehicle.mileage:,} km，未采用")
    return less


def _read_on(values: Mapping[str, Any]) -> date:
    return values.get("mileage_on") or values.get("last_visit_on") or today()


# ---- the customer ----


def _settle_owner(vehicle: Vehicle, values: Mapping[str, Any], actor: Actor, warn: Warn) -> bool:
    """Complete the owner's file; a row that names somebody else makes that person a user of the car, not its owner."""
    owner = vehicle.owner
    if owner is not None and is_meant(owner, values):
        return _complete_customer(owner, values, actor, warn)
    users = vehicle.ownerships.filter(relation=Ownership.Relation.USER, ends_on=None).select_related(
        "customer"
    )
    known = next((row.customer for row in users if is_meant(row.customer, values)), None)
    known = known or _known_customer(vehicle.store, values)
    changed = known is None or _complete_customer(known, values, actor, warn)
    person = known or _new_customer(vehicle.store, values, actor)
    if owner is None:
        change_owner(vehicle, customer=person, on=vehicle.registered_on or today(), actor=actor)
        return True
    warn("客户名称", f"此车档案的车主是“{owner.name}”，未改为“{person.name}”；如已过户，请在车辆档案办理过户")
    if all(row.customer_id != person.pk for row in users):
        Ownership.objects.create(vehicle=vehicle, customer=person, relation=Ownership.Relation.USER)
        announce(
            "vehicles.user_added",
            vehicle,
            actor=actor,
            sentence="登记使用人",
            data={"customer": person.pk},
        )
        return True
    return changed


# A batch reads these for all its rows at once, into lists: a queryset for each would take most of its time.
PHONES, CONTACTS = Prefetch("phones", to_attr="phones_read"), Prefetch("contacts", to_attr="contacts_read")


def phones_of(customer: Customer) -> Sequence[Phone]:
    """The customer's phones, as read beforehand where they were."""
    found: Sequence[Phone] | None = getattr(customer, "phones_read", None)
    return list(customer.phones.all()) if found is None else found


def contacts_of(customer: Customer) -> Sequence[Contact]:
    """The customer's contacts, as read beforehand where they were."""
    found: Sequence[Contact] | None = getattr(customer, "contacts_read", None)
    return list(customer.contacts.all()) if found is None else found


def is_meant(customer: Customer, values: Mapping[str, Any]) -> bool:
    """Whether the row speaks of this customer: by the name, or by a phone."""
    if customer.name == values["name"]:
        return True
    numbers = {phone.number for phone in phones_of(customer)}
    return any(number in numbers for number in numbers_of(values))


def _known_customer(store: Store, values: Mapping[str, Any], *, name_alone: bool = False) -> Customer | None:
    """By identity number, else by name and phone; by name alone only where neither the row nor the file has a phone."""
    rows = Customer.objects.filter(store=store, merged_into=None).order_by("pk")
    for name in ("id_number", "credit_code"):
        if (number := values.get(name)) and (found := rows.filter(**{name: number}).first()):
            return found
    if numbers := numbers_of(values):
        # From the phones, which have an index; the name alone is no good way in.
        phones = Phone.objects.filter(store=store, number__in=numbers, customer__merged_into=None)
        phone = phones.filter(customer__name=values["name"]).select_related("customer").order_by("pk").first()
        return phone.customer if phone else None
    if name_alone:
        return rows.filter(name=values["name"], phones=None).first()
    return None


def numbers_of(values: Mapping[str, Any]) -> list[str]:
    """The row's phones of the customer, first the one to call; a contact of the same name is the customer."""
    numbers = [values[name] for name in _PHONES if values.get(name)]
    if values.get("contact_phone") and values.get("contact_name") in (None, values["name"]):
        numbers.append(values["contact_phone"])
    return list(dict.fromkeys(numbers))


def contacts_of_row(values: Mapping[str, Any]) -> list[ContactEntry]:
    name = values.get("contact_name")
    if not name or name == values["name"]:
        return []
    return [ContactEntry(name, "deliverer", values.get("contact_phone") or "")]


def _new_customer(store: Store, values: Mapping[str, Any], actor: Actor) -> Customer:
    return create_customer(store, actor=actor, **customer_facts(values))


def customer_facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says for the file of a new customer."""
    name = values["name"]
    company = bool(values.get("credit_code") or _COMPANY.search(name))
    return {
        "name": name,
        "kind": Customer.Kind.COMPANY if company else Customer.Kind.PERSON,
        "phones": numbers_of(values),
        "contacts": contacts_of_row(values),
        **{field: values[field] for field in OF_CUSTOMER if values.get(field)},
    }


def _complete_customer(customer: Customer, values: Mapping[str, Any], actor: Actor, warn: Warn) -> bool:
    changes = customer_news(customer, values, warn)
    if changes:
        change_customer(customer, actor=actor, **changes)
    return bool(changes)


def customer_news(customer: Customer, values: Mapping[str, Any], warn: Warn) -> dict[str, Any]:
    """What the row knows of the customer that the file does not; what it says otherwise is told as a warning."""
    changes: dict[str, Any] = {}
    for name in ("name", *OF_CUSTOMER):
        value, known = values.get(name), getattr(customer, name)
        if value and not known:
            changes[name] = value
        elif value and value != known:
            warn(label_of(Customer, name), f"档案中为“{known}”，未改为“{value}”")
    rows = sorted(phones_of(customer), key=lambda row: row.pk)
    phones = [PhoneEntry(row.number, row.valid, row.primary) for row in rows]
    known_numbers = {phone.number for phone in phones}
    new = [PhoneEntry(number) for number in numbers_of(values) if number not in known_numbers]
    if new:
        changes["phones"] = [*phones, *new]
    contacts = [
        ContactEntry(row.name, row.relation, row.phone, row.for_calls, row.note)
        for row in sorted(contacts_of(customer), key=lambda row: row.pk)
    ]
    met = {(contact.name, contact.phone) for contact in contacts}
    others = [contact for contact in contacts_of_row(values) if (contact.name, contact.phone) not in met]
    if others:
        changes["contacts"] = [*contacts, *others]
    return changes
