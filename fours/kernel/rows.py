"""One row locked and read, written anew or written back: what every verb does, by statements made once for a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, models
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

from .models import ChildOfDocument

M = TypeVar("M", bound=models.Model)
Fields = Sequence["models.Field[Any, Any]"]


@dataclass(frozen=True)
class _Locking:
    """Django's own statement for a locked row and what it points at, with what reads the answer."""

    statement: str
    compiler: Any
    converters: dict[int, Any]
    names: Sequence[str]
    related: Sequence[Any]


def lock_row(model: type[M], pk: Any, *related: str) -> M | None:
    """The row as it is now, locked until the transaction ends: `select_for_update().filter(pk=…).first()`.

    What it points at by the `related` fields is read with it, and not locked.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("a lock needs a transaction: it ends with it")
    how = _locking(model, related)
    with connection.cursor() as cursor:
        cursor.execute(how.statement, [pk])
        values = cursor.fetchall()
    for row in how.compiler.apply_converters(values, how.converters):
        found = model.from_db(DEFAULT_DB_ALIAS, how.names, row[: len(how.names)])
        for one in how.related:
            one.populate(row, found)
        return found
    # What it pointed at was exchanged while this waited for the lock: the row alone, as it is now.
    return lock_row(model, pk) if related else None


@cache
def _locking(model: type[models.Model], related: tuple[str, ...]) -> _Locking:
    rows = model._base_manager.filter(pk=0).select_for_update(of=("self",) if related else ())
    if related:
        rows = rows.select_related(*related)
    compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    statement, _ = compiler.as_sql()
    names = [field.attname for field in model._meta.concrete_fields]
    populators = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
    converters = compiler.get_converters([column for column, *_ in compiler.select])
    return _Locking(statement, compiler, converters, names, populators)


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
    if isinstance(row, ChildOfDocument):
        row.take_store()
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
