"""Two people, a killed worker, and somebody who uses a file while its load is taken back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from fours.base.errors import Refused
from fours.intake import jobs
from fours.intake.verbs.undo import start_undoing, undo_rows
from fours.kernel.actor import Actor, open_scope
from fours.kernel.business_date import today
from fours.kernel.models import Event, Group, IntakeLoad, Store
from fours.vehicles.models import Vehicle
from fours.vehicles.verbs.vehicle import record_mileage

from .loads import kept, load_of

ROWS = [
    {"name": f"张建国{n}", "phone": f"138{n:08}", "plate": f"苏E{n:05}", "mileage": 100} for n in range(30)
]


@pytest.fixture
def load(committed: None) -> IntakeLoad:
    store = Store.objects.create(group=Group.objects.create(name="集团"), code="S01", name="一店")
    with transaction.atomic():
        open_scope([store.pk])
        return start_undoing(load_of(store, ROWS), actor=Actor.system(store))


def at_once(store: Store, *works: Callable[[], object]) -> None:
    """Do the works in threads that start together."""
    barrier = Barrier(len(works))

    def one(work: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        list(threads.map(one, works))


@pytest.mark.race
def test_two_workers_take_each_row_back_once(load: IntakeLoad) -> None:
    def work() -> None:
        jobs.undo_on(load.pk, load.store_id)

    at_once(load.store, work, work)
    with transaction.atomic():
        open_scope([load.store_id])
        load.refresh_from_db()
        assert load.result["undo"] == {"rows": 30, "undone": 30, "kept": 0}
        assert Event.objects.filter(kind="vehicles.vehicle_withdrawn").count() == 30
        assert Event.objects.filter(kind="kernel.intake_undone").count() == 1


@pytest.mark.race
def test_a_car_used_at_this_moment_stays_or_refuses_the_use(load: IntakeLoad) -> None:
    with transaction.atomic():
        open_scope([load.store_id])
        cars = list(Vehicle.objects.order_by("-pk"))
    refused: list[int] = []

    def use() -> None:
        for car in cars:
            try:
                with transaction.atomic():
                    open_scope([load.store_id])
                    actor = Actor.system(load.store)
                    record_mileage(car, kilometers=200, read_on=today(), source="接车", actor=actor)
            except Refused:
                refused.append(car.pk)

    at_once(load.store, use, lambda: jobs.undo_on(load.pk, load.store_id))
    with transaction.atomic():
        open_scope([load.store_id])
        going_on = set(Vehicle.objects.filter(merged_into=None).values_list("pk", flat=True))
        assert len(kept(load)) == len(going_on)
        assert going_on == {car.pk for car in cars} - set(refused)


def die_in_the_middle(load: IntakeLoad) -> None:
    with transaction.atomic():
        open_scope([load.store_id])
        undo_rows(load, actor=Actor.system(load.store), most=10)
        raise KeyboardInterrupt


@pytest.mark.race
def test_a_worker_that_dies_between_batches_is_gone_on_with(load: IntakeLoad) -> None:
    with pytest.raises(KeyboardInterrupt):
        die_in_the_middle(load)
    with transaction.atomic():
        open_scope([load.store_id])
        undo_rows(load, actor=Actor.system(load.store), most=10)
    jobs.undo_on(load.pk, load.store_id)
    with transaction.atomic():
        open_scope([load.store_id])
        load.refresh_from_db()
        assert load.result["undo"] == {"rows": 30, "undone": 30, "kept": 0}
        assert not Vehicle.objects.filter(merged_into=None).exists()
