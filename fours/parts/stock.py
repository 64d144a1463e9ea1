"""What a store has of a part: read by everyone who promises, picks or prices parts (PT-02)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fours.kernel.models import Store

from .models import LotBalance, StockBalance, StorePart

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Available:
    """Pieces of a part in one store; `free` is what nobody has reserved. `bin_code` is where to look first."""

    on_hand: Decimal
    reserved: Decimal
    free: Decimal
    bin_code: str


UNKNOWN = Available(NOTHING, NOTHING, NOTHING, "")


def availability(store: Store, part_ids: Iterable[int]) -> dict[int, Available]:
    """On hand, reserved, free and bin of each part asked for, nothing where the store never had it; three queries."""
    wanted = set(part_ids)
    if not wanted:
        return {}
    balances = StockBalance.objects.filter(store=store, part_id__in=wanted)
    bins = bin_codes(store, wanted)
    held = {
        b.part_id: Available(b.on_hand, b.reserved, b.on_hand - b.reserved, bins.get(b.part_id, ""))
        for b in balances
    }
    return {part: held.get(part, Available(*3 * (NOTHING,), bins.get(part, ""))) for part in wanted}


def bin_codes(store: Store, part_ids: Iterable[int]) -> dict[int, str]:
    """Where the oldest pieces of each part lie; where there are none, its usual bin."""
    wanted = list(part_ids)
    usual = StorePart.objects.filter(store=store, part_id__in=wanted, bin__isnull=False)
    codes = dict(usual.values_list("part_id", "bin__code"))
    lying = LotBalance.objects.filter(store=store, lot__part_id__in=wanted, quantity__gt=0)
    newest_first = lying.order_by("-lot__received_on", "-lot_id", "-bin__code")
    codes.update(newest_first.values_list("lot__part_id", "bin__code"))
    return codes
