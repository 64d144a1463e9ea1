"""Pieces held for the lines of a document, and an honest note of every piece that was not there (PT-02, PT-06).

These are steps of other verbs (authorise, void, receive, issue), which have checked the right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, QuerySet
from django.utils import timezone

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.events import announce, kind_of
from fours.kernel.models import Document, Store
from fours.parts.errors import check_quantity, not_enough
from fours.parts.ledger import lock_balances
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
    short = []
    for ask in lines:
        missing = _reserve(balances[ask.part.pk], source, ask)
        if missing:
            short.append(Shortage(ask.line_id, ask.part, missing))
    return short


def release_reservations(source: Document, *, actor: Actor, line_id: int | None = None) -> None:
    """Give back everything held for the document and drop its open back-orders (they stay as unmet demand).

    With `line_id` only what is held for that line.
    """
    held = Reservation.objects.filter(store=source.store, source_kind=kind_of(source), source_id=source.pk)
    waiting = _open_backorders(source)
    if line_id is not None:
        held, waiting = held.filter(source_line_id=line_id), waiting.filter(source_line_id=line_id)
    rows = list(held.select_related("part").order_by("part_id"))
    lock_balances(source.store, [row.part for row in rows])
    for row in rows:
        _hold(row.part_id, source.store, -row.quantity)
    held.delete()
    waiting.update(open=False)
    for part in {row.part_id: row.part for row in rows}.values():
        fill_backorders(source.store, part, actor=actor)


def use_reservation(balance: StockBalance, source: Document, ask: Ask) -> Decimal:
    """How many of the asked pieces come out of the line's own reservation; the row is cut by as many.

    The balance is counted down by the movement that follows. What is handed out beyond the reservation makes the
    line's back-order smaller.
    """
    mine = Reservation.objects.filter(
        store=balance.store_id,
        source_kind=kind_of(source),
        source_line_id=ask.line_id,
        part=balance.part_id,
    )
    row = mine.first()
    held = min(row.quantity, ask.quantity) if row else Decimal(0)
    if row is not None:
        if held == row.quantity:
            mine.delete()
        else:
            mine.update(quantity=F("quantity") - held)
    _reduce_backorder(source, ask.line_id, ask.quantity - held)
    return held


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
        _add_reservation(
            balance, row.source_kind, row.source_id, row.source_number, row.source_line_id, given
        )
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


def _reserve(balance: StockBalance, source: Document, ask: Ask) -> Decimal:
    """Reserve one line; the pieces missing afterwards."""
    kind = kind_of(source)
    line = Reservation.objects.filter(store=balance.store, source_kind=kind, source_line_id=ask.line_id)
    row = line.first()
    if row is not None and row.part_id != balance.part_id:
        raise Refused(f"{ask.part.name}：该行已为另一配件预留，请先取消。")
    held = row.quantity if row else Decimal(0)
    wanted = max(ask.quantity - held, Decimal(0))
    given = min(wanted, balance.on_hand - balance.reserved)
    if given > 0:
        _add_reservation(balance, kind, source.pk, source.number, ask.line_id, given)
    missing = wanted - given
    if missing:
        _note_backorder(balance, source, ask, missing)
    return missing


def _add_reservation(
    balance: StockBalance, kind: str, source_id: int, number: str, line_id: int, quantity: Decimal
) -> None:
    _hold(balance.part_id, balance.store, quantity)
    balance.reserved += quantity
    mine = Reservation.objects.filter(store=balance.store, source_kind=kind, source_line_id=line_id)
    if not mine.update(quantity=F("quantity") + quantity):
        Reservation.objects.create(
            store=balance.store,
            part=balance.part,
            source_kind=kind,
            source_id=source_id,
            source_number=number,
            source_line_id=line_id,
            quantity=quantity,
        )


def _hold(part_id: int, store: Store, quantity: Decimal) -> None:
    """Count the reserved pieces up or down; Gone if they are not free."""
    rows = StockBalance.objects.filter(
        store=store,
        part_id=part_id,
        on_hand__gte=F("reserved") + quantity,
        reserved__gte=-quantity,
    )
    if not rows.update(reserved=F("reserved") + quantity):
        row = StockBalance.objects.select_related("part").get(store=store, part_id=part_id)
        raise not_enough(row.part, asked=quantity, on_hand=row.on_hand, free=row.on_hand - row.reserved)


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
