"""Where a car is in the flow, in one word for boards and steppers: computed from the four state machines, never stored."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet, prefetch_related_objects

from .models import AdditionalWork, LaborLine, RepairOrder, Statement, Wash
from .totals import jobs_of


@dataclass(frozen=True)
class Stage:
    """A column of the shop board; `step` is its place in the stepper of the order page."""

    code: str
    label: str
    tone: str
    step: int


ESTIMATE = Stage("estimate", "估价开单", "neutral", 1)
WAITING_DISPATCH = Stage("waiting_dispatch", "待派工", "amber", 2)
DISPATCHED = Stage("dispatched", "已派工", "blue", 2)
IN_WORK = Stage("in_work", "施工中", "blue", 3)
WAITING_CUSTOMER = Stage("waiting_customer", "待客户答复", "amber", 3)
WAITING_PARTS = Stage("waiting_parts", "待料", "amber", 3)
PAUSED = Stage("paused", "中断", "amber", 3)
INSPECTION = Stage("inspection", "待检验", "violet", 4)
WASHING = Stage("washing", "洗车", "blue", 4)
WAITING_STATEMENT = Stage("waiting_statement", "待结算", "amber", 5)
WAITING_PAYMENT = Stage("waiting_payment", "待收款", "amber", 5)
WAITING_DELIVERY = Stage("waiting_delivery", "待交车", "green", 6)
DELIVERED = Stage("delivered", "已交车", "green", 7)
CLOSED = Stage("closed", "已关闭", "neutral", 7)
VOID = Stage("void", "已作废", "neutral", 0)

STEPS = ("接车", "估价", "派工", "施工", "检验", "结算", "交车")

Job = LaborLine.State
UNANSWERED = frozenset({AdditionalWork.State.FOUND, AdditionalWork.State.OFFERED})
PAID = frozenset({Statement.State.PAID, Statement.State.ON_ACCOUNT})


def with_stage_rows(orders: QuerySet[RepairOrder]) -> QuerySet[RepairOrder]:
    """The orders with everything `stage_of` looks at, in four queries whatever their number."""
    return orders.select_related("wash").prefetch_related("jobs", "additional_works", "statements")


def know_stages(orders: Iterable[RepairOrder]) -> None:
    """Read what `stage_of` looks at, of the orders whose state alone does not tell: three queries whatever their number."""
    found = list(orders)
    prefetch_related_objects(
        [one for one in found if one.state == RepairOrder.State.AUTHORISED], "jobs", "additional_works"
    )
    prefetch_related_objects([one for one in found if one.state == RepairOrder.State.COMPLETED], "statements")


def stage_of(order: RepairOrder) -> Stage:
    """The order's stage from its own state, its jobs', its statements' and the car's presence (SV-06)."""
    if order.state == RepairOrder.State.AUTHORISED:
        return _workshop_stage(order)
    if order.state == RepairOrder.State.COMPLETED:
        return _money_stage(list(order.statements.all()), order)
    return {
        RepairOrder.State.DRAFT: ESTIMATE,
        RepairOrder.State.DELIVERED: DELIVERED,
        RepairOrder.State.CLOSED: CLOSED,
        RepairOrder.State.VOID: VOID,
    }[RepairOrder.State(order.state)]


def _workshop_stage(order: RepairOrder) -> Stage:
    jobs = [job for job in jobs_of(order) if _agreed(job)]
    states = {job.state for job in jobs}
    wash = getattr(order, "wash", None)
    asked = {work.state for work in order.additional_works.all()}
    if jobs and states == {Job.TEAM_CHECKED}:
        if wash is not None and wash.state != Wash.State.DONE:
            return WASHING
        # The final check waits for the customer's answer, also to what has not been priced yet.
        return WAITING_CUSTOMER if asked & UNANSWERED else INSPECTION
    if Job.IN_WORK in states:
        return IN_WORK
    if AdditionalWork.State.OFFERED in asked:
        return WAITING_CUSTOMER
    if Job.PAUSED in states:
        parts = any(job.pause_reason == LaborLine.PauseReason.PARTS for job in jobs)
        return WAITING_PARTS if parts else PAUSED
    if Job.OPEN in states or not jobs:
        return WAITING_DISPATCH
    return DISPATCHED if Job.DISPATCHED in states else INSPECTION


def _agreed(job: LaborLine) -> bool:
    return job.additional_work is None or job.additional_work.state == AdditionalWork.State.ACCEPTED


def _money_stage(statements: Iterable[Statement], order: RepairOrder) -> Stage:
    live = [s for s in statements if s.state != Statement.State.REVERSED and s.reverses_id is None]
    if not live:
        return WAITING_STATEMENT
    if order.presence == RepairOrder.Presence.GATE_PASS or all(s.state in PAID for s in live):
        return WAITING_DELIVERY
    return WAITING_PAYMENT
