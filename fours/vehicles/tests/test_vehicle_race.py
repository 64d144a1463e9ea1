"""Two people at two counters at the same moment: one file per car, and no reading that goes backwards."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from fours.base.errors import Refused
from fours.kernel.actor import Actor, open_scope
from fours.kernel.business_date import today
from fours.kernel.models import Group, Store
from fours.vehicles.models import MileageReading, Vehicle
from fours.vehicles.verbs.vehicle import create_vehicle, record_mileage

Work = Callable[[Actor], object]


@pytest.fixture
def store(committed: None) -> Store:
    return Store.objects.create(group=Group.objects.create(name="集团"), code="S01", name="一店")


def at_once(store: Store, *works: Work) -> list[str]:
    """Do the works in threads that start together; the name of what each came to."""
    barrier = Barrier(len(works))

    def one(work: Work) -> str:
        try:
            barrier.wait(10)
            with transaction.atomic():
                open_scope([store.pk])
                work(Actor.system(store))
            return "done"
        except Refused as refusal:
            return type(refusal).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return sorted(threads.map(one, works))


@pytest.mark.race
def test_the_same_plate_typed_twice_at_once_makes_one_car(store: Store) -> None:
    def make(actor: Actor) -> object:
        return create_vehicle(store, actor=actor, plate="苏E12345")

    assert at_once(store, make, make, make) == ["AlreadyThere", "AlreadyThere", "done"]
    with transaction.atomic():
        open_scope([store.pk])
        assert Vehicle.objects.count() == 1


@pytest.mark.race
def test_two_readings_at_once_never_go_backwards(store: Store) -> None:
    with transaction.atomic():
        open_scope([store.pk])
        car = create_vehicle(store, actor=Actor.system(store), plate="苏E12345", mileage=100)

    def read(kilometers: int) -> Work:
        return lambda actor: record_mileage(
            car, kilometers=kilometers, read_on=today(), source="接车", actor=actor
        )

    at_once(store, *(read(kilometers) for kilometers in (200, 300, 250, 150)))
    with transaction.atomic():
        open_scope([store.pk])
        readings = list(MileageReading.objects.order_by("id").values_list("kilometers", flat=True))
        assert readings == sorted(readings)
        assert Vehicle.objects.get().mileage == readings[-1] == 300
