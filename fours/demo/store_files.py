"""The files a demo store begins its year with: customers and their cars, made by the verbs that make many at once."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import transaction

from fours.customers.models import Customer
from fours.customers.verbs.customer import CustomerFile, create_customers, stop_calls
from fours.customers.verbs.customer import checked_file as customer_file
from fours.kernel.actor import open_scope
from fours.kernel.models import Store
from fours.vehicles.verbs.vehicle import VehicleFile, create_vehicles
from fours.vehicles.verbs.vehicle import checked_file as vehicle_file

from .cars import Car, CarGenerator
from .people import PeopleGenerator
from .shop import Guest
from .staff import Staff

DRIVES = {"petrol": "fuel", "plug_in_hybrid": "hybrid", "electric": "battery"}
USES = {"A": "private", "T": "ride_hailing"}
BATCH = 500
# Every so many a company; every so many asked not to be called, among the first few hundred.
EVERY_COMPANY, EVERY_SILENT, SILENT_AMONG = 12, 40, 400


@dataclass(frozen=True)
class Owner:
    """A customer about to get a file, with the person who brings the car."""

    file: CustomerFile
    name: str
    contact: str
    phone: str
    company: bool
    silent: bool


def make_files(store: Store, staff: Staff, cars: int, today: date, rng: random.Random) -> Iterator[Guest]:
    """So many customers with one car each; each batch is a transaction of its own."""
    people, garage = PeopleGenerator(rng), CarGenerator(rng)
    numbers = iter(range(cars))
    while batch := list(islice(numbers, BATCH)):
        owners = [_owner(people, today, rng, number) for number in batch]
        with transaction.atomic():
            open_scope([store.pk])
            yield from _write(staff, owners, [garage.car(today) for _ in owners], today, rng)


def _owner(people: PeopleGenerator, today: date, rng: random.Random, number: int) -> Owner:
    silent = number % EVERY_SILENT == 7 and number < SILENT_AMONG
    if number % EVERY_COMPANY == 5:
        firm = people.company(today)
        file = customer_file(
            name=firm.name, kind="company", phones=[firm.contact.phone],
            credit_code=firm.credit_code, address=firm.address.text, source="大客户",
        )  # fmt: skip
        return Owner(file, firm.name, firm.contact.name, firm.contact.phone, company=True, silent=silent)
    person = people.person(today)
    complete = rng.random() < 0.8
    file = customer_file(
        name=person.name, phones=[person.phone],
        birthday=person.birthday if complete else None, address=person.address.text if complete else "",
        source=rng.choice(["本店购车", "自然来店", "朋友介绍", "网络"]),
    )  # fmt: skip
    return Owner(file, person.name, person.name, person.phone, company=False, silent=silent)


def _write(
    staff: Staff, owners: list[Owner], cars: list[Car], today: date, rng: random.Random
) -> Iterator[Guest]:
    clerk = staff.one("info_clerk")
    customers = create_customers(staff.store, files=[owner.file for owner in owners], actor=clerk)
    files = [
        _car_file(car, owner, today, rng, customer)
        for car, owner, customer in zip(cars, owners, customers, strict=True)
    ]
    vehicles = create_vehicles(staff.store, files=files, actor=clerk)
    for owner, customer, car, vehicle in zip(owners, customers, cars, vehicles, strict=True):
        if owner.silent:
            stop_calls(customer, actor=clerk)
        yield Guest(vehicle.pk, customer.pk, car, owner.contact, owner.phone, owner.name, not owner.silent)


def _car_file(car: Car, owner: Owner, today: date, rng: random.Random, customer: Customer) -> VehicleFile:
    registered = car.registered_on
    # Most policies run on beyond the demo's last day; a few have lapsed, as in any store.
    passed = registered.replace(year=today.year, day=min(registered.day, 28)) <= today
    renewal = _years_after(
        registered, today.year + (2 if rng.random() < 0.85 and passed else 1) - registered.year
    )
    return vehicle_file(
        vin=car.vin,
        plate=car.plate,
        owner=customer,
        owned_since=registered,
        mileage=car.odometer_on(today),
        mileage_on=today,
        engine_number=car.engine_number,
        brand=car.model.brand,
        series=car.model.name.split()[0],
        model_name=car.model.name,
        color=car.colour,
        drive=DRIVES.get(car.model.fuel, "fuel"),
        use="business" if owner.company else USES.get(car.habit.use_code, "private"),
        produced_on=car.built_on,
        registered_on=registered,
        sold_on=registered,
        sold_here=rng.random() < 0.6,
        warranty_until=_years_after(registered, 3),
        warranty_mileage=100_000,
        insurance_until=renewal,
        compulsory_insurance_until=renewal,
    )


def _years_after(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28))
