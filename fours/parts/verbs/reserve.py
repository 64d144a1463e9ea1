"""Pieces held for the lines of a document, and an honest note of every piece that was not there (PT-02, PT-06).

These are steps of other verbs (authorise, void, receive, issue), which have checked the right.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.bulk import insert_all
from fours.kernel.events import announce, kind_of
from fours.kernel.models import Document, Store
from fours.parts.errors import check_quantity, not_enough
from fours.parts.ledger import ZERO, lock_balances, sum_by
from fours.parts.models import Backorder, Part, Reservation, StockBalance


@dataclass(frozen=True)
class Ask:
    """A line of a document that wants so many pieces of a part."""

    line_id: int
    part: Part
    quantity: Decimal


@dataclass(frozen=True)
class Shortage:
    """A line that could not be reserved in full, and how many pieces are missing."""

    line_id: int
    part: Part
    missing: Decimal


def reserve_parts(store: Store, *, source: Document, lines: Sequence[Ask], actor: Actor) -> list[Shortage]:
    """Reserve each line up to its quantity; what is not free becomes a back-order (缺件登记) at once.

    `quantity` is what the line still needs; asked again, only the difference is reserved.
    """
    for ask in lines:
        check_quantity(ask.quantity, ask.part.name)
    balances = lock_balances(store, [ask.part for ask in lines])
    known = _held_for(store, source, lines)
    short: list[Shortage] = []
    hold: list[tuple[Ask, Decimal]] = []
    for ask in lines:
        balance, row = balances[ask.part.pk], known.get(ask.line_id)
        if row is not None and row.part_id != ask.part.pk:
            raise Refused(f"{ask.part.name}：该行已为另一配件预留，请先取消。")
        wanted = max(ask.quantity - (row.quantity if row else ZERO), ZERO)
        given = max(min(wanted, balance.on_hand - balance.reserved), ZERO)
        if given:
            balance.reserved += given
            hold.append((ask, given))
        if missing := wanted - given:
            _note_backorder(balance, source, ask, missing)
            short.append(Shortage(ask.line_id, ask.part, missing))
    _hold(store, sum_by((ask.part.pk, given) for ask, given in hold))
    _note_reservations(store, source, hold, known)
    return short


def _held_for(store: Store, source: Document, lines: Sequence[Ask]) -> dict[int, Reservation]:
    """What is reserved for the lines already, by line id."""
    rows = Reservation.objects.filter(
        store=store, source_kind=kind_of(source), source_line_id__in=[ask.line_id for ask in lines]
    )
    return {row.source_line_id: row for row in rows}


def _note_reservations(
    store: Store, source: Document, hold: Sequence[tuple[Ask, Decimal]], known: Mapping[int, Reservation]
) -> None:
    """Write what each line now holds; what it held before grows."""
    fresh = [
        Reservation(
            store=store,
            part=ask.part,
            source_kind=kind_of(source),
            source_id=source.pk,
            source_number=source.number,
            source_line_id=ask.line_id,
            quantity=given,
        )
        for ask, given in hold
        if ask.line_id not in known
    ]
    insert_all(fresh)
    for ask, given in hold:
        if ask.line_id in known:
            Reservation.objects.filter(pk=known[ask.line_id].pk).update(quantity=F("quantity") + given)


def release_reservations(source: Document, *, actor: Actor, line_id: int | None = None) -> None:
    """Give back everything held for the document and drop its open back-orders (they stay as unmet demand).

    With `line_id` only what is held for that line.
    """
    held = Reservation.objects.filter(store=source.store, source_kind=kind_of(source), source_id=source.pk)
    waiting = _open_backorders(source)
    if line_id is not None:
        held, waiting = held.filter(source_line_id=line_id), waiting.filter(source_line_id=line_id)
    # Locked before the rows are read: a delivery under way may just be adding to what is held.
    concerned = held.values("part").union(waiting.values("part"))
    lock_balances(source.store, Part.objects.filter(pk__in=concerned))
    rows = list(held.select_related("part").order_by("part_id"))
    _hold(source.store, sum_by((row.part_id, -row.quantity) for row in rows))
    held.delete()
    waiting.update(open=False)
    for part in {row.part_id: row.part for row in rows}.values():
        fill_backorders(source.store, part, actor=actor)


def use_reservations(source: Document, lines: Sequence[Ask]) -> dict[int, Decimal]:
    """How many of the asked pieces come out of each line's own reservation, by line id; the rows are cut by as many.

    The balances are counted down by the movements that follow. What is handed out beyond a reservation makes the
    line's back-order smaller.
    """
    known = _held_for(source.store, source, lines)
    used: dict[int, Decimal] = {}
    for ask in lines:
        row = known.get(ask.line_id)
        held = min(row.quantity, ask.quantity) if row and row.part_id == ask.part.pk else ZERO
        used[ask.line_id] = held
        if row is not None and ZERO < held < row.quantity:
            Reservation.objects.filter(pk=row.pk).update(quantity=F("quantity") - held)
        _reduce_backorder(source, ask.line_id, ask.quantity - held)
    emptied = [row.pk for line, row in known.items() if used[line] == row.quantity]
    Reservation.objects.filter(pk__in=emptied).delete()
    return used


def parts_waited_for(store: Store, parts: Iterable[int]) -> list[int]:
    """Those of the parts, by id, somebody has an open back-order for."""
    waiting = Backorder.objects.filter(store=store, part__in=list(parts), open=True)
    return list(waiting.order_by("part").values_list("part", flat=True).distinct())


def fill_backorders(store: Store, part: Part, *, actor: Actor) -> list[Backorder]:
    """Reserve free pieces for those who wait, first come first served; announces each line that is now complete."""
    waiting = list(Backorder.objects.filter(store=store, part=part, open=True).order_by("pk"))
    if not waiting:
        return []
    balance = lock_balances(store, [part])[part.pk]
    filled = []
    for row in waiting:
        free = balance.on_hand - balance.reserved
        if free <= 0:
            break
        given = min(free, row.quantity)
        _add_reservation(balance, row, given)
        if given == row.quantity:
            Backorder.objects.filter(pk=row.pk).update(open=False, closed_at=timezone.now())
            filled.append(row)
        else:
            Backorder.objects.filter(pk=row.pk).update(quantity=F("quantity") - given)
    for row in filled:
        announce(
            "parts.backorder_filled",
            row,
            actor=actor,
            sentence=f"{part.name} 到货，已为 {row.source_number} 预留",
            data={
                "source_kind": row.source_kind,
                "source_id": row.source_id,
                "source_line_id": row.source_line_id,
                "part": part.pk,
            },
        )
    return filled


def _add_reservation(balance: StockBalance, row: Backorder, quantity: Decimal) -> None:
    _hold(balance.store, {balance.part_id: quantity})
    balance.reserved += quantity
    mine = Reservation.objects.filter(
        store=balance.store, source_kind=row.source_kind, source_line_id=row.source_line_id
    )
    if not mine.update(quantity=F("quantity") + quantity):
        Reservation.objects.create(
            store=balance.store,
            part=balance.part,
            source_kind=row.source_kind,
            source_id=row.source_id,
            source_number=row.source_number,
            source_line_id=row.source_line_id,
            quantity=quantity,
        )


def _hold(store: Store, pieces: Mapping[int, Decimal]) -> None:
    """Count the reserved pieces up or down, by part id; Gone if they are not free."""
    if not pieces:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update parts_stockbalance as kept set reserved = kept.reserved + more.pieces
            from unnest(%s::bigint[], %s::numeric[]) as more (part_id, pieces)
            where kept.store_id = %s and kept.part_id = more.part_id
                and kept.on_hand >= kept.reserved + more.pieces and kept.reserved + more.pieces >= 0
            returning kept.part_id
            """,
            [list(pieces), list(pieces.values()), store.pk],
        )
        done = {part_id for (part_id,) in cursor.fetchall()}
    for part_id in pieces.keys() - done:
        row = StockBalance.objects.select_related("part").get(store=store, part_id=part_id)
        free = row.on_hand - row.reserved
        raise not_enough(row.part, asked=pieces[part_id], on_hand=row.on_hand, free=free)


def _note_backorder(balance: StockBalance, source: Document, ask: Ask, missing: Decimal) -> None:
    Backorder.objects.update_or_create(
        store=balance.store,
        source_kind=kind_of(source),
        source_line_id=ask.line_id,
        open=True,
        defaults={
            "part": balance.part,
            "source_id": source.pk,
            "source_number": source.number,
            "quantity": missing,
        },
    )


def _open_backorders(source: Document) -> QuerySet[Backorder]:
    return Backorder.objects.filter(
        store=source.store, source_kind=kind_of(source), source_id=source.pk, open=True
    )


def _reduce_backorder(source: Document, line_id: int, quantity: Decimal) -> None:
    if quantity <= 0:
        return
    row = _open_backorders(source).filter(source_line_id=line_id)
    if row.filter(quantity__lte=quantity).update(open=False, closed_at=timezone.now()):
        return
    row.update(quantity=F("quantity") - quantity)
