"""Many new rows of one table at once, as an import makes them."""

import json
from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)
Value = Callable[[Any], object]


def insert_all(rows: Iterable[M]) -> list[M]:
    """Store new rows of one model in one statement, in their order; they know their ids afterwards.

    As `bulk_create`, in a third of its time: the values go as one JSON text. For plain columns only: nothing is asked
    of a field but its value, or the time where it sets that itself; what a row points at has its id already.
    """
    listed = list(rows)
    if listed:
        statement, values = _insert(type(listed[0]))
        data = [{column: value(row) for column, value in values} for row in listed]
        with connection.cursor() as cursor:
            cursor.execute(statement, [json.dumps(data, ensure_ascii=False, default=str)])
            ids = cursor.fetchall()
        for row, (pk,) in zip(listed, ids, strict=True):
            row.pk, row._state.adding, row._state.db = pk, False, connection.alias
    return listed


@cache
def _insert(model: type[models.Model]) -> tuple[str, list[tuple[str, Value]]]:
    """The statement for a table, and what gives each column's value."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    table = f'"{model._meta.db_table}"'
    statement = (
        f"insert into {table} ({columns}) select {columns} "  # noqa: S608 - names of the model, nobody's text
        f"from json_populate_recordset(null::{table}, %s::json) returning id"
    )
    return statement, [(str(field.column), _value(field)) for field in fields]


def _value(field: "models.Field[Any, Any]") -> Value:
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        return lambda row: field.pre_save(row, add=True)
    return attrgetter(field.attname)
