"""Divide a line between two payers so that everything adds up again (SV-06)."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from fours.base.errors import Refused
from fours.base.money import CENT, round_money, round_to, split_tax

from .models.lines import PricedLine


@dataclass(frozen=True)
class Share:
    """One payer's share of a line: hours or pieces, the sum to pay, the discount in it."""

    quantity: Decimal
    gross: Decimal
    discount: Decimal


@dataclass(frozen=True)
class Divided:
    """What goes off to the other payer and what is left with the first."""

    off: Share
    left: Share


def shares(quantity: Decimal, gross: Decimal, discount: Decimal, amount: Decimal, *, places: int) -> Divided:
    """Divide a line so that `amount` of its gross goes off; quantities keep `places`, sums are exact to the cent."""
    if amount != round_money(amount) or not 0 < amount < gross:
        raise Refused(f"拆分金额须大于零、小于本行金额 {gross} 元,最多两位小数。", field="amount")
    smallest = Decimal(1).scaleb(-places)
    if quantity < 2 * smallest:
        raise Refused("本行数量太小,不能拆分。", field="amount")
    part = min(max(round_to(quantity * amount / gross, places), smallest), quantity - smallest)
    given = round_money(discount * amount / gross)
    off = Share(part, amount, given)
    return Divided(off, Share(quantity - part, gross - amount, discount - given))


def fit(line: PricedLine, share: Share) -> None:
    """Price the line so that its gross is the share's, with the discount taking up what rounding leaves over.

    The present unit price stays where it gives the sum, or where a discount was given that can take the difference;
    else it is rounded up to whole cents.
    """
    full = round_money(share.quantity * line.unit_price)
    exact = full == share.gross + share.discount
    if not exact and (not share.discount or full < share.gross):
        whole = share.gross + share.discount
        line.unit_price = (whole / share.quantity).quantize(CENT, rounding=ROUND_CEILING)
    line.discount = round_money(share.quantity * line.unit_price) - share.gross
    line.gross = share.gross
    line.net, line.tax = split_tax(line.gross, line.tax_rate)
