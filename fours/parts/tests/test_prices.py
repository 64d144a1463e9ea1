"""What a part is sold for: the store's own price first, warranty and internal prices by who pays."""

from decimal import Decimal

import pytest

from fours.kernel.models import Store
from fours.parts.models import StorePart
from fours.parts.prices import price_for_payer, retail_price

from .making import a_part


@pytest.mark.parametrize(
    ("payer", "price"),
    [
        ("customer", "58.00"), ("insurer", "58.00"), ("goodwill", "58.00"), ("warranty", "51.00"),
        ("internal", "40.00"),
    ],
)  # fmt: skip
def test_the_price_depends_on_who_pays(s01: Store, payer: str, price: str) -> None:
    part = a_part(s01, retail_price=Decimal("58"), warranty_price=Decimal("51"), internal_price=Decimal("40"))
    assert price_for_payer(s01, part, payer) == Decimal(price)


def test_a_price_that_is_not_set_is_the_retail_price(s01: Store) -> None:
    part = a_part(s01, retail_price=Decimal("58"))
    assert price_for_payer(s01, part, "warranty") == 58


def test_a_stores_own_price_goes_before_the_catalogue(s01: Store) -> None:
    part = a_part(s01, retail_price=Decimal("58"))
    StorePart.objects.create(store=s01, part=part, retail_price=Decimal("61.50"))
    assert retail_price(s01, part) == Decimal("61.50")
    assert price_for_payer(s01, part, "customer") == Decimal("61.50")
