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

from fours.base.errors import Gone
from fours.base.money import round_money
from fours.kernel.actor import Actor
from fours.kernel.bulk import insert_all
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
        row.part, row.store = wanted[part_id], store
    return locked


def places_of(balances: Iterable[StockBalance]) -> dict[int, list[LotBalance]]:
    """Where the parts lie, by part id: oldest lot first, within a lot in bin order."""
    found: dict[int, list[LotBalance]] = {balance.part_id: [] for balance in balances}
    places = LotBalance.objects.filter(lot__part__in=found, quantity__gt=0).select_related("lot", "bin")
    for place in places.order_by("lot__received_on", "lot_id", "bin__code"):
        found[place.lot.part_id].append(place)
    return found


def oldest_first(balance: StockBalance, places: Iterable[LotBalance], quantity: Decimal) -> list[Pick]:
    """Which of the places, in their order, to take the pieces from; Gone when there are not enough."""
    picks, wanted = [], quantity
    for place in places:
        taken = min(wanted, place.quantity)
        if taken:
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
    pieces = sum_by((put.balance.pk, put.quantity) for put in puts)
    value = sum_by((put.balance.pk, put.value) for put in puts)
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


def take_out(balance: StockBalance, posting: Posting, pick: Pick) -> StockMovement:
    """Take free pieces of a locked balance from their lot and bin; Gone unless they are there."""
    out = Withdrawal(posting)
    movement = out.take(balance, pick)
    out.write()
    return movement


class Withdrawal:
    """Pieces of locked balances that leave together: counted off the objects at hand at once, written as one."""

    def __init__(self, posting: Posting) -> None:
        self.posting = posting
        self.movements: list[StockMovement] = []
        self._balances: list[tuple[int, Decimal, Decimal, Decimal]] = []
        self._places: list[tuple[int, Decimal]] = []

    def take(self, balance: StockBalance, pick: Pick, *, from_reserved: Decimal = ZERO) -> StockMovement:
        """The movement, unsaved until `write`; Gone unless the pieces are free or come from `from_reserved`."""
        quantity, place = pick.quantity, pick.place
        if quantity > balance.on_hand or quantity > balance.on_hand - balance.reserved + from_reserved:
            raise shortage_of(balance, quantity, own=from_reserved)
        value = share_of_value(balance, quantity)
        balance.on_hand -= quantity
        balance.value -= value
        balance.reserved -= from_reserved
        place.quantity -= quantity
        self._balances.append((balance.pk, quantity, value, from_reserved))
        self._places.append((place.pk, quantity))
        movement = _movement(Put(balance, place.lot, place.bin, -quantity, -value), self.posting)
        self.movements.append(movement)
        return movement

    def write(self) -> None:
        """One update of the balances, one of the lots, the movements in their order; Gone if a piece is not there."""
        pieces = sum_by((pk, quantity) for pk, quantity, _, _ in self._balances)
        value = sum_by((pk, value) for pk, _, value, _ in self._balances)
        reserved = sum_by((pk, reserved) for pk, _, _, reserved in self._balances)
        lots = sum_by(self._places)
        with connection.cursor() as cursor:
            cursor.execute(
                """
                update parts_stockbalance as kept set on_hand = kept.on_hand - less.pieces,
                    value = kept.value - less.value, reserved = kept.reserved - less.reserved
                from unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[])
                    as less (id, pieces, value, reserved)
                where kept.id = less.id and kept.reserved >= less.reserved
                    and kept.on_hand - less.pieces >= kept.reserved - less.reserved
                """,
                [list(pieces), list(pieces.values()), list(value.values()), list(reserved.values())],
            )
            balances = cursor.rowcount
            cursor.execute(
                """
                update parts_lotbalance as kept set quantity = kept.quantity - less.pieces
                from unnest(%s::bigint[], %s::numeric[]) as less (id, pieces)
                where kept.id = less.id and kept.quantity >= less.pieces
                """,
                [list(lots), list(lots.values())],
            )
            if (balances, cursor.rowcount) != (len(pieces), len(lots)):
                raise Gone("库存刚刚有变动，请刷新页面后重新办理。")
        insert_all(self.movements)


def shortage_of(balance: StockBalance, asked: Decimal, *, own: Decimal = ZERO) -> Gone:
    """The refusal for a locked balance; `own` pieces are reserved for whoever asks."""
    free = balance.on_hand - balance.reserved + own
    return not_enough(balance.part, asked=asked, on_hand=balance.on_hand, free=free)


def sum_by(pairs: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """The amounts added up by key, in the order in which the keys first appear."""
    sums: dict[int, Decimal] = {}
    for key, amount in pairs:
        sums[key] = sums.get(key, ZERO) + amount
    return sums


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
