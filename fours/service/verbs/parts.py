"""Parts for a repair order: handed out against its authorised lines, unused ones taken back (PT-06, SV-06)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import F

from fours.base.errors import IllegalMove, NotThere, Refused
from fours.kernel.actor import Actor
from fours.kernel.events import kind_of
from fours.kernel.models import User
from fours.kernel.printing import freeze
from fours.kernel.verbs import must_be, take, verb
from fours.parts.errors import check_quantity, plain
from fours.parts.models import IssueLine, IssueSlip, StockMovement
from fours.parts.verbs.issue import issue_parts, return_issued
from fours.parts.verbs.reserve import Ask
from fours.service.models import PartLine, RepairOrder, Statement


@dataclass(frozen=True)
class Give:
    """So many pieces for one part line of an order."""

    line_id: int
    quantity: Decimal


@verb("发料", "parts.issue", states=["authorised", "completed"])
def issue_to_order(order: RepairOrder, *, lines: Sequence[Give], receiver: User, actor: Actor) -> IssueSlip:
    """Hand out parts for lines the customer has authorised, never more than they say; one slip for all.

    Refused as a whole when one line may not be issued; Gone when a part is not there. A part that comes in after the
    final check is still handed out, as long as nothing is billed.
    """
    order = take(order, "vehicle")
    must_be(order, RepairOrder.State.AUTHORISED, RepairOrder.State.COMPLETED, doing="发料")
    _check_unbilled(order, "发料")
    wanted = part_lines_of(order, [give.line_id for give in lines])
    asks = []
    for give in lines:
        line = wanted[give.line_id]
        check_may_be_issued(line, give.quantity)
        assert line.part is not None
        asks.append(Ask(line.pk, line.part, give.quantity))
    _count_issued(lines)
    slip = issue_parts(
        order.store, source=order, lines=asks, receiver=receiver, subject=order.vehicle.plate, actor=actor
    )
    freeze("parts.issue_slip", slip, actor=actor)
    return slip


@verb("退料", "parts.issue", states=["authorised", "completed"])
def return_to_stock(
    order: RepairOrder, *, issue_line: IssueLine, quantity: Decimal, actor: Actor
) -> StockMovement:
    """Take unused parts of the order back into stock, as long as no statement says they were used."""
    order = take(order)
    must_be(order, RepairOrder.State.AUTHORISED, RepairOrder.State.COMPLETED, doing="退料")
    check_quantity(quantity, issue_line.part.name)
    slip = issue_line.slip
    if (slip.source_kind, slip.source_id) != (kind_of(order), order.pk):
        raise NotThere()
    _check_unbilled(order, "退料")
    rows = PartLine.objects.filter(pk=issue_line.source_line_id, order=order, issued__gte=quantity)
    if not rows.update(issued=F("issued") - quantity):
        raise Refused(f"{issue_line.part.name}：领出的没有 {plain(quantity)} 可退。", field="quantity")
    return return_issued(issue_line, quantity=quantity, actor=actor, source=order)


def _check_unbilled(order: RepairOrder, doing: str) -> None:
    live = order.statements.filter(reverses__isnull=True).exclude(state=Statement.State.REVERSED)
    if live.exists():
        raise IllegalMove(f"{order.number} 已出结算单，{doing}请先冲销结算单。")


def part_lines_of(order: RepairOrder, line_ids: Sequence[int]) -> dict[int, PartLine]:
    """The order's part lines by id; NotThere when one is not the order's."""
    rows = order.parts.filter(pk__in=line_ids).select_related("part", "additional_work")
    found = {line.pk: line for line in rows}
    for line in found.values():
        line.order = order
    if set(line_ids) - set(found):
        raise NotThere("有配件行不属于本工单，请刷新页面。")
    return found


def check_may_be_issued(line: PartLine, quantity: Decimal) -> None:
    """Refuse a line that is not authorised, not ours, or less than what is asked."""
    check_quantity(quantity, line.name)
    if line.kind == PartLine.Kind.CUSTOMER or line.part is None:
        raise Refused(f"{line.name} 是客户自带件，不从库房发料。", field="quantity")
    if not line.is_authorised:
        raise IllegalMove(f"{line.name} 属于客户尚未同意的增项，不能发料。")
    if quantity > line.still_to_issue:
        raise Refused(
            f"{line.name}：工单还可领 {plain(line.still_to_issue)} {line.unit}，不能领 {plain(quantity)} {line.unit}。",
            field="quantity",
        )


def _count_issued(lines: Sequence[Give]) -> None:
    """All lines or none: one that was handed out meanwhile refuses the whole."""
    pieces = {give.line_id: give.quantity for give in lines}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update service_partline as line set issued = line.issued + more.pieces
            from unnest(%s::bigint[], %s::numeric[]) as more (id, pieces)
            where line.id = more.id and line.issued + more.pieces <= line.quantity
            """,
            [list(pieces), list(pieces.values())],
        )
        if cursor.rowcount != len(pieces):
            raise Refused("有配件刚被他人领出，请刷新页面。", field="quantity")
