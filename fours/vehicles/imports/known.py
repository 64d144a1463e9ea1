"""What a store knows of the cars and customers that many rows may mean, read in a handful of statements."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from fours.customers.models import Customer, Phone
from fours.kernel.models import Store
from fours.vehicles.models import MileageReading, Ownership, Vehicle

from .row import CONTACTS, PHONES, numbers_of, phones_of

Values = Mapping[str, Any]
# By what a row and a file can be of the same car or customer: (vin, LFV…), (phone, 138…).
Trait = tuple[str, str]
OF_CAR = ("vin", "plate")
OF_PERSON = ("id_number", "credit_code")
OWNERS = Prefetch(
    "ownerships",
    Ownership.objects.filter(relation=Ownership.Relation.OWNER, ends_on=None).select_related("customer"),
    to_attr="owners_read",
)
READINGS = Prefetch(
    "mileage_readings", MileageReading.objects.filter(MileageReading.VALID), to_attr="readings_read"
)


def traits_of(values: Values) -> set[Trait]:
    """All by which a row could have to do with another row or with a file."""
    named = {(name, values[name]) for name in (*OF_CAR, *OF_PERSON) if values.get(name)}
    # Without a phone the name is all there is to go by.
    numbers = {("phone", number) for number in numbers_of(values)} or {("name", values["name"])}
    return named | numbers


def traits_of_car(car: Vehicle) -> set[Trait]:
    """All by which a row could mean the car."""
    return {(name, value) for name in OF_CAR if (value := getattr(car, name))}


class Known:
    """Cars and customers by their traits; empty until it learns from rows what to look for."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.cars: dict[Trait, Vehicle] = {}
        self.customers: dict[Trait, Customer] = {}
        self.namesakes: dict[tuple[str, str], Customer] = {}

    def learn(self, rows: Iterable[Values]) -> None:
        """Read what the rows' traits lead to: the cars, and customers for the rows whose car is not known."""
        listed = list(rows)
        self._learn_cars(_texts(listed, OF_CAR))
        self._learn_customers([values for values in listed if self.lacks_car(values)])

    def _learn_cars(self, wanted: Mapping[str, set[str]]) -> None:
        found: dict[int, Vehicle] = {}
        for name, texts in wanted.items():
            rows = Vehicle.objects.filter(store=self.store, merged_into=None, **{f"{name}__in": texts})
            # Only so is it clear that the index, which leaves out empty ones, holds them all.
            found |= {car.pk: car for car in rows.exclude(**{name: ""})}
        cars = list(found.values())
        prefetch_related_objects(cars, OWNERS, READINGS)
        prefetch_related_objects([owner for car in cars if (owner := self.owner(car))], PHONES, CONTACTS)
        self.cars |= {trait: car for car in cars for trait in traits_of_car(car)}

    def _learn_customers(self, rows: list[Values]) -> None:
        numbers = {number for values in rows for number in numbers_of(values)}
        phones = Phone.objects.filter(store=self.store, number__in=numbers, customer__merged_into=None)
        callers = {phone.customer_id for phone in phones.only("customer_id")}
        for name, texts in _texts(rows, OF_PERSON).items():
            # The oldest file last, so that it is the one remembered.
            for customer in self._customers(**{f"{name}__in": texts}).exclude(**{name: ""}):
                self.customers[name, getattr(customer, name)] = customer
        for customer in self._customers(pk__in=callers):
            for phone in phones_of(customer):
                self.namesakes[phone.number, customer.name] = customer

    def _customers(self, **wanted: object) -> QuerySet[Customer]:
        rows = Customer.objects.filter(store=self.store, merged_into=None, **wanted)
        return rows.order_by("-pk").prefetch_related(PHONES, CONTACTS)

    def lacks_car(self, values: Values) -> bool:
        """Whether a row is of no known car; one that only carries its plate is another car."""
        car = self.car(values)
        return car is None or is_another(car, values)

    def car(self, values: Values) -> Vehicle | None:
        """The car by VIN, else by plate."""
        return next(iter(self.cars_meant(values)), None)

    def cars_meant(self, values: Values) -> list[Vehicle]:
        """The cars by VIN and by plate."""
        found = (self.cars.get((name, values.get(name, ""))) for name in OF_CAR)
        return [car for car in found if car is not None]

    def owner(self, car: Vehicle) -> Customer | None:
        """The present owner of a car that was learned."""
        owners: list[Ownership] = getattr(car, "owners_read", [])
        return owners[0].customer if owners else None

    def readings(self, car: Vehicle) -> set[int]:
        """The kilometres that were read of a car that was learned."""
        return {reading.kilometers for reading in getattr(car, "readings_read", ())}

    def customer(self, values: Values) -> Customer | None:
        """By identity number, else by name and phone."""
        for name in OF_PERSON:
            if found := self.customers.get((name, values.get(name, ""))):
                return found
        same = (self.namesakes.get((number, values["name"])) for number in numbers_of(values))
        return min(filter(None, same), key=lambda customer: customer.pk, default=None)


def is_another(car: Vehicle, values: Values) -> bool:
    """Whether the car only carries the plate that the row gives another car."""
    return bool(car.vin and values.get("vin") and car.vin != values["vin"])


def _texts(rows: Iterable[Values], names: Iterable[str]) -> dict[str, set[str]]:
    """What the rows say under each of the names."""
    listed = list(rows)
    return {name: {values[name] for values in listed if values.get(name)} for name in names}
