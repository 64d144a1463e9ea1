"""Divide a line between two payers so that everything adds up again (SV-06), and join it again."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from fours.base.errors import Refused
from fours.base.money import CENT, round_money, round_to, split_tax
from fours.kernel.actor import Actor

from .errors import check_fields
from .models.lines import PricedLine
from .pricing import amount_field, check_goodwill, is_labor, list_price_or_own


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
        raise Refused(f"拆分金额须大于零、小于本行金额 {gross} 元，最多两位小数。", field="amount")
    smallest = Decimal(1).scaleb(-places)
    if quantity < 2 * smallest:
        raise Refused("本行数量太小，不能拆分。", field="amount")
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


def divide(line: PricedLine, *, payer: str, amount: Decimal) -> PricedLine:
    """A new line, not saved, by which `payer` bears `amount` of this one; the line itself keeps the rest, not saved."""
    if payer == line.payer:
        raise Refused("拆分出的部分须由另一方付费。", field="payer")
    divided = shares(line.amount, line.gross, line.discount, amount, places=2 if is_labor(line) else 3)
    other = _copy(line, payer)
    for target, share in ((other, divided.off), (line, divided.left)):
        setattr(target, amount_field(target), share.quantity)
        fit(target, share)
    check_fields(other, ["payer"])
    return other


def give_back(origin: PricedLine, line: PricedLine, actor: Actor) -> None:
    """Join a split-off line, which is gone already, to where it came from, at the list price where that gives the same sum.

    What the store bears grows with it, so it needs the same authority: else a share put on the customer, filled up
    with something else and taken back would pass any limit.
    """
    gross, discount = origin.gross + line.gross, origin.discount + line.discount
    setattr(origin, amount_field(origin), origin.amount + line.amount)
    listed = list_price_or_own(origin)
    full = round_money(origin.amount * listed)
    if full >= gross and full - gross <= discount:
        origin.unit_price, discount = listed, full - gross
    fit(origin, Share(origin.amount, gross, discount))
    check_goodwill(origin, actor)
    origin.save()


def _copy(line: PricedLine, payer: str) -> PricedLine:
    other = type(line)()
    for field in line._meta.concrete_fields:
        if not field.primary_key:
            setattr(other, field.attname, getattr(line, field.attname))
    other.payer, other.split_from = payer, line
    return other
