"""The only code that changes stock: one conditional update of the balances and one movement row, always together.

Value is a moving average without VAT: what leaves takes its share of the value, the last piece takes what remains,
what comes back comes at the value it left with. The balance rows of a document's parts are locked in the order of
the parts before anything is picked, so two keepers can neither deadlock nor hand out the same piece.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from django.db import connection
from django.db.models import F, Q

from fours.base.errors import Gone
from fours.base.money import round_money
from fours.kernel.actor import Actor
from fours.kernel.events import kind_of
from fours.kernel.models import Document, Store

from .errors import not_enough
from .models import Bin, Lot, LotBalance, Part, StockBalance, StockMovement

ZERO = Decimal(0)
BATCH = 500


@dataclass(frozen=True)
class Posting:
    """What all movements of one paper share: the paper itself, the business date and who did it."""

    store: Store
    kind: str
    source_kind: str
    source_id: int
    source_number: str
    business_date: date
    actor: Actor

    @classmethod
    def of(cls, paper: Document, kind: str, actor: Actor, day: date) -> Self:
        return cls(paper.store, kind, kind_of(paper), paper.pk, paper.number, day, actor)


@dataclass(frozen=True)
class Pick:
    """So many pieces from one lot in one bin."""

    place: LotBalance
    quantity: Decimal


@dataclass(frozen=True)
class Put:
    """So many pieces and their value for a locked balance, a lot and a bin; negative when they left."""

    balance: StockBalance
    lot: Lot
    bin: Bin
    quantity: Decimal
    value: Decimal
    reverses: StockMovement | None = None


def lock_balances(store: Store, parts: Iterable[Part]) -> dict[int, StockBalance]:
    """The balance rows by part id, made where missing, locked in the order of the parts until the transaction ends."""
    wanted = {part.pk: part for part in parts}
    fresh = [StockBalance(store=store, part=part) for part in wanted.values()]
    StockBalance.objects.bulk_create(fresh, ignore_conflicts=True)
    rows = StockBalance.objects.filter(store=store, part_id__in=wanted).order_by("part_id")
    locked = {row.part_id: row for row in rows.select_for_update()}
    for part_id, row in locked.items():
        row.part = wanted[part_id]
    return locked


def oldest_first(balance: StockBalance, quantity: Decimal) -> list[Pick]:
    """Where to take the pieces: oldest lot first, within a lot in bin order; Gone when there are not enough."""
    places = LotBalance.objects.filter(store=balance.store_id, lot__part=balance.part_id, quantity__gt=0)
    ordered = places.select_related("lot", "bin").order_by("lot__received_on", "lot_id", "bin__code")
    picks, wanted = [], quantity
    for place in ordered:
        if not wanted:
            break
        taken = min(wanted, place.quantity)
        picks.append(Pick(place, taken))
        wanted -= taken
    if wanted:
        raise shortage_of(balance, quantity)
    return picks


def share_of_value(balance: StockBalance, quantity: Decimal) -> Decimal:
    """What so many of the pieces on hand are worth, without VAT; all of them are worth all of it."""
    if quantity == balance.on_hand:
        return balance.value
    return round_money(balance.value * quantity / balance.on_hand)


def put_in(
    balance: StockBalance,
    posting: Posting,
    *,
    lot: Lot,
    bin: Bin,
    quantity: Decimal,
    value: Decimal,
    reverses: StockMovement | None = None,
) -> StockMovement:
    """Add pieces and value to a locked balance and to a lot in a bin."""
    return put_in_all(posting, [Put(balance, lot, bin, quantity, value, reverses)])[0]


def put_in_all(posting: Posting, puts: Sequence[Put]) -> list[StockMovement]:
    """Many at once, in their order: the same rows as one by one, in a handful of statements per 500."""
    movements: list[StockMovement] = []
    for begin in range(0, len(puts), BATCH):
        batch = puts[begin : begin + BATCH]
        _add_to_balances(batch)
        _add_to_places(batch)
        for put in batch:
            put.balance.on_hand += put.quantity
            put.balance.value += put.value
            movements.append(_movement(put, posting))
    return StockMovement.objects.bulk_create(movements, batch_size=BATCH)


def _add_to_balances(puts: Sequence[Put]) -> None:
    pieces: dict[int, Decimal] = {}
    value: dict[int, Decimal] = {}
    for put in puts:
        pk = put.balance.pk
        pieces[pk], value[pk] = pieces.get(pk, ZERO) + put.quantity, value.get(pk, ZERO) + put.value
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update parts_stockbalance as kept set on_hand = kept.on_hand + more.pieces, value = kept.value + more.value
            from unnest(%s::bigint[], %s::numeric[], %s::numeric[]) as more (id, pieces, value)
            where kept.id = more.id
            """,
            [list(pieces), list(pieces.values()), list(value.values())],
        )


