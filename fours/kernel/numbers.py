"""Document numbers per store, kind and business date: without gaps or doubles under load (PF-08)."""

from datetime import date

from django.db import connection

from .business_date import business_date
from .models import Store


def next_number(store: Store, kind: str, on: date | None = None) -> str:
    """`RO-S01-261122-0001`. The counter row is held until the transaction ends, so a rollback gives the number back."""
    day = on or business_date(store)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into kernel_numbercounter (store_id, kind, date, last) values (%s, %s, %s, 1)
            on conflict (store_id, kind, date) do update set last = kernel_numbercounter.last + 1
            returning last
            """,
            [store.pk, kind, day],
        )
        last: int = cursor.fetchone()[0]
    return f"{kind}-{store.code}-{day:%y%m%d}-{last:04d}"
