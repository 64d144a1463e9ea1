"""One page of a register's list: filtered, sorted, counted up to a thousand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from markupsafe import Markup

from fours.kernel.actor import Actor

from .base import Register, Rows
from .cells import is_figure
from .forms import RegisterFilters

PAGE = 50
COUNTED = 1000
# Reading from far down a large table is slow; filters lead there faster.
LAST_PAGE = 200


@dataclass(frozen=True)
class Cell:
    text: str
    classes: str
    chip: tuple[str, str] | None = None


@dataclass(frozen=True)
class Line:
    url: str
    cells: list[Cell]


@dataclass(frozen=True)
class Heading:
    label: str
    classes: str
    sort: str
    arrow: str


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
        asked = (self.sort,) if name in self.register.columns and self._sorts(name) else ()
        order: Sequence[Any] = asked or self.register.ordering or self.register.model._meta.ordering or ()
        rows: Rows = self.filters.qs.order_by(*order, "-pk")
        return rows

    def lines(self) -> tuple[list[Line], bool]:
        """The page's lines, and whether there is a next page."""
        start = (self.page - 1) * PAGE
        rows = list(self.rows()[start : start + PAGE + 1])
        return [self._line(row) for row in rows[:PAGE]], len(rows) > PAGE and self.page < LAST_PAGE

    def count(self) -> str:
        """How many rows there are; exact to a thousand."""
        found = self.filters.qs.order_by()[: COUNTED + 1].count()
        return f"{COUNTED}+" if found > COUNTED else str(found)

    def headings(self) -> list[Heading]:
        made = []
        for name in self.register.columns:
            up, down = self.sort == name, self.sort == f"-{name}"
            sort = (f"-{name}" if up else name) if self._sorts(name) else ""
            classes = "num" if is_figure(self.register.model, name) else ""
            made.append(
                Heading(self.register.heading(name), classes, sort, "↑" if up else "↓" if down else "")
            )
        return made

    def _sorts(self, name: str) -> bool:
        return any(field.name == name for field in self.register.model._meta.fields)

    def _line(self, row: Any) -> Line:
        return Line(self.register.address(row), [self._cell(row, name) for name in self.register.columns])

    def _cell(self, row: Any, name: str) -> Cell:
        if name == "active":
            return Cell("", "", ("在用", "green") if row.active else ("停用", "neutral"))
        return Cell(self.register.text(row, name), "num" if is_figure(self.register.model, name) else "")


def sort_link(heading: Heading, address: str) -> tuple[Markup, str]:
    """A heading that sorts by its column when pressed."""
    if not heading.sort:
        return Markup("{}").format(heading.label), heading.classes
    link = Markup('<a href="{}">{} {}</a>').format(address, heading.label, heading.arrow)
    return link, heading.classes
