"""The rows of the kinds `parts` (what the store sells) and `stock` (what lies on its shelves now) (PT-01, PT-02, PF-11)."""

from collections.abc import Iterator

from django.db.models import Sum

from fours.base.money import round_money, round_unit_cost
from fours.intake.export import register_export, spoken
from fours.kernel.models import Store

from .intake_columns import CATEGORIES, PART_COLUMNS, SOURCES
from .models import LotBalance, Part, StockBalance, StorePart

_FIELDS = tuple(column.name for column in PART_COLUMNS if column.name != "minimum_stock")


def part_rows(store: Store) -> Iterator[dict[str, object]]:
    """Each part in use with the store's minimum."""
    kept = StorePart.objects.filter(store=store).exclude(minimum_stock=None)
    minimum = dict(kept.values_list("part_id", "minimum_stock"))
    for part in Part.objects.filter(group=store.group, active=True).order_by("number").iterator(2000):
        yield {
            **{name: getattr(part, name) for name in _FIELDS},
            "category": spoken(CATEGORIES)[part.category],
            "source": spoken(SOURCES)[part.source],
            "minimum_stock": minimum.get(part.pk),
        }


def stock_rows(store: Store) -> Iterator[dict[str, object]]:
    """Each part in each bin with its quantity now, at the part's moving average without VAT."""
    balances = StockBalance.objects.filter(store=store, on_hand__gt=0)
    worth = {row.part_id: (row.on_hand, row.value) for row in balances}
    lying = LotBalance.objects.filter(store=store, quantity__gt=0).order_by("lot__part__number", "bin__code")
    columns = lying.values_list("lot__part", "lot__part__number", "lot__part__name", "bin__code")
    for part, number, name, bin, quantity in columns.annotate(sum=Sum("quantity")):
        on_hand, value = worth[part]
        yield {
            "number": number,
            "name": name,
            "bin": bin,
            "quantity": quantity,
            "unit_cost": round_unit_cost(value / on_hand),
            "amount": round_money(value * quantity / on_hand),
        }


register_export("parts", part_rows)
register_export("stock", stock_rows)
