"""What a part is sold for in a store. Prices include VAT."""

from decimal import Decimal

from fours.kernel.models import Store

from .models import Part, StorePart


def retail_price(store: Store, part: Part) -> Decimal:
    """The store's own price, else the catalogue's."""
    own = StorePart.objects.filter(store=store, part=part).values_list("retail_price", flat=True).first()
    return part.retail_price if own is None else own


def price_for_payer(store: Store, part: Part, payer: str) -> Decimal:
    """The price for whoever pays: `warranty` and `internal` have their own where it is set, all others pay retail."""
    special = {"warranty": part.warranty_price, "internal": part.internal_price}.get(payer)
    return retail_price(store, part) if special is None else special
