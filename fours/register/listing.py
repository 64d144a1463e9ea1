"""One page of a register's list: filtered, sorted, counted up to a thousand."""

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict

from fours.kernel.actor import Actor

from .base import Register, Rows
from .forms import RegisterFilters

PAGE = 50
COUNTED = 1000
# Reading from far down a large table is slow; filters lead there faster.
LAST_PAGE = 200


class Listing:
    """The rows of a list as its address asks for them; unknown sortings and pages are taken as the first."""

    def __init__(self, register: Register, asked: QueryDict, actor: Actor) -> None:
        self.register = register
        self.filters: RegisterFilters = register.filter_class(
            asked, register.rows(actor), register=register, actor=actor
        )
        self.sort = asked.get("sort", "")
        page = asked.get("page", "")
        self.page = min(max(int(page), 1), LAST_PAGE) if page.isdecimal() and len(page) < 6 else 1

    def rows(self) -> Rows:
        """All rows that pass the filters, in the order asked for."""
        name = self.sort.removeprefix("-")
        asked = (self.sort,) if name in self.register.columns and self.register.sorts(name) else ()
        order: Sequence[Any] = asked or self.register.ordering or self.register.model._meta.ordering or ()
        rows: Rows = self.filters.qs.order_by(*order, "-pk")
        return rows

    def lines(self) -> tuple[list[Any], bool]:
        """The page's rows, and whether there is a next page."""
        start = (self.page - 1) * PAGE
        rows = list(self.rows()[start : start + PAGE + 1])
        return rows[:PAGE], len(rows) > PAGE and self.page < LAST_PAGE

    def count(self) -> str:
        """How many rows there are; exact to a thousand."""
        found = self.filters.qs.order_by()[: COUNTED + 1].count()
        return f"{COUNTED}+" if found > COUNTED else str(found)
