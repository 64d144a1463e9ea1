"""The business date: what a posting counts for once days have been signed off."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from .models import ClosedDate, Store


def today() -> date:
    return timezone.localdate()


def span_of(day: date) -> tuple[datetime, datetime]:
    """The local day as a range of moments, from its first to the next one's: what an index on a time can find."""
    begin, end = (
        timezone.make_aware(datetime.combine(one, time())) for one in (day, day + timedelta(days=1))
    )
    return begin, end


# The first of an advisory lock's two keys; the second is the store.
DAY_LOCK = 20_090


def business_date(store: Store) -> date:
    """The date a posting of this moment counts for: today, or the store's next date that is not signed off.

    Until the transaction that asks has ended, no date of the store can be closed: what it posts is seen by whoever
    closes that date. A page that only shows the date asks for `open_day`.
    """
    return _open_day(store, f"select pg_advisory_xact_lock_shared({DAY_LOCK}, {store.pk:d}); ")


def open_day(store: Store) -> date:
    """Today, or the store's next date that is not signed off."""
    return _open_day(store, "")


def _open_day(store: Store, before: str) -> date:
    # Two statements in one go see two states of the database: the second what was closed while the first waited.
    asked = (
        f"{before}select date from kernel_closeddate where store_id = {store.pk:d} and date >= '{today()}'"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        while cursor.nextset():
            pass
        closed = {day for (day,) in cursor.fetchall()}
    day = today()
    while day in closed:
        day += timedelta(days=1)
    return day


def close_date(store: Store, day: date, reason: str) -> None:
    """Sign a date off. Waits for postings under way; those that come later wait for this and pass the date over."""
    _hold(store, "pg_advisory_xact_lock")
    ClosedDate.objects.get_or_create(store=store, date=day, defaults={"reason": reason})


def _hold(store: Store, lock: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"select {lock}(%s, %s)", [DAY_LOCK, store.pk])


# `open_day` for a statement that writes: the first day from the given one on that its store has not signed off.
# Nearly always that is the given one; to look for it among a year's takes longer than the rest of the insert.
OPEN_DATE = """(
    select case when not exists (select from kernel_closeddate where store_id = asked.store and date = asked.day)
    then asked.day else (
        select min(day)::date from generate_series(asked.day, asked.day + interval '1 year', interval '1 day') as day
        where not exists (select from kernel_closeddate where store_id = asked.store and date = day::date)
    ) end from (values (%s::bigint, %s::date)) as asked (store, day)
)"""


def open_date_values(store: Store) -> list[Any]:
    """What `OPEN_DATE` asks for, beginning today."""
    return [store.pk, today()]
