"""What a store knows of the cars and customers that many rows may mean, read in a handful of statements."""

from collections.abc import Iterable, Mapping
from typing import Any

from fours.customers.models import Customer
from fours.kernel.models import Store
from fours.vehicles.models import Vehicle

from .row import numbers_of

Values = Mapping[str, Any]
# By what a row and a file can be of the same car or customer: (vin, LFV…), (phone, 138…).
Trait = tuple[str, str]
OF_CAR = ("vin", "plate")
OF_PERSON = ("id_number", "credit_code")


def traits_of(values: Values) -> set[Trait]:
    """All by which a row could have to do with another row or with a file."""
    named = {(name, values[name]) for name in (*OF_CAR, *OF_PERSON) if values.get(name)}
    # Without a phone the name is all there is to go by.
    numbers = {("phone", number) for number in numbers_of(values)} or {("name", values["name"])}
    return named | numbers


class Known:
    """Cars and customers by their traits; empty until it learns from rows what to look for."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.cars: dict[Trait, Vehicle] = {}
        self.customers: dict[Trait, Customer] = {}
        self.namesakes: dict[tuple[str, str], Customer] = {}

    def learn(self, rows: Iterable[Values]) -> None:
        """Read what the rows' traits lead to."""
        wanted: dict[str, set[str]] = {name: set() for name in (*OF_CAR, *OF_PERSON, "phone")}
        for name, text in {trait for values in rows for trait in traits_of(values)}:
            wanted.setdefault(name, set()).add(text)
        for name in OF_CAR:
            self.cars |= {(name, getattr(car, name)): car for car in self._cars(name, wanted[name])}
        for name in OF_PERSON:
            found = self._customers(name, wanted[name])
            self.customers |= {(name, getattr(customer, name)): customer for customer in found}
        for customer in self._customers("phones__number", wanted["phone"]):
            self.namesakes |= {(phone.number, customer.name): customer for phone in customer.phones.all()}

    def _cars(self, name: str, texts: set[str]) -> Iterable[Vehicle]:
        if not texts:
            return ()
        rows = Vehicle.objects.filter(store=self.store, merged_into=None, **{f"{name}__in": texts})
        return rows.prefetch_related(
            "ownerships__customer__phones", "ownerships__customer__contacts", "mileage_readings"
        )

    def _customers(self, name: str, texts: set[str]) -> Iterable[Customer]:
        """The oldest file last, so that it is the one remembered."""
        if not texts:
            return ()
        rows = Customer.objects.filter(store=self.store, merged_into=None, **{f"{name}__in": texts})
        return rows.order_by("-pk").distinct().prefetch_related("phones", "contacts")

    def car(self, values: Values) -> Vehicle | None:
        """The car by VIN, else by plate."""
        found = (self.cars.get((name, values.get(name, ""))) for name in OF_CAR)
        return next(filter(None, found), None)

    def customer(self, values: Values) -> Customer | None:
        """By identity number, else by name and phone."""
        for name in OF_PERSON:
            if found := self.customers.get((name, values.get(name, ""))):
                return found
        same = (self.namesakes.get((number, values["name"])) for number in numbers_of(values))
        return min(filter(None, same), key=lambda customer: customer.pk, default=None)
