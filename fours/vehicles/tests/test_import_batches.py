"""Rows taken together come to exactly what the same rows come to one by one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from fours.customers.models import Customer
from fours.intake.kinds import IntakeKind, Tried, intake_kind
from fours.intake.plan import RowResult
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Event, SearchKey, Store
from fours.vehicles.imports import batch
from fours.vehicles.models import Vehicle
from fours.vehicles.verbs.vehicle import create_vehicle

# Few of each, so that rows meet: the same person with two cars, a plate on another car, a phone of two people.
NAMES = ["张建国", "李秀兰", "苏州顺达物流有限公司"]
PHONES = ["13812345678", "13912345679", "0512-65123456"]
VINS = ["LFV2A21K6A3123456", "LFV2A21K8A3123457", "LFV2A21KXA3123458"]
PLATES = ["苏E12345", "苏E12346", "苏E12347"]


def maybe(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(NAMES),
            "phone": maybe(PHONES),
            "contact_name": maybe(["王师傅"]),
            "contact_phone": maybe(PHONES),
            "id_number": maybe(["110101199003070990"]),
            "address": maybe(["人民路 1 号", "人民路 2 号"]),
            "vin": maybe(VINS),
            "plate": maybe(PLATES),
            "series": maybe(["速腾", "迈腾"]),
            "registered_on": maybe([date(2021, 5, 1), date(2050, 1, 1)]),
            "mileage": maybe([8000, 32000, 9_000_000]),
            "mileage_on": maybe([date(2026, 1, 5)]),
            "insurance_until": maybe([date(2026, 12, 1), date(2027, 12, 1)]),
        }
    ),
    max_size=8,
)


def the_kind() -> IntakeKind:
    kind = intake_kind("customers")
    assert kind is not None
    return kind


def results(rows: list[dict[str, Any]]) -> list[RowResult]:
    given = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return [RowResult(number, values) for number, values in enumerate(given, start=3)]


def customers(store: Store) -> Iterator[object]:
    for row in Customer.objects.filter(store=store).order_by("pk"):
        yield (
            row.name, row.kind, row.id_number, row.address, row.version,
            [(p.number, p.primary, p.valid) for p in row.phones.order_by("pk")],
            [(c.name, c.relation, c.phone) for c in row.contacts.order_by("pk")],
            sorted(keys(store, "customer", row.pk)),
        )  # fmt: skip


def cars(store: Store) -> Iterator[object]:
    for row in Vehicle.objects.filter(store=store).order_by("pk"):
        yield (
            row.vin, row.plate, row.series, row.registered_on, row.mileage, row.mileage_on, row.insurance_until, row.version,
            [(p.plate, p.starts_on, p.ends_on) for p in row.plate_records.order_by("pk")],
            [(o.customer.name, o.relation, o.starts_on, o.ends_on) for o in row.ownerships.order_by("pk")],
            [(m.kilometers, m.read_on, m.source) for m in row.mileage_readings.order_by("pk")],
            sorted(keys(store, "vehicle", row.pk)),
        )  # fmt: skip


def keys(store: Store, kind: str, pk: int) -> Iterator[tuple[str, int]]:
    yield from SearchKey.objects.filter(store=store, kind=kind, target_id=pk).values_list("key", "rank")


def what_is_there(store: Store) -> object:
    events = Event.objects.filter(store=store).values_list("kind", "sentence", "actor_name")
    return sorted(map(repr, customers(store))), sorted(map(repr, cars(store))), sorted(events)


@given(rows=ROWS)
@settings(
    max_examples=int(os.environ.get("FOURS_IMPORT_EXAMPLES", "25")),
    derandomize="FOURS_IMPORT_EXAMPLES" not in os.environ,
    deadline=None,
    phases=set(Phase) - {Phase.shrink},
    suppress_health_check=list(HealthCheck),
)
def test_together_or_one_by_one_comes_to_the_same(s01: Store, s02: Store, rows: list[dict[str, Any]]) -> None:
    kind, told = the_kind(), results(rows)
    with undone():
        open_scope([s01.pk, s02.pk])
        together = kind.load_rows(s01, told, Actor.system(s01))
        alone = IntakeKind.load_rows(kind, s02, told, Actor.system(s02))
        assert {n: (together[n], alone[n]) for n in alone if together[n] != alone[n]} == {}
        assert what_is_there(s01) == what_is_there(s02)
        again = kind.load_rows(s01, told, Actor.system(s01))
        assert again == IntakeKind.load_rows(kind, s02, told, Actor.system(s02))
        assert what_is_there(s01) == what_is_there(s02)


def both_ways(s01: Store, s02: Store, rows: list[dict[str, Any]]) -> dict[int, Tried]:
    """What became of the rows, which is the same for rows taken together and one by one."""
    open_scope([s01.pk, s02.pk])
    together = the_kind().load_rows(s01, results(rows), Actor.system(s01))
    assert together == IntakeKind.load_rows(the_kind(), s02, results(rows), Actor.system(s02))
    assert what_is_there(s01) == what_is_there(s02)
    return together


def test_a_customer_is_known_again_after_rows_of_somebody_else_met(s01: Store, s02: Store) -> None:
    zhang, li = {"name": "张建国", "phone": "13812345678"}, {"name": "李秀兰", "phone": "13912345679"}
    rows = [
        zhang | {"plate": "苏E12345"},
        li | {"plate": "苏E12346"},
        zhang | {"plate": "苏E12347"},
        li | {"plate": "苏E12348"},
    ]
    both_ways(s01, s02, rows)
    assert Customer.objects.filter(store=s01).count() == 2


def test_a_car_that_a_row_changed_is_known_by_its_other_trait(s01: Store, s02: Store) -> None:
    car = {"name": "张建国", "phone": "13812345678", "vin": VINS[0], "plate": PLATES[0], "mileage": 8000}
    by_vin = {name: car[name] for name in ("name", "phone", "vin")} | {"mileage": 32000}
    by_plate = {name: car[name] for name in ("name", "phone", "plate")} | {"mileage": 7000, "phone": None}
    both_ways(s01, s02, [car])
    told = both_ways(s01, s02, [by_vin, by_plate])
    assert [issue.message for issue in told[4].warnings] == ["里程 7,000 km 小于档案中的 32,000 km，未采用"]


def test_a_plate_of_another_car_is_told_and_left_out(s01: Store, s02: Store) -> None:
    rows: list[dict[str, Any]] = [
        {"name": "张建国", "phone": "13812345678", "plate": PLATES[0], "vin": VINS[0]},
        {"name": "李秀兰", "phone": "13912345679", "plate": PLATES[0], "vin": VINS[1]},
    ]
    assert [tried.outcome for tried in both_ways(s01, s02, rows).values()] == ["created", "created"]
    again = both_ways(s01, s02, rows)
    assert [tried.outcome for tried in again.values()] == ["unchanged", "unchanged"]
    assert again[4].warnings[0].message == f"车牌 {PLATES[0]} 已是另一辆车的车牌，未采用"


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside is rolled back, so that each example begins with empty stores."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def many(count: int) -> list[RowResult]:
    return results(
        [
            {"name": f"张建国{n}", "phone": f"138{n:08}", "plate": f"苏E{n:05}", "mileage": 100 + n}
            for n in range(count)
        ]
    )


def test_the_number_of_statements_does_not_grow_with_the_rows(
    s01: Store, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(40):
        tried = the_kind().load_rows(s01, many(60), Actor.system(s01))
    assert {row.outcome for row in tried.values()} == {"created"}
    with django_assert_max_num_queries(20):
        again = the_kind().load_rows(s01, many(60), Actor.system(s01))
    assert {row.outcome for row in again.values()} == {"unchanged"}


def test_a_car_that_somebody_makes_at_this_moment_costs_only_its_own_row(
    s01: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = many(3)
    learn = batch.Known.learn

    def learn_too_early(known: batch.Known, values: Any) -> None:
        learn(known, values)
        if not Vehicle.objects.filter(store=s01).exists():
            create_vehicle(s01, plate="苏E00001", actor=Actor.system(s01))

    monkeypatch.setattr(batch.Known, "learn", learn_too_early)
    tried = the_kind().load_rows(s01, rows, Actor.system(s01))
    assert [row.outcome for row in tried.values()] == ["created", "updated", "created"]
    assert Vehicle.objects.filter(store=s01).count() == 3
