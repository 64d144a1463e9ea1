"""Django's SQL, sooner: a row of an order has 65 columns, which Django writes out anew for every statement.

What comes out is the same text, letter by letter; a test compares it for every model. A query that asks for
anything but whole rows of one table takes Django's own way.
"""

from collections.abc import Iterable
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


_ROWS: dict[type[models.Model], _WholeRow] = {}


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
            _ROWS[model] = _WholeRow(columns, super().get_converters([column for column, *_ in columns]))
        self._row = _ROWS[model]
        return self._row.columns, {"model": model, "select_fields": range(len(self._row.columns))}, {}

    def get_converters(self, expressions: list[Any]) -> dict[int, Any]:
        if self._row is not None:
            return self._row.converters
        converters: dict[int, Any] = super().get_converters(expressions)
        return converters

    def get_order_by(self) -> list[Any]:
        """Names of fields are never found among the columns of a whole row; hashing each of those takes long."""
        if (
            self._row is None
            or self.query.combinator
            or not all(isinstance(f, str) for f in self._ordering())
        ):
            ordered: list[Any] = super().get_order_by()
            return ordered
        columns, self.select = self.select, None
        try:
            return super().get_order_by()
        finally:
            self.select = columns

    def _ordering(self) -> Iterable[object]:
        return self.query.extra_order_by or self.query.order_by or self.query.get_meta().ordering or ()

    def _asks_for_whole_rows(self) -> bool:
        query = self.query
        return bool(
            query.default_cols
            and not query.select_related
            and query.selected is None
            and query.deferred_loading == EVERY_FIELD
            and not query.extra_select
            and not query.annotation_select
            and query.model is not None
            and not query.model._meta.parents
            and query.base_table == query.model._meta.db_table
        )
