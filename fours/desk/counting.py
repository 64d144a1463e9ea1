"""Counts on the tabs of long lists: exact to a thousand, then 1000+ (design: counts), so that no list reads a whole table."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

# Counting and paging further would read the whole of a large table; filters lead there faster.
COUNTED = 1000
PAGED = 10_000


def tab_counts(rows: Mapping[str, QuerySet[Any]], shown: str) -> tuple[dict[str, str], dict[str, int]]:
    """What each tab says (`17`, `1000+`), and how many rows each has, the shown one as far as one can page through it.

    One statement. A row of no tab is never read: give each tab's rows by what an index begins with (store, state).
    """
    most = {name: PAGED if name == shown else COUNTED + 1 for name in rows}
    known = _counts({name: found.order_by().values("pk")[: most[name]] for name, found in rows.items()})
    said = {name: f"{COUNTED}+" if count > COUNTED else str(count) for name, count in known.items()}
    return said, known


def _counts(rows: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows each finds; none of them reads more than its slice, however large the table is."""
    columns, values = [], list[Any]()
    for found in rows.values():
        try:
            sql, given = found.query.sql_with_params()
        except EmptyResultSet:
            # A condition that nothing can meet, such as being one of no rows.
            columns.append("0")
            continue
        columns.append(f"(select count(*) from ({sql}) as capped)")  # noqa: S608 - the values go apart
        values += given
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(columns)}", values)
        return dict(zip(rows, cursor.fetchone(), strict=True))
