"""Parts come in: by hand against a delivery note, or as opening stock (PT-02, PT-05 thin)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fours.base.errors import Refused
from fours.base.money import round_money, round_unit_cost
from fours.kernel.actor import Actor
from fours.kernel.business_date import business_date
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.kernel.numbers import next_number
from fours.kernel.verbs import verb
from fours.parts.errors import check_quantity, plain
from fours.parts.ledger import BATCH, Posting, Put, lock_balances, put_in_all
from fours.parts.models import Bin, Lot, Part, StockBalance, StockReceipt

from .reserve import fill_backorders, parts_waited_for


@dataclass(frozen=True)
class Arrival:
    """Pieces of a part that came in, put into a bin. `unit_cost` is CNY without VAT, six places."""

    part: Part
    quantity: Decimal
    unit_cost: Decimal
    bin: Bin
    lot_code: str = ""
    expires_on: date | None = None


@verb("入库", "parts.receive")
def receive_parts(
    store: Store,
    *,
    lines: Sequence[Arrival],
    actor: Actor,
    supplier: str = "",
    delivery_note: str = "",
    note: str = "",
) -> StockReceipt:
    """Book a delivery into stock, one lot per line, and reserve it for those who wait for it."""
    receipt = _draft(store, actor, "receipt", note)
    receipt.supplier, receipt.delivery_note = supplier, delivery_note
    return _book(receipt, lines, actor)


@verb("期初入库", "parts.import")
def open_stock(store: Store, *, lines: Sequence[Arrival], actor: Actor, note: str = "") -> StockReceipt:
    """Book what lay in the bins when the store began to use the system."""
    return _book(_draft(store, actor, "opening", note), lines, actor)


def _draft(store: Store, actor: Actor, kind: str, note: str) -> StockReceipt:
    day = business_date(store)
    return StockReceipt(store=store, kind=kind, note=note, business_date=day, created_by=actor.user)


def _book(receipt: StockReceipt, lines: Sequence[Arrival], actor: Actor) -> StockReceipt:
    if not lines:
        raise Refused("入库单至少要有一行配件。")
    for line in lines:
        check_arrival(receipt.store, line)
    balances = lock_balances(receipt.store, [line.part for line in lines])
    receipt.number = next_number(receipt.store, "PI", receipt.business_date)
    receipt.save()
    posting = Posting.of(receipt, receipt.kind, actor, receipt.business_date)
    lots = _lots(posting, lines)
    put_in_all(
        posting, [_put(balances[line.part.pk], lot, line) for line, lot in zip(lines, lots, strict=True)]
    )
    pieces = "、".join(f"{line.part.name}×{plain(line.quantity)}" for line in lines[:5])
    announce(
        "parts.received",
        receipt,
        actor=actor,
        sentence=f"{receipt.get_kind_display()} {receipt.number}：{pieces}{'等' if len(lines) > 5 else ''}",
        data={"parts": sorted(balances)},
    )
    parts = {line.part.pk: line.part for line in lines}
    for part_id in parts_waited_for(receipt.store, parts):
        fill_backorders(receipt.store, parts[part_id], actor=actor)
    return receipt


def check_arrival(store: Store, line: Arrival) -> None:
    """Refuse pieces that cannot be booked: no quantity, negative cost, a foreign bin or part, a part out of use."""
    check_quantity(line.quantity, line.part.name)
    cost = line.unit_cost
    if not cost.is_finite() or not 0 <= cost <= 9_999_999 or cost != round_unit_cost(cost):
        raise Refused(f"{line.part.name}：单价不能为负，最多六位小数。", field="unit_cost")
    if line.bin.store_id != store.pk or not line.bin.active:
        raise Refused(f"{line.part.name}：货位 {line.bin.code} 不是本店在用的货位。", field="bin")
    if line.part.group_id != store.group_id or not line.part.active:
        raise Refused(f"{line.part.name}：配件不在用，不能入库。", field="part")


def _put(balance: StockBalance, lot: Lot, line: Arrival) -> Put:
    return Put(balance, lot, line.bin, line.quantity, round_money(line.quantity * line.unit_cost))


def _lots(posting: Posting, lines: Sequence[Arrival]) -> list[Lot]:
    """The lot of each line, made where it is new. No other paper makes one meanwhile: the parts are locked."""
    codes = [line.lot_code or f"{posting.source_number}-{place}" for place, line in enumerate(lines, start=1)]
    rows = Lot.objects.filter(store=posting.store, part__in={line.part.pk for line in lines}, code__in=codes)
    known = {(lot.part_id, lot.code): lot for lot in rows}
    fresh: list[Lot] = []
    for line, code in zip(lines, codes, strict=True):
        lot = known.get((line.part.pk, code))
        if lot is None:
            lot = known[line.part.pk, code] = _new_lot(posting, line, code)
            fresh.append(lot)
        elif lot.unit_cost != line.unit_cost:
            raise Refused(
                f"{line.part.name}：批次 {lot.code} 已有，但单价不同，请另起批次号。", field="lot_code"
            )
    Lot.objects.bulk_create(fresh, batch_size=BATCH)
    return [known[line.part.pk, code] for line, code in zip(lines, codes, strict=True)]


def _new_lot(posting: Posting, line: Arrival, code: str) -> Lot:
    return Lot(
        store=posting.store,
        part=line.part,
        code=code,
        received_on=posting.business_date,
        unit_cost=line.unit_cost,
        expires_on=line.expires_on,
    )
