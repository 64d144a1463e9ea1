"""Whole rows written once for each model: the statement Django would have written, and the same objects from it."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.backends.postgresql import compiler as plain

from fours.base.postgresql.compiler import SQLCompiler
from fours.kernel.models import Event, Group, Store

EVERY_MODEL = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
ASKED: dict[str, Callable[[models.QuerySet[models.Model]], models.QuerySet[models.Model]]] = {
    "all": lambda rows: rows,
    "filtered": lambda rows: rows.filter(pk=7),
    "first": lambda rows: rows.order_by("pk")[:1],
    "last": lambda rows: rows.order_by("-pk")[:1],
    "reversed": lambda rows: rows.reverse(),
    "by two names": lambda rows: rows.order_by("-pk", rows.model._meta.fields[-1].attname),
    "by an expression": lambda rows: rows.order_by(models.F("pk").desc(nulls_last=True)),
    "unordered": lambda rows: rows.order_by(),
    "distinct": lambda rows: rows.distinct().order_by("pk"),
    "only": lambda rows: rows.only("pk"),
    "defer": lambda rows: rows.defer(rows.model._meta.fields[-1].name),
    "with what it points at": lambda rows: rows.select_related(*_points_at(rows.model)),
    "counted": lambda rows: rows.annotate(n=models.Count("pk")).order_by("n"),
    "values": lambda rows: rows.order_by("pk").values_list("pk"),
    "inside another": lambda rows: rows.filter(pk__in=rows.order_by("pk")[:3]),
    "united": lambda rows: rows.order_by().union(rows.order_by(), all=True).order_by("pk"),
    "locked": lambda rows: rows.select_for_update(),
}


def _points_at(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.fields if field.many_to_one][:2]


def text_by(made: type[plain.SQLCompiler], rows: models.QuerySet[models.Model]) -> object:
    return made(rows.query.chain(), connection, None).as_sql()


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ASKED)
def test_every_models_statement_is_letter_by_letter_djangos(asked: str) -> None:
    for model in EVERY_MODEL:
        rows = ASKED[asked](model._default_manager.all())
        for _ in range(2):  # written, then remembered
            assert text_by(SQLCompiler, rows) == text_by(plain.SQLCompiler, rows), model


def test_the_product_compiles_with_it() -> None:
    assert isinstance(Store.objects.all().query.get_compiler("default"), SQLCompiler)


def test_what_is_read_has_the_values_and_types_written(s01: Store) -> None:
    written = Event.objects.create(
        store=s01, kind="t.t", aggregate_kind="t.t", aggregate_id=1, actor_name="甲", business_date="2026-03-16",
        sentence="说", data={"a": [1, None]},
    )  # fmt: skip
    for _ in range(2):
        read = Event.objects.get(pk=written.pk)
        assert (read.data, read.at, str(read.business_date)) == ({"a": [1, None]}, written.at, "2026-03-16")
    assert Event.objects.values_list("data", flat=True).get() == {"a": [1, None]}
    half = Event.objects.only("sentence").get()
    assert (half.sentence, half.get_deferred_fields() >= {"data", "kind"}) == ("说", True)
    assert Group.objects.filter(pk=s01.group_id).first() == s01.group