def _add_to_places(puts: Sequence[Put]) -> None:
    pieces: dict[tuple[int, int], Decimal] = {}
    for put in puts:
        at = put.lot.pk, put.bin.pk
        pieces[at] = pieces.get(at, ZERO) + put.quantity
    fresh = [LotBalance(store_id=put.balance.store_id, lot=put.lot, bin=put.bin) for put in puts]
    LotBalance.objects.bulk_create(fresh, ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update parts_lotbalance as kept set quantity = kept.quantity + more.pieces
            from unnest(%s::bigint[], %s::bigint[], %s::numeric[]) as more (lot_id, bin_id, pieces)
            where kept.lot_id = more.lot_id and kept.bin_id = more.bin_id
            """,
            [[lot for lot, _ in pieces], [bin for _, bin in pieces], list(pieces.values())],
        )


def take_out(
    balance: StockBalance, posting: Posting, pick: Pick, *, from_reserved: Decimal = ZERO
) -> StockMovement:
    """Take pieces of a locked balance from their lot and bin; Gone unless they are free or come from `from_reserved`."""
    quantity = pick.quantity
    if quantity > balance.on_hand:
        raise shortage_of(balance, quantity, own=from_reserved)
    value = share_of_value(balance, quantity)
    unreserved = Q(on_hand__gte=F("reserved") - from_reserved + quantity, reserved__gte=from_reserved)
    taken = StockBalance.objects.filter(unreserved, pk=balance.pk).update(
        on_hand=F("on_hand") - quantity, value=F("value") - value, reserved=F("reserved") - from_reserved
    )
    moved = taken and LotBalance.objects.filter(pk=pick.place.pk, quantity__gte=quantity).update(
        quantity=F("quantity") - quantity
    )
    if not moved:
        raise shortage_of(balance, quantity, own=from_reserved)
    balance.on_hand -= quantity
    balance.value -= value
    balance.reserved -= from_reserved
    lot, bin = pick.place.lot, pick.place.bin
    movement = _movement(Put(balance, lot, bin, -quantity, -value), posting)
    movement.save()
    return movement


def shortage_of(balance: StockBalance, asked: Decimal, *, own: Decimal = ZERO) -> Gone:
    """The refusal for a locked balance; `own` pieces are reserved for whoever asks."""
    free = balance.on_hand - balance.reserved + own
    return not_enough(balance.part, asked=asked, on_hand=balance.on_hand, free=free)


def _movement(put: Put, posting: Posting) -> StockMovement:
    """The unsaved row of what was just counted on the balance."""
    return StockMovement(
        store_id=put.balance.store_id,
        part=put.balance.part,
        lot=put.lot,
        bin=put.bin,
        kind=posting.kind,
        quantity=put.quantity,
        value=put.value,
        balance=put.balance.on_hand,
        source_kind=posting.source_kind,
        source_id=posting.source_id,
        source_number=posting.source_number,
        reverses=put.reverses,
        business_date=posting.business_date,
        actor=posting.actor.user,
        actor_name=posting.actor.name,
    )
