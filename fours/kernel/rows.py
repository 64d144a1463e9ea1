"""One row locked and read, written anew or written back: what every verb does, by statements made once for a table."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, models
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=models.Model)
Fields = Sequence["models.Field[Any, Any]"]


def lock_row(model: type[M], pk: Any) -> M | None:
    """The row as it is now, locked until the transaction ends: `select_for_update().filter(pk=…).first()`."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("a lock needs a transaction: it ends with it")
    statement, compiler, names = _locking(model)
    with connection.cursor() as cursor:
        cursor.execute(statement, [pk])
        values = cursor.fetchall()
    rows = compiler.apply_converters(values, compiler.get_converters([c for c, *_ in compiler.select]))
    return next((model.from_db(DEFAULT_DB_ALIAS, names, row) for row in rows), None)


@cache
def _locking(model: type[models.Model]) -> tuple[str, Any, list[str]]:
    """Django's own statement for it, with what reads its answer."""
    query = model._base_manager.filter(pk=0).select_for_update().query
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    statement, _ = compiler.as_sql()
    return statement, compiler, [field.attname for field in model._meta.concrete_fields]


def write_back(row: models.Model, names: Sequence[str]) -> None:
    """Save the named fields and the times that set themselves: `save(update_fields=…)` of a row that is there."""
    statement, fields = _updating(type(row), tuple(names))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*_values(row, fields, add=False), row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError("the row to be written back is not there")


@cache
def _updating(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, Fields]:
    fields = [_field(model, name) for name in dict.fromkeys(names)]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    key = model._meta.pk.column
    return f'update "{model._meta.db_table}" set {columns} where "{key}" = %s', fields  # noqa: S608 - our own names


def insert_row(row: M) -> M:
    """Save a new row, which knows its id afterwards: `save()` without asking whether it is there."""
    if not _insert(row, ""):
        raise DatabaseError("the row was not written")
    return row


def insert_unless_there(row: models.Model) -> bool:
    """Save a new row unless a rule of the table says there is one already; whether it was saved."""
    return _insert(row, " on conflict do nothing")


def _insert(row: models.Model, conflict: str) -> bool:
    statement, fields = _inserting(type(row))
    with connection.cursor() as cursor:
        cursor.execute(statement.format(conflict=conflict), _values(row, fields, add=True))
        made = cursor.fetchone()
    if made is None:
        return False
    row.pk, row._state.adding, row._state.db = made[0], False, DEFAULT_DB_ALIAS
    return True


@cache
def _inserting(model: type[models.Model]) -> tuple[str, Fields]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table, key = model._meta.db_table, model._meta.pk.column
    statement = f'insert into "{table}" ({columns}) values ({places}){{conflict}} returning "{key}"'  # noqa: S608
    return statement, fields


def _values(row: models.Model, fields: Fields, *, add: bool) -> list[Any]:
    return [field.get_db_prep_save(field.pre_save(row, add), connection) for field in fields]


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field) or not field.concrete:
        raise TypeError(f"{model.__name__}.{name} is no column")
    return field
