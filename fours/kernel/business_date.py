"""The business date: what a posting counts for once days have been signed off."""

from datetime import date, timedelta
from typing import Any

from django.db.models.expressions import RawSQL
from django.utils import timezone

from .models import ClosedDate, Store


def today() -> date:
    return timezone.localdate()


def business_date(store: Store, on: date | None = None) -> date:
    """Today, or the next date of the store that is not signed off (design: closed dates take no more postings)."""
    day = on or today()
    closed = set(ClosedDate.objects.filter(store=store, date__gte=day).values_list("date", flat=True))
    while day in closed:
        day += timedelta(days=1)
    return day


# `business_date` for a statement that writes: the first day from the given one on that its store has not signed off.
OPEN_DATE = """(
    select min(day)::date from generate_series(%s::date, %s::date + interval '1 year', interval '1 day') as day
    where not exists (select from kernel_closeddate where store_id = %s and date = day::date)
)"""


def open_date_values(store: Store) -> list[object]:
    """What `OPEN_DATE` asks for, beginning today."""
    return [today(), today(), store.pk]


def open_date(store: Store) -> Any:
    """The business date of today as a value the insert itself looks up."""
    return RawSQL(OPEN_DATE, open_date_values(store))  # noqa: S611 - no text of a person in it
