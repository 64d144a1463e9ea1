"""The estimate (SV-05): the draft's lines as they were offered, numbered, frozen and printed."""

from datetime import datetime

from django.utils import timezone

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.numbers import next_number
from fours.kernel.printing import freeze
from fours.kernel.verbs import keep, must_be, take, verb
from fours.service.finish_time import proposed_finish
from fours.service.models import Estimate, RepairOrder
from fours.service.models.lines import PricedLine
from fours.service.totals import all_lines, totals_of


@verb("出估价单", "service.order", states=["draft"])
def issue_estimate(
    order: RepairOrder,
    *,
    actor: Actor,
    promised_at: datetime | None = None,
    version: int | None = None,
) -> Estimate:
    """Give the customer the lines as they stand, with the finish time promised or proposed from the shop's load.

    The draft may change afterwards; the estimate does not, a new one gets a number of its own.
    """
    order = take(order, version=version)
    must_be(order, "draft", doing="出估价单")
    lines = all_lines(order)
    if not lines:
        raise Refused("工单还没有维修项目或配件，不能出估价单。")
    if promised_at is not None and promised_at <= timezone.now():
        raise Refused("预计完工时间须晚于现在。", field="promised_at")
    order.promised_at = promised_at or order.promised_at or proposed_finish(order)
    keep(order, "promised_at")
    estimate = Estimate.objects.create(
        store=order.store,
        number=next_number(order.store, "ES"),
        order=order,
        promised_at=order.promised_at,
        total=totals_of(lines).total,
        lines=[frozen_line(line) for line in lines],
        created_by=actor.user,
    )
    freeze("service.estimate", estimate, actor=actor)
    announce(
        "service.estimate_issued",
        order,
        actor=actor,
        sentence=f"出估价单 {estimate.number}，合计 {estimate.total} 元",
        data={"estimate": estimate.pk, "total": str(estimate.total)},
    )
    return estimate


def frozen_line(line: PricedLine) -> dict[str, str | int]:
    """A line as plain JSON, amounts as text."""
    return {
        "kind": str(line._meta.model_name),
        "id": line.pk,
        "name": str(line),
        "amount": str(line.amount),
        "unit_price": str(line.unit_price),
        "discount": str(line.discount),
        "gross": str(line.gross),
        "tax_rate": str(line.tax_rate),
        "payer": line.payer,
    }
