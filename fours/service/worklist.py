"""Orders wait for the foreman and the store room as soon as the customer has signed (PF-07, SV-07, PT-06)."""

from django.db.models import F, Q
from django.urls import reverse

from fours.desk.worklist import register_figure
from fours.kernel.actor import Actor, Grants
from fours.kernel.deadlines import Deadline, declare_deadline, due_of
from fours.kernel.events import aggregate_of, subscribe
from fours.kernel.models import Event, Task
from fours.kernel.tasks import close_tasks, make_task

from .models import AdditionalWork, LaborLine, PartLine, RepairOrder
from .verbs.inspection import agreed_jobs

DISPATCH = "service.dispatch_jobs"

declare_deadline(
    Deadline(
        name=DISPATCH,
        label="签字后派工",
        post="foreman",
        amount=15,
        unit="minutes",
        escalate_to="service_manager",
        escalate_after_hours=1,
    )
)


def _undispatched(order: RepairOrder) -> int:
    return sum(job.state == LaborLine.State.OPEN for job in agreed_jobs(order))


@subscribe("service.order_authorised", inline=True)
@subscribe("service.additional_accepted", inline=True)
@subscribe("service.job_taken_back", inline=True)
def ask_to_dispatch(event: Event) -> None:
    """One task for the foreman as long as the order has an agreed job nobody was given."""
    order = aggregate_of(event, RepairOrder, "vehicle")
    waiting = _undispatched(order)
    asked = Task.objects.filter(
        store=event.store, rule=DISPATCH, source_id=order.pk, state=Task.State.OPEN
    ).exists()
    if not waiting or asked:
        return
    make_task(
        event.store,
        rule=DISPATCH,
        source=order,
        title=f"派工：{waiting} 项",
        subject=f"{order.vehicle} {order.number}",
        due_at=due_of(event.store, DISPATCH, event.at).at,
        counted_from=event.at,
        post="foreman",
        url=reverse("order_dispatch", args=[order.pk]),
        occurrence=str(event.pk),
    )


@subscribe("service.job_dispatched", inline=True)
@subscribe("service.line_cancelled", inline=True)
def close_when_dispatched(event: Event) -> None:
    """Nothing is left to give out."""
    order = aggregate_of(event, RepairOrder)
    if not _undispatched(order):
        actor = (
            Actor.of(event.actor, event.store, Grants({}, {})) if event.actor else Actor.system(event.store)
        )
        close_tasks(order, rule=DISPATCH, actor=actor)


def count_to_issue(actor: Actor) -> int:
    """Cars whose agreed parts were not all handed out, of parts from the catalogue."""
    agreed = Q(additional_work=None) | Q(additional_work__state=AdditionalWork.State.ACCEPTED)
    lines = PartLine.objects.visible_to(actor).filter(agreed, issued__lt=F("quantity"), part__isnull=False)
    open_orders = (RepairOrder.State.AUTHORISED, RepairOrder.State.COMPLETED)
    wanted = lines.filter(order__state__in=open_orders).exclude(kind=PartLine.Kind.CUSTOMER)
    return wanted.order_by().values("order").distinct().count()


register_figure(
    ("parts_keeper", "parts_manager"),
    "待发料",
    count=count_to_issue,
    url="order_parts",
    tone="amber",
    permission="parts.issue",
    icon="packages",
)
