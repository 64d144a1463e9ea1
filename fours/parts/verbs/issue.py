"""Parts are handed out against a document, and unused ones come back (PT-06)."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F, Sum

from fours.base.errors import Refused
from fours.base.money import round_money
from fours.kernel.actor import Actor
from fours.kernel.bulk import insert_all
from fours.kernel.business_date import business_date
from fours.kernel.events import announce, kind_of
from fours.kernel.models import Document, Store, User
from fours.kernel.numbers import next_number
from fours.kernel.rows import insert_row
from fours.kernel.verbs import take, verb
from fours.org.people import present_assignments
from fours.parts.errors import check_quantity, plain
from fours.parts.ledger import (
    Posting,
    Withdrawal,
    lock_balances,
    oldest_first,
    places_of,
    put_in,
    shortage_of,
)
from fours.parts.models import IssueLine, IssueSlip, StockBalance, StockMovement

from .reserve import Ask, fill_backorders, use_reservations


@verb("领料出库", "parts.issue")
def issue_parts(
    store: Store,
    *,
    source: Document,
    lines: Sequence[Ask],
    receiver: User,
    subject: str,
    actor: Actor,
) -> IssueSlip:
    """Hand out parts against `source` (never without one), oldest lots first; Gone when a part is not there.

    Own reservations are used up first; what others have reserved is not touched. All lines or none.
    """
    check_may_be_issued(store, source, lines, receiver)
    balances = lock_balances(store, [ask.part for ask in lines])
    slip = IssueSlip(
        store=store,
        number=next_number(store, "IS"),
        source_kind=kind_of(source),
        source_id=source.pk,
        source_number=source.number,
        subject=subject,
        receiver=receiver,
        business_date=business_date(store),
        created_by=actor.user,
    )
    slip.live_source = source
    insert_row(slip)
    _hand_out(
        slip, source, lines, balances, Posting.of(slip, StockMovement.Kind.ISSUE, actor, slip.business_date)
    )
    pieces = "、".join(f"{ask.part.name}×{plain(ask.quantity)}" for ask in lines)
    announce(
        "parts.issued",
        source,
        actor=actor,
        sentence=f"领料 {slip.number}（{receiver.name}）：{pieces}",
        data={"slip": slip.pk, "lines": [ask.line_id for ask in lines], "receiver": receiver.pk},
    )
    return slip


@verb("退料", "parts.issue")
def return_issued(
    line: IssueLine, *, quantity: Decimal, actor: Actor, source: Document | None = None
) -> StockMovement:
    """Take unused pieces back into the lot and bin they came from, at the value they left with."""
    line = take(line)
    check_quantity(quantity, line.part.name)
    balance = lock_balances(line.store, [line.part])[line.part_id]
    if not IssueLine.objects.filter(pk=line.pk, quantity__gte=F("returned") + quantity).update(
        returned=F("returned") + quantity
    ):
        left = plain(line.quantity - line.returned)
        raise Refused(f"{line.part.name}：本行领出未退的只有 {left} {line.part.unit}。", field="quantity")
    issued = line.movement
    posting = Posting.of(line.slip, StockMovement.Kind.ISSUE_RETURN, actor, business_date(line.store))
    movement = put_in(
        balance,
        posting,
        lot=issued.lot,
        bin=issued.bin,
        quantity=quantity,
        value=_value_coming_back(line, quantity),
        reverses=issued,
    )
    announce(
        "parts.returned",
        source or line.slip,
        actor=actor,
        sentence=f"退料 {line.part.name}×{plain(quantity)}，回 {issued.bin.code}（{line.slip.number}）",
        data={"slip": line.slip_id, "line": line.pk, "movement": movement.pk},
    )
    fill_backorders(line.store, line.part, actor=actor)
    return movement


def check_may_be_issued(store: Store, source: Document, lines: Sequence[Ask], receiver: User) -> None:
    """No goods before paper: a numbered document of this store, lines of it, and a receiver who works here."""
    if source.store_id != store.pk or not source.number:
        raise Refused("没有正式单据不能发料（严禁先出货后补手续）。")
    if not lines:
        raise Refused("请至少填写一行发料数量。", field="quantity")
    if len({ask.line_id for ask in lines}) < len(lines):
        raise Refused("同一行配件重复提交，请刷新后重新填写。")
    for ask in lines:
        check_quantity(ask.quantity, ask.part.name)
    if not present_assignments(store).filter(user=receiver).exists():
        raise Refused("领料人不是本店在职人员。", field="receiver")


def _hand_out(
    slip: IssueSlip,
    source: Document,
    lines: Sequence[Ask],
    balances: dict[int, StockBalance],
    posting: Posting,
) -> None:
    """Pick each line's pieces, then write all that leaves: stock, movements and the lines of the slip."""
    reserved = use_reservations(source, lines)
    places = places_of(balances.values())
    out = Withdrawal(posting)
    rows = []
    for ask in lines:
        balance, held = balances[ask.part.pk], reserved[ask.line_id]
        if ask.quantity > balance.on_hand - balance.reserved + held:
            raise shortage_of(balance, ask.quantity, own=held)
        for pick in oldest_first(balance, places[ask.part.pk], ask.quantity):
            own = min(held, pick.quantity)
            held -= own
            movement = out.take(balance, pick, from_reserved=own)
            rows.append((movement, ask, pick.quantity))
    out.write()
    insert_all(
        IssueLine(
            store_id=slip.store_id,
            slip=slip,
            part=ask.part,
            movement=movement,
            source_line_id=ask.line_id,
            quantity=quantity,
        )
        for movement, ask, quantity in rows
    )


def _value_coming_back(line: IssueLine, quantity: Decimal) -> Decimal:
    """The share of the issued value, so that all returns of a line add up to it to the cent."""
    issued = -line.movement.value
    before = StockMovement.objects.filter(reverses=line.movement).aggregate(sum=Sum("value"))["sum"]
    back = line.returned + quantity
    return round_money(issued * back / line.quantity) - (before or Decimal(0))
