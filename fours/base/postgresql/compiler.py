"""Django's SQL, sooner: a row of an order has 65 columns, which Django writes out anew for every statement.

What comes out is the same text, letter by letter; a test compares it for every model. A query that asks for
anything but whole rows of one table takes Django's own way.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.backends.postgresql import compiler
from django.db.backends.postgresql.compiler import (
    SQLAggregateCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)

__all__ = [
    "SQLAggregateCompiler",
    "SQLCompiler",
    "SQLDeleteCompiler",
    "SQLInsertCompiler",
    "SQLUpdateCompiler",
]
EVERY_FIELD = (frozenset[str](), True)
Columns = list[tuple[Any, tuple[str, Any], "str | None"]]
Selected = tuple[Columns, "dict[str, Any] | None", dict[str, int]]


@dataclass(frozen=True)
class _WholeRow:
    """A model's columns as a statement names them, and what turns their values into Python's."""

    columns: Columns
    converters: dict[int, Any]
    names: frozenset[str]


_ROWS: dict[type[models.Model], _WholeRow] = {}
_ORDERS: dict[tuple[object, tuple[str, ...], bool], list[Any]] = {}


class SQLCompiler(compiler.SQLCompiler):
    """Django's own, with a whole row written once."""

    _row: _WholeRow | None = None

    def get_select(self, with_col_aliases: bool = False) -> Selected:
        if with_col_aliases or not self._asks_for_whole_rows():
            selected: Selected = super().get_select(with_col_aliases)
            return selected
        model = self.query.model
        assert model is not None
        if model not in _ROWS:
            columns, *_ = super().get_select()
            converters = super().get_converters([column for column, *_ in columns])
            own = (field.name for field in model._meta.concrete_fields if not field.is_relation)
            _ROWS[model] = _WholeRow(columns, converters, frozenset({"pk", *own}))
        self._row = _ROWS[model]
        return self._row.columns, {"model": model, "select_fields": range(len(self._row.columns))}, {}

    def get_converters(self, expressions: list[Any]) -> dict[int, Any]:
        if self._row is not None:
            return self._row.converters
        converters: dict[int, Any] = super().get_converters(expressions)
        return converters

    def get_order_by(self) -> list[Any]:
        names = self._names_ordered_by()
        if names is None:
            return list(super().get_order_by())
        key = self.query.model, names, self.query.standard_ordering
        if key not in _ORDERS:
            # Names are never found among the columns of a whole row, and to hash each of those takes long.
            columns, self.select = self.select, None
            _ORDERS[key] = super().get_order_by()
            self.select = columns
        return _ORDERS[key]

    def _names_ordered_by(self) -> tuple[str, ...] | None:
        """The row's own fields the statement orders by; None when it is about more than these."""
        query = self.query
        if self._row is None or query.combinator or query.extra_order_by:
            return None
        ordering: tuple[Any, ...] = tuple(
            query.order_by or (query.get_meta().ordering if query.default_ordering else ()) or ()
        )
        own = self._row.names
        return (
            ordering if all(isinstance(name, str) and name.lstrip("-") in own for name in ordering) else None
        )

    def _asks_for_whole_rows(self) -> bool:
        query = self.query
        return bool(
            query.default_cols
            and not query.select_related
            and query.selected is None
            and query.deferred_loading == EVERY_FIELD
            and not query.extra_select
            and not query.annotation_select
            and query.group_by is None
            and query.model is not None
            and not query.model._meta.parents
            and query.base_table == query.model._meta.db_table
        )
