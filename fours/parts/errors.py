"""Refusals about stock, in the storekeeper's words."""

from decimal import Decimal

from fours.base.errors import Gone, Refused
from fours.base.money import round_quantity

from .models import Part


def plain(quantity: Decimal) -> str:
    """A quantity without the zeros behind it: 2, 0.5."""
    return f"{round_quantity(quantity).normalize():f}"


def not_enough(part: Part, *, asked: Decimal, on_hand: Decimal, free: Decimal) -> Gone:
    """The refusal that names the part, what is wanted and what there still is."""
    others = "" if on_hand == free else f"，另有 {plain(on_hand - free)} {part.unit}已为其他单据预留"
    return Gone(
        f"{part.name}（{part.number}）只剩 {plain(free)} {part.unit}可领{others}，不够 {plain(asked)} {part.unit}。",
        field="quantity",
    )


def check_quantity(quantity: Decimal, what: str) -> None:
    """Refuse a quantity that is nothing, negative or finer than three places."""
    if not quantity.is_finite() or quantity <= 0:
        raise Refused(f"{what}：数量必须大于 0。", field="quantity")
    if quantity != round_quantity(quantity) or quantity > 999_999:
        raise Refused(f"{what}：数量最多三位小数，不超过 999999。", field="quantity")
