"""Document numbers per store, kind and business date: without gaps or doubles under load (PF-08)."""

from datetime import date

from django.db import connection

from .business_date import OPEN_DATE, open_date_values
from .models import Store


def next_number(store: Store, kind: str, on: date | None = None) -> str:
    """`RO-S01-261122-0001`. The counter row is held until the transaction ends, so a rollback gives the number back."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            insert into kernel_numbercounter (store_id, kind, date, last)
            values (%s, %s, {OPEN_DATE if on is None else "%s"}, 1)
            on conflict (store_id, kind, date) do update set last = kernel_numbercounter.last + 1
            returning date, last
            """,  # noqa: S608 - only the constant is written in
            [store.pk, kind, *(open_date_values(store) if on is None else [on])],
        )
        day, last = cursor.fetchone()
    return f"{kind}-{store.code}-{day:%y%m%d}-{last:04d}"
