"""Old bills and the money for them, as the tests of opening receivables enter them."""

from decimal import Decimal

from fours.service.verbs.payment import Part
from fours.service.verbs.receivable import OldBill


def bill(number: str = "JS-1", billed: str = "3680.00", paid: str = "1000.00", **facts: object) -> OldBill:
    return OldBill(number, Decimal(billed), Decimal(paid), **facts)  # type: ignore[arg-type]


def cash(amount: str) -> list[Part]:
    return [Part("cash", Decimal(amount))]
