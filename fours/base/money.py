"""Money and quantities: `Decimal` only, rounded half up, in this one place.

Amounts are CNY with two places, quantities have three, hours two, unit costs six.
"""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
LARGEST_AMOUNT = Decimal("999999999999.99")


def round_to(value: Decimal, places: int) -> Decimal:
    """Round half up, away from zero: 0.125 to two places is 0.13, -0.125 is -0.13."""
    _require_decimal(value)
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)


def round_money(value: Decimal) -> Decimal:
    """An amount in whole cents."""
    return round_to(value, 2)


def round_quantity(value: Decimal, places: int = 3) -> Decimal:
    """A quantity, by the places of its unit: three at most, none for pieces."""
    return round_to(value, places)


def round_hours(value: Decimal) -> Decimal:
    """Labor hours with two places."""
    return round_to(value, 2)


def round_unit_cost(value: Decimal) -> Decimal:
    """The cost of one piece with six places, so that a moving average does not drift."""
    return round_to(value, 6)


def split_tax(gross: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """Net and tax of an amount that includes VAT; net + tax is always exactly `gross`.

    `rate` is a share (0.13 for 13 %). `gross` must be whole cents: rounding is the caller's decision.
    """
    _require_cents(gross)
    _require_decimal(rate)
    if not 0 <= rate < 1:
        raise ValueError(f"a tax rate is a share between 0 and 1, not {rate}")
    net = round_money(gross / (1 + rate))
    return net, round_money(gross - net)


def capital_amount(amount: Decimal) -> str:
    """The amount in capital figures as papers need it (大写金额): 壹仟贰佰叁拾元整.

    A negative amount begins with 负. Raises `ValueError` beyond twelve places before the point.
    """
    _require_cents(amount)
    if abs(amount) > LARGEST_AMOUNT:
        raise ValueError(f"the amount {amount} is too large to be written out")
    # Loaded by the first who needs it: it reads whole dictionaries, a tenth of the program's start.
    import cn2an

    words: str = cn2an.an2cn(format(abs(round_money(amount)), "f"), "rmb")
    return f"负{words}" if amount < 0 else words


def _require_decimal(value: Decimal) -> None:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ValueError(f"a finite Decimal is needed, not {value!r}")


def _require_cents(amount: Decimal) -> None:
    _require_decimal(amount)
    if amount != round_money(amount):
        raise ValueError(f"an amount of whole cents is needed, not {amount}")
