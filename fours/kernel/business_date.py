"""The business date: what a posting counts for once days have been signed off."""

from datetime import date, timedelta

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
