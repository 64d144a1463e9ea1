"""Stock: balances are the sums of movements, lots and reservations (PT-02)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from fours.desk.checks import register_check, register_numbered

from .models import LotBalance, Reservation, StockBalance, StockMovement

Sums = dict[tuple[int, int], Decimal]


def stock_is_the_sum_of_its_movements() -> Iterator[str]:
    """Quantity, value, lots and reserved pieces of every part in every store."""
    movements = StockMovement.objects.all()
    sums: dict[str, Sums] = {
        "on_hand": _sums(movements, "part", "quantity"),
        "value": _sums(movements, "part", "value"),
        "reserved": _sums(Reservation.objects.all(), "part", "quantity"),
    }
    lots = _sums(LotBalance.objects.all(), "lot__part", "quantity")
    seen = set()
    for row in StockBalance.objects.order_by("pk"):
        key = (row.store_id, row.part_id)
        seen.add(key)
        for name, found in sums.items():
            if getattr(row, name) != (there := found.get(key, Decimal(0))):
                yield f"balance {row.pk}: {name} is {getattr(row, name)}, its rows say {there}"
        if row.on_hand != (there := lots.get(key, Decimal(0))):
            yield f"balance {row.pk}: on_hand is {row.on_hand}, its lots say {there}"
    for store, part in sorted(set().union(*sums.values(), lots) - seen):
        yield f"part {part} of store {store} has movements and no balance"


def _sums(rows: QuerySet[Any], part: str, field: str) -> Sums:
    found = rows.order_by().values_list("store", part).annotate(sum=Sum(field))
    return {(store, part_id): total for store, part_id, total in found}


register_check("stock", stock_is_the_sum_of_its_movements)
# An adjustment is numbered without being a document.
register_numbered(StockMovement, "source_number")
