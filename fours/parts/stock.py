"""What a store has of a part: read by everyone who promises, picks or prices parts (PT-02)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

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


_PLACES = LotBalance.objects.filter(store=OuterRef("store"), lot__part=OuterRef("part"), quantity__gt=0)
_OLDEST = _PLACES.order_by("lot__received_on", "lot_id", "bin__code").values("bin__code")[:1]
_USUAL = StorePart.objects.filter(store=OuterRef("store"), part=OuterRef("part")).values("bin__code")[:1]
# Where to look first for a balance's part: where its oldest pieces lie, else its usual bin.
BIN_CODE = Coalesce(Subquery(_OLDEST), Subquery(_USUAL))

UNKNOWN = Available(NOTHING, NOTHING, NOTHING, "")


def availability(store: Store, part_ids: Iterable[int]) -> dict[int, Available]:
    """On hand, reserved, free and bin of each part asked for, nothing where the store never had it; one query."""
    wanted = set(part_ids)
    if not wanted:
        return {}
    rows = StockBalance.objects.filter(store=store, part_id__in=wanted).annotate(bin_code=BIN_CODE)
    held = {
        b.part_id: Available(b.on_hand, b.reserved, b.on_hand - b.reserved, b.bin_code or "") for b in rows
    }
    return {part: held.get(part, UNKNOWN) for part in wanted}
