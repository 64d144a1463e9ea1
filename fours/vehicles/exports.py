"""The rows of the kind `customers` as they are kept: each car with its owner, then customers without a car (PF-11).

A row has room for two phones and one contact. A car whose owner nobody knows has no name, so no row.
"""

from collections.abc import Iterator

from fours.customers.intake_columns import CUSTOMER_COLUMNS
from fours.customers.models import Customer
from fours.intake.columns import Column
from fours.intake.export import register_export, spoken
from fours.kernel.models import Store

from .intake_columns import DRIVES, USES, VEHICLE_COLUMNS
from .models import Vehicle

_BATCH = 2000
_OTHERWISE = {"phone", "other_phone", "contact_name", "contact_phone", "vehicle_note"}


def rows(store: Store) -> Iterator[dict[str, object]]:
    """Values by column name, empty ones left out."""
    cars = Vehicle.objects.filter(store=store, merged_into=None).order_by("pk")
    files = ("ownerships__customer__phones", "ownerships__customer__contacts")
    for car in cars.prefetch_related(*files).iterator(_BATCH):
        if car.owner is not None:
            yield _given({**_of_customer(car.owner), **_of_car(car)})
    alone = Customer.objects.filter(store=store, merged_into=None).order_by("pk")
    alone = alone.exclude(ownerships__relation="owner", ownerships__ends_on=None)
    for customer in alone.prefetch_related("phones", "contacts").iterator(_BATCH):
        yield _given(_of_customer(customer))


def _given(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value not in ("", None)}


def _fields(row: Customer | Vehicle, columns: tuple[Column, ...]) -> dict[str, object]:
    return {column.name: getattr(row, column.name) for column in columns if column.name not in _OTHERWISE}


def _of_customer(customer: Customer) -> dict[str, object]:
    phones = sorted(customer.phones.all(), key=lambda phone: (not phone.primary, phone.pk))
    numbers = [phone.number for phone in phones[:2]]
    # A contact of the customer's own name would be read as the customer's third phone.
    contacts = sorted(customer.contacts.all(), key=lambda contact: contact.pk)
    contact = next((one for one in contacts if one.name != customer.name), None)
    return {
        **dict(zip(("phone", "other_phone"), numbers, strict=False)),
        "contact_name": contact.name if contact else "",
        "contact_phone": contact.phone if contact else "",
        **_fields(customer, CUSTOMER_COLUMNS),
    }


def _of_car(car: Vehicle) -> dict[str, object]:
    return {
        **_fields(car, VEHICLE_COLUMNS),
        "drive": spoken(DRIVES)[car.drive],
        "use": spoken(USES)[car.use],
        "vehicle_note": car.note,
    }


register_export("customers", rows)
