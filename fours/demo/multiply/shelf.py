"""The store's stock while visits are copied: the ledger's own rule (oldest lot first, moving average), in memory.

What comes in is booked by the verb; this counts down what copied visits take and writes the balances back.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from fours.base.money import round_money
from fours.kernel.models import Store
from fours.parts.models import LotBalance, StockBalance

from .cloth import Taken


@dataclass
class Place:
    """How much of a lot lies in a bin."""

    pk: int
    lot: int
    bin: int
    quantity: Decimal


@dataclass
class Balance:
    """What is on hand of a part and what it is worth without VAT, with its places, oldest first."""

    pk: int
    on_hand: Decimal
    value: Decimal
    places: list[Place] = field(default_factory=list)


@dataclass(frozen=True)
class Movement:
    """What one issue became: from which lot and bin, its value (negative) and what was left."""

    lot: int
    bin: int
    value: Decimal
    balance: Decimal


class Shelf:
    """The balances of the parts that copied visits need; the store's scope must be open."""

    def __init__(self, store: Store, parts: Iterable[int]) -> None:
        wanted = list(parts)
        rows = StockBalance.objects.filter(store=store, part__in=wanted)
        self._balances = {row.part_id: Balance(row.pk, row.on_hand, row.value) for row in rows}
        places = LotBalance.objects.filter(store=store, lot__part__in=wanted, quantity__gt=0)
        columns = ("lot__part", "pk", "lot", "bin", "quantity")
        for part, *place in places.order_by("lot__received_on", "lot", "bin__code").values_list(*columns):
            self._balances[part].places.append(Place(*place))

    def take(self, taken: Taken) -> Movement:
        """Take the pieces from the oldest lot that has them all; a copied issue is one row, so it is never divided."""
        balance = self._balances[taken.part_id]
        place = next(place for place in balance.places if place.quantity >= taken.quantity)
        whole = taken.quantity == balance.on_hand
        value = balance.value if whole else round_money(balance.value * taken.quantity / balance.on_hand)
        place.quantity -= taken.quantity
        balance.on_hand -= taken.quantity
        balance.value -= value
        return Movement(place.lot, place.bin, -value, balance.on_hand)

    def write(self) -> None:
        """Bring balances and lots in the database to what is left."""
        balances = [(row.pk, row.on_hand, row.value) for row in self._balances.values()]
        _update("parts_stockbalance", ("on_hand", "value"), balances)
        places = [(place.pk, place.quantity) for row in self._balances.values() for place in row.places]
        _update("parts_lotbalance", ("quantity",), places)


def needs(takes: Iterable[Sequence[Taken]]) -> dict[int, Decimal]:
    """How many pieces of each part."""
    total: dict[int, Decimal] = defaultdict(Decimal)
    for each in takes:
        for taken in each:
            total[taken.part_id] += taken.quantity
    return total


def _update(table: str, columns: Sequence[str], rows: Sequence[tuple[int | Decimal, ...]]) -> None:
    if not rows:
        return
    names = ", ".join(columns)
    sets = ", ".join(f"{name} = new.{name}" for name in columns)
    values = ", ".join("(" + ", ".join(["%s"] * (len(columns) + 1)) + ")" for _ in rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {table} set {sets} from (values {values}) as new (id, {names}) where {table}.id = new.id",
            [cell for row in rows for cell in row],
        )
