"""A bin holds more or less than the ledger says: the difference is booked, never overwritten (PT-02)."""

from decimal import Decimal

from fours.base.errors import Refused
from fours.base.money import round_money, round_quantity
from fours.kernel.actor import Actor
from fours.kernel.business_date import business_date
from fours.kernel.events import announce, kind_of
from fours.kernel.numbers import next_number
from fours.kernel.verbs import verb
from fours.parts.errors import plain
from fours.parts.ledger import Pick, Posting, lock_balances, put_in, take_out
from fours.parts.models import LotBalance, StockBalance, StockMovement

from .reserve import fill_backorders


@verb("盘点调整", "parts.change")
def adjust_stock(place: LotBalance, *, counted: Decimal, reason: str, actor: Actor) -> StockMovement:
    """Bring a lot in a bin to what was counted; a gain is valued at the present average, a loss at its share.

    Gone when the missing pieces are reserved: the reservation has to be dealt with first.
    """
    reason = reason.strip()
    if not counted.is_finite() or counted < 0 or counted != round_quantity(counted) or counted > 999_999:
        raise Refused("实盘数不能为负，最多三位小数。", field="counted")
    if not reason:
        raise Refused("请填写调整原因。", field="reason")
    balance = lock_balances(place.store, [place.lot.part])[place.lot.part_id]
    place.refresh_from_db(fields=["quantity"])
    difference = counted - place.quantity
    if not difference:
        raise Refused("实盘数与账面数相同，无需调整。", field="counted")
    number = next_number(place.store, "PA")
    day = business_date(place.store)
    posting = Posting(
        place.store, StockMovement.Kind.ADJUSTMENT, kind_of(place), place.pk, number, day, actor
    )
    movement = _book_difference(balance, posting, place, difference)
    announce(
        "parts.adjusted",
        balance,
        actor=actor,
        sentence=f"盘点调整 {number}：{balance.part.name} {place.bin.code} {plain(counted)}（{reason}）",
        data={"movement": movement.pk, "reason": reason, "difference": str(difference)},
    )
    if difference > 0:
        fill_backorders(place.store, balance.part, actor=actor)
    return movement


def _book_difference(
    balance: StockBalance, posting: Posting, place: LotBalance, difference: Decimal
) -> StockMovement:
    if difference < 0:
        return take_out(balance, posting, Pick(place, -difference))
    if balance.on_hand:
        value = round_money(balance.value * difference / balance.on_hand)
    else:
        value = round_money(place.lot.unit_cost * difference)
    return put_in(balance, posting, lot=place.lot, bin=place.bin, quantity=difference, value=value)
