"""An order is closed by whichever comes last: the delivery or the money (SV-06)."""

from collections.abc import Sequence

from django.utils import timezone

from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.verbs import keep, move

from .billing import BORNE_BY_STORE, live_statements, open_bills
from .models import RepairOrder, Statement
from .transitions import ORDER_MOVES, PRESENCE_MOVES


def is_settled(statement: Statement) -> bool:
    """Nothing is to be paid any more: paid, or borne by the store itself."""
    return statement.state == Statement.State.PAID or (
        statement.state == Statement.State.ON_ACCOUNT and statement.payer in BORNE_BY_STORE
    )


def close_if_settled(
    order: RepairOrder, *, actor: Actor, statements: Sequence[Statement] | None = None
) -> bool:
    """Close a delivered order once every payer's statement is settled; True when this call closed it.

    `order` must be locked by the caller (`take`) after its own change was written: of two transactions that bring
    the delivery and the last payment, the second to get the lock sees what the first one did. `statements`: the live
    ones, when they were read under that lock already.
    """
    if order.state != RepairOrder.State.DELIVERED:
        return False
    standing = live_statements(order) if statements is None else statements
    if not all(is_settled(statement) for statement in standing) or open_bills(order, statements=standing):
        return False
    move(order, RepairOrder.State.CLOSED, ORDER_MOVES)
    order.closed_at = timezone.now()
    keep(order, "state", "closed_at")
    announce("service.order_closed", order, actor=actor, sentence="已交车且款项结清，工单关闭")
    return True


def open_again(order: RepairOrder, *, actor: Actor, sentence: str) -> None:
    """Undo what rested on settled money (order locked by the caller): the gate pass of a car still here, the closing."""
    if order.presence == RepairOrder.Presence.GATE_PASS:
        move(order, RepairOrder.Presence.ARRIVED, PRESENCE_MOVES, field="presence")
        keep(order, "presence")
        announce("service.gate_pass_withdrawn", order, actor=actor, sentence=f"{sentence}，出门证作废")
    if order.state == RepairOrder.State.CLOSED:
        move(order, RepairOrder.State.DELIVERED, ORDER_MOVES)
        order.closed_at = None
        keep(order, "state", "closed_at")
        announce("service.order_reopened", order, actor=actor, sentence=f"{sentence}，工单重新打开")
