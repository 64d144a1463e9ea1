"""Random days with voids, rework, reversals, refunds, closed days and corrections leave a database that ties out."""

import os
import random

import pytest
from django.db import transaction

from fours.customers.verbs.customer import create_customer
from fours.demo.cars import CarGenerator
from fours.demo.clock import simulated
from fours.demo.people import PeopleGenerator
from fours.demo.run import found
from fours.desk.checks import run_checks
from fours.kernel.actor import open_scope
from fours.kernel.printing import set_papers
from fours.vehicles.verbs.vehicle import create_vehicle

from .random_days import RandomDays, first_morning

DAYS = int(os.environ.get("FOURS_RANDOM_DAYS", "3"))
STEPS = int(os.environ.get("FOURS_RANDOM_STEPS", "120"))
SEED = int(os.environ.get("FOURS_RANDOM_SEED", "1"))


@pytest.mark.django_db
def test_whatever_people_do_the_figures_agree() -> None:
    with simulated(first_morning()) as clock, transaction.atomic():
        staffs, catalogue = found(clock.moment)
        staff = staffs[0]
        rng = random.Random(SEED)
        people, cars = PeopleGenerator(rng), CarGenerator(rng)
        clerk, today = staff.one("info_clerk"), clock.moment.date()
        for _ in range(8):
            person, car = people.person(today), cars.car(today)
            owner = create_customer(staff.store, name=person.name, phones=[person.phone], actor=clerk)
            create_vehicle(staff.store, vin=car.vin, plate=car.plate, owner=owner, mileage=1000, actor=clerk)
        days = RandomDays(staff, catalogue, clock, SEED)
        for _ in range(DAYS):
            days.play(1, STEPS)
            open_scope([staff.store.pk])
            set_papers(staff.store, most=10_000)  # as the worker does every five minutes
            assert run_checks() == []
    # Really played: most acts were done at least once, and most were also refused somewhere.
    acts = {step.__name__ for step in days.steps}
    assert len(acts & set(days.done)) >= len(acts) * 0.7, (days.done, days.refused, days.told)
    assert len(days.refused) >= 8, days.refused
