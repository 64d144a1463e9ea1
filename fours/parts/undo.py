"""Taking back what an import did to catalogue and stock: parts go out of use, opening stock is reversed (PF-11)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Sum

from fours.base.errors import Refused
from fours.intake.undo import last_of, put_back, takes_back, value_of, whole_group
from fours.kernel.actor import Actor
from fours.kernel.business_date import business_date
from fours.kernel.events import announce, kind_of
from fours.kernel.models import Event, Store
from fours.kernel.usage import check_unused
from fours.kernel.verbs import keep, take

from .ledger import Posting, lock_balances, put_in
from .models import Lot, LotBalance, Part, StockBalance, StockMovement, StockReceipt, StorePart

Values = Mapping[str, Any]
WITHDRAWN = "parts.part_withdrawn"


def was_withdrawn(part: Part, store: Store) -> bool:
    """Whether the part is out of use because the import that made it was taken back, and for nothing since."""
    return not part.active and last_of(part, store) == WITHDRAWN


@takes_back("parts.part_created")
def forget_part(event: Event, values: Values, actor: Actor) -> None:
    """The part goes out of use, unless a store of the group has it in stock or on a document."""
    part = take(Part.objects.get(pk=event.aggregate_id))
    with whole_group(event.store):
        check_unused(part, besides={StorePart, StockBalance, Lot, StockMovement})
        on_hand = StockBalance.objects.filter(part=part).aggregate(sum=Sum("on_hand"))["sum"]
        rules = StorePart.objects.filter(part=part).exclude(store=event.store_id)
        if on_hand or rules.exists():
            raise Refused("配件已有库存" if on_hand else "其他门店已使用此配件")
    part.active = False
    keep(part, "active")
    announce(WITHDRAWN, part, actor=actor, sentence=f"配件 {part} 停用")


@takes_back("parts.part_changed")
def restore_part(event: Event, values: Values, actor: Actor) -> None:
    """What was changed is again as it was, unless another store changed it since."""
    part = take(Part.objects.get(pk=event.aggregate_id))
    back = put_back(part, event)
    keep(part, *back)
    announce(
        "parts.part_changed", part, actor=actor, sentence=f"配件 {part} 恢复原样", data={"changes": back}
    )


@takes_back("parts.store_part_imported")
def restore_store_part(event: Event, values: Values, actor: Actor) -> None:
    """The store's bin or minimum of a part is as it was."""
    row = take(StorePart.objects.select_related("part").get(store=event.store_id, pk=event.aggregate_id))
    name, before = event.data["field"], event.data["before"]
    setattr(row, name, None if before is None or name == "bin" else value_of(row, name, before))
    row.save(update_fields=[name])
    announce(
        "parts.store_part_imported",
        row,
        actor=actor,
        sentence=f"门店设定 {row.part} 恢复原样",
        data={"changes": {label: said[::-1] for label, said in event.data["changes"].items()}},
    )


@takes_back("parts.received")
def reverse_opening(event: Event, values: Values, actor: Actor) -> None:
    """What was booked goes out again at the value it came in with; refused when anything of the lot has moved."""
    receipt = StockReceipt.objects.select_related("store").get(store=event.store_id, pk=event.aggregate_id)
    if receipt.kind != StockReceipt.Kind.OPENING:
        raise Refused("入库单不能随导入撤销")
    rows = StockMovement.objects.filter(
        store=event.store_id, source_kind=kind_of(receipt), source_id=receipt.pk
    )
    movements = list(rows.select_related("part", "lot", "bin").order_by("pk"))
    balances = lock_balances(receipt.store, [row.part for row in movements])
    posting = Posting.of(receipt, receipt.kind, actor, business_date(receipt.store))
    for movement in movements:
        balance = balances[movement.part_id]
        _check_untouched(movement, balance)
        put_in(
            balance,
            posting,
            lot=movement.lot,
            bin=movement.bin,
            quantity=-movement.quantity,
            value=-movement.value,
            reverses=movement,
        )
    announce("parts.opening_reversed", receipt, actor=actor, sentence=f"期初 {receipt.number} 冲销")


def _check_untouched(movement: StockMovement, balance: StockBalance) -> None:
    here = LotBalance.objects.filter(lot=movement.lot, bin=movement.bin, quantity=movement.quantity)
    moved = StockMovement.objects.filter(store=movement.store_id, lot=movement.lot).exclude(pk=movement.pk)
    left, worth = balance.on_hand - movement.quantity, balance.value - movement.value
    if moved.exists() or not here.exists():
        raise Refused(f"{movement.part.name} 期初库存之后有出入库")
    if left < balance.reserved:
        raise Refused(f"{movement.part.name} 期初库存已被预留")
    # Pieces that left took their share of the mean value, which may be more than what stays would be worth.
    if worth < 0 or (not left and worth):
        raise Refused(f"{movement.part.name} 的库存成本之后有变动")
