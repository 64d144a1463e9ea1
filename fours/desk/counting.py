"""Counts on the tabs of long lists: exact to a thousand, then 1000+ (design: counts), so that no list reads a whole table."""

from collections.abc import Mapping
from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

from fours.kernel.models import Store

# Counting and paging further would read the whole of a large table; filters lead there faster.
COUNTED = 1000
PAGED = 10_000


class CappedCount(Subquery):
    """How many rows a sliced query finds: never more than its slice, however large the table is."""

    template = "(select count(*) from (%(subquery)s) as capped)"
    output_field = IntegerField()


def tab_counts(
    store: Store, rows: Mapping[str, QuerySet[Any]], shown: str
) -> tuple[dict[str, str], dict[str, int]]:
    """What each tab says (`17`, `1000+`), and how many rows each has, the shown one as far as one can page through it.

    One statement. A row of no tab is never read: give each tab's rows by what an index begins with (store, state).
    """
    most = {name: PAGED if name == shown else COUNTED + 1 for name in rows}
    sliced = (CappedCount(found.order_by().values("pk")[: most[name]]) for name, found in rows.items())
    known = dict(zip(rows, Store.objects.filter(pk=store.pk).values_list(*sliced).get(), strict=True))
    said = {name: f"{COUNTED}+" if count > COUNTED else str(count) for name, count in known.items()}
    return said, known
