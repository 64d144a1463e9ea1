"""Large orders and those of key customers are seen by the service manager before the work and at the bill (PF-06, 万元以上)."""

from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from fours.customers.models.customer import Grade
from fours.kernel.deadlines import Deadline, declare_deadline, due_of
from fours.kernel.events import aggregate_of, kind_of, subscribe
from fours.kernel.models import Event, Store, Task
from fours.kernel.store_settings import setting
from fours.kernel.tasks import make_task

from .models import Estimate, RepairOrder, Statement

RULE = "service.look_at_large_order"
BEFORE, AT_BILL = "work", "bill"
declare_deadline(
    Deadline(
        name=RULE, label="大额和重点客户工单过目", post="service_manager", amount=30, unit="minutes",
        escalate_to="aftersales_manager", escalate_after_hours=4,
    )
)  # fmt: skip


@subscribe("service.estimate_issued", inline=True)
def see_the_estimate(event: Event) -> None:
    """Before the customer signs, when an estimate is given."""
    order = _order(event)
    total = Estimate.objects.filter(order=order).order_by("-pk").values_list("total", flat=True).first()
    _show(order, total or Decimal(0), BEFORE)


@subscribe("service.order_authorised", inline=True)
def see_the_contract(event: Event) -> None:
    """Before anybody works on it; once, however often it was estimated."""
    order = _order(event)
    _show(order, order.estimated_total or Decimal(0), BEFORE)


@subscribe("service.statements_issued", inline=True)
def see_the_bill(event: Event) -> None:
    """And again when it is settled."""
    issued = (aggregate_of(event, Statement, pk=pk) for pk in event.data["statements"])
    total = sum((statement.total for statement in issued), Decimal(0))
    _show(_order(event), total, AT_BILL)


def is_shown(order: RepairOrder) -> bool:
    """Whether the service manager still has to look at the order."""
    return Task.objects.filter(
        store=order.store_id, source_kind=kind_of(order), source_id=order.pk, rule=RULE, state=Task.State.OPEN
    ).exists()


def _order(event: Event) -> RepairOrder:
    return aggregate_of(event, RepairOrder, "vehicle", "customer", "store")


def _show(order: RepairOrder, total: Decimal, occurrence: str) -> None:
    key = order.customer.grade == Grade.KEY
    if not key and total < _limit(order.store):
        return
    now = timezone.now()
    make_task(
        order.store,
        rule=RULE,
        source=order,
        title=f"{'重点客户' if key else '大额'}工单 {total} 元，{'开工前' if occurrence == BEFORE else '结算时'}请过目",
        subject=f"{order.vehicle} {order.number}".strip(),
        due_at=due_of(order.store, RULE, now).at,
        counted_from=now,
        post="service_manager",
        url=reverse("order", args=[order.pk]),
        occurrence=occurrence,
    )


def _limit(store: Store) -> Decimal:
    return Decimal(setting(store, "service.large_bill"))
