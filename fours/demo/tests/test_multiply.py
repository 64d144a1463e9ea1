"""What people played is copied to other cars without loose ends, and nothing of the product is forgotten."""

import hashlib
import re
from collections import Counter
from datetime import datetime, timedelta
from multiprocessing import Value

import pytest
from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone

from fours.demo import run, year
from fours.demo.clock import simulated
from fours.demo.multiply.cloth import NotCopyable, cut
from fours.demo.multiply.declared import COPIED, DATA_IDS, KEPT, MILEAGE, POINTERS, model_of
from fours.demo.multiply.story import read_stories
from fours.demo.progress import FILE, STEP, Progress
from fours.demo.scale import Scale
from fours.desk.checks import run_checks
from fours.desk.search import search
from fours.kernel.actor import Actor, open_scope
from fours.kernel.database import product_models
from fours.kernel.models import Event, Store, Task
from fours.service.models import LaborLine, PartLine, RepairOrder
from fours.service.stage import stage_of
from fours.survey.models import FollowUpCall
from fours.vehicles.models import MileageReading, Vehicle

NOW = timezone.make_aware(datetime(2026, 11, 20, 14, 30))
TINY = Scale(cars=24, patterns=6, daily=1, today=7, last_days_copied=True)


def test_every_model_is_either_copied_or_said_to_stay() -> None:
    known = {model._meta.label_lower for model in product_models()}
    assert set(COPIED) | set(KEPT) == known
    assert not set(COPIED) & set(KEPT)


def test_every_number_that_may_name_a_row_is_declared() -> None:
    found = {
        (label, field.name)
        for label in COPIED
        for field in model_of(label)._meta.concrete_fields
        if isinstance(field, models.BigIntegerField) and not field.primary_key
    }
    assert found == set(POINTERS)


def test_what_is_declared_is_there() -> None:
    for label, name in (*POINTERS, *MILEAGE):
        assert model_of(label)._meta.get_field(name).column
    assert {model_of(label)._meta.label_lower for label in DATA_IDS.values()} == set(DATA_IDS.values())


def make_tiny() -> Store:
    """One store's demo in the test's transaction."""
    with simulated(NOW - timedelta(days=year.DAYS)) as clock:
        staffs, catalogue = run.found(NOW - timedelta(days=year.DAYS))
        staff = staffs[1]
        told: list[float] = []
        luck, line = run.luck(staff.store, "year"), run.signature()
        year.Year(
            staff, catalogue, clock, TINY, TINY.cars, NOW, luck, line, lambda text: None, told.append
        ).live()
    run.set_all_papers(staff.store, Progress(1.0, Value("d", 0.0)))
    open_scope(Store.objects.values_list("pk", flat=True))
    assert sum(told) > TINY.cars * FILE + TINY.patterns * STEP
    return staff.store


def fingerprint(store: Store) -> str:
    """Everything a person could see of the orders and their history; ids differ from run to run."""
    orders = RepairOrder.objects.filter(store=store).order_by("number")
    seen = [
        *orders.values_list(
            "number", "vehicle__plate", "customer__name", "mileage_in", "delivered_at", "state"
        ),
        *Event.objects.filter(store=store).order_by("pk").values_list("kind", "at", "sentence", "actor_name"),
        *Task.objects.filter(store=store).order_by("pk").values_list("rule", "title", "due_at", "state"),
    ]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


@pytest.mark.django_db
def test_a_copied_year_agrees_looks_real_and_is_the_same_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(year, "SIGNED_DAYS", 2)
    with transaction.atomic():
        first = fingerprint(make_tiny())
        transaction.set_rollback(True)
    store = make_tiny()
    assert fingerprint(store) == first
    assert run_checks() == []
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    numbers_and_sizes(store)
    histories(store)
    nothing_of_the_played_car(store)
    what_is_on_the_board(store)
    nothing_undeclared_is_copied(store)


def numbers_and_sizes(store: Store) -> None:
    orders = RepairOrder.objects.filter(store=store).count()
    lines = LaborLine.objects.count() + PartLine.objects.count()
    assert 1.7 <= orders / TINY.cars <= 2.3
    assert 2 <= lines / orders <= 5
    keeper = Actor.of(RepairOrder.objects.filter(store=store).latest("pk").advisor, store)
    number = RepairOrder.objects.filter(store=store, state="closed").latest("pk").number
    assert [hit.title for hit in search(keeper, number)] == [number]


def histories(store: Store) -> None:
    """Mileage never falls from visit to visit, and a car's file says what its last visit left."""
    readings: dict[int, list[int]] = {}
    rows = MileageReading.objects.filter(store=store).order_by("at", "pk")
    for vehicle, kilometers in rows.values_list("vehicle", "kilometers"):
        readings.setdefault(vehicle, []).append(kilometers)
    assert all(series == sorted(series) for series in readings.values())
    for pk, mileage in Vehicle.objects.filter(store=store).values_list("pk", "mileage"):
        assert readings[pk][-1] == mileage
    assert max(Counter(RepairOrder.objects.values_list("vehicle", flat=True)).values()) >= 3


def nothing_of_the_played_car(store: Store) -> None:
    """Plates, names and numbers in a copy's sentences and tasks are its own."""
    orders = RepairOrder.objects.filter(store=store).select_related("vehicle")
    for order in orders:
        own = Event.objects.filter(aggregate_kind="service.repairorder", aggregate_id=order.pk)
        words = " ".join(own.values_list("sentence", flat=True))
        assert set(re.findall(r"[苏沪浙][A-Z][A-Z0-9]{5,6}", words)) <= {order.vehicle.plate}
        tasks = Task.objects.filter(source_kind="service.repairorder", source_id=order.pk)
        assert all(order.vehicle.plate in subject for subject in tasks.values_list("subject", flat=True))
        assert all(
            f"/{order.pk}/" in url
            for url in tasks.filter(rule="service.final_check").values_list("url", flat=True)
        )
    calls = FollowUpCall.objects.filter(store=store, second_call=False).exclude(state="not_callable")
    assert not calls.exclude(orders__order__deliverer_phone=F("contact_phone")).exists()


def what_is_on_the_board(store: Store) -> None:
    here = RepairOrder.objects.filter(store=store).exclude(state__in=["closed", "void"])
    assert len({stage_of(order).code for order in here}) >= 3
    assert Task.objects.filter(store=store, state="open", due_at__lt=NOW).exists()
    assert Task.objects.filter(store=store, state="open", due_at__gte=NOW).exists()


def nothing_undeclared_is_copied(store: Store) -> None:
    """A number in an event's data that nobody declared stops the copying."""
    order = RepairOrder.objects.filter(store=store, state="closed").earliest("pk")
    story = read_stories([order])[0]
    event = {**story.rows["kernel.event"][-1], "data": {"loaner": 7}}
    rows = {**story.rows, "kernel.event": [*story.rows["kernel.event"][:-1], event]}
    object.__setattr__(story, "rows", rows)
    with pytest.raises(NotCopyable, match="loaner"):
        cut(story)
