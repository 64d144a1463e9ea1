"""Who has to do what when a car is finished: settle, take the money, deliver (PF-07); and the figures of the day."""

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from fours.desk.worklist import register_day_check, register_figure
from fours.kernel.actor import Actor
from fours.kernel.deadlines import Deadline, TaskDraft, declare_deadline
from fours.kernel.events import aggregate_of
from fours.kernel.models import Event

from .billing import BORNE_BY_STORE, NOTHING
from .models import Payment, RepairOrder, Statement
from .models.order import Payer

TO_PAY = ("issued", "part_paid")
TILL = ("cashier", "settlement_clerk")


def _order(event: Event) -> RepairOrder:
    return aggregate_of(event, RepairOrder, "vehicle", "advisor")


def _settle(event: Event) -> TaskDraft:
    order = _order(event)
    return TaskDraft(
        source=order,
        title="已竣工，请结算并通知客户取车",
        url=reverse("order_settle", args=[order.pk]),
        subject=f"{order.vehicle} {order.number}",
        person=order.advisor,
        occurrence=str(event.pk),
    )


def _collect(event: Event) -> TaskDraft | None:
    """The customer's statement of those just issued, if he owes anything."""
    issued = (aggregate_of(event, Statement, pk=pk) for pk in event.data["statements"])
    mine = next((one for one in issued if one.payer == Payer.CUSTOMER and one.state in TO_PAY), None)
    if mine is None:
        return None
    order = _order(event)
    return TaskDraft(
        source=order,
        title=f"收款 {mine.due} 元",
        url=reverse("statement_pay", args=[mine.pk]),
        subject=f"{order.vehicle} {mine.number}",
        occurrence=mine.number,
    )


def _customers_settled(event: Event) -> tuple[str, int] | None:
    """The order whose customer has paid or was put on account; another payer's money leaves the task open."""
    settled = aggregate_of(event, Statement, pk=event.data["statement"])
    return (event.aggregate_kind, event.aggregate_id) if settled.payer == Payer.CUSTOMER else None


def _deliver(event: Event) -> TaskDraft:
    order = _order(event)
    return TaskDraft(
        source=order,
        title="已放行，请陪同客户验车交车",
        url=reverse("delivery", args=[order.pk]),
        subject=f"{order.vehicle} {order.number}",
        person=order.advisor,
        occurrence=str(event.pk),
    )


declare_deadline(
    Deadline(
        name="service.settle_order",
        label="竣工后结算并通知取车",
        event="service.order_completed",
        post="advisor",
        amount=30,
        unit="minutes",
        draft=_settle,
        closes_on=("service.statements_issued", "service.order_delivered"),
        escalate_to="frontdesk_supervisor",
        escalate_after_hours=2,
    )
)
declare_deadline(
    Deadline(
        name="service.collect_payment",
        label="客户结算单收款",
        event="service.statements_issued",
        post="cashier",
        amount=60,
        unit="minutes",
        draft=_collect,
        closes_on=("service.statement_paid", "service.put_on_account", "service.statement_reversed"),
        closes=_customers_settled,
        escalate_to="service_manager",
        escalate_after_hours=24,
    )
)
declare_deadline(
    Deadline(
        name="service.deliver_car",
        label="放行后交车",
        event="service.gate_pass_given",
        post="advisor",
        amount=60,
        unit="minutes",
        draft=_deliver,
        closes_on=("service.order_delivered", "service.gate_pass_withdrawn"),
        escalate_to="frontdesk_supervisor",
        escalate_after_hours=2,
    )
)


def count_to_pay(actor: Actor) -> int:
    """Statements money is waited for at the till."""
    rows = Statement.objects.visible_to(actor).filter(state__in=TO_PAY, reverses=None)
    return rows.exclude(payer__in=BORNE_BY_STORE).count()


def count_to_settle(actor: Actor) -> int:
    """Finished cars without a statement that stands."""
    finished = RepairOrder.objects.visible_to(actor).filter(state=RepairOrder.State.COMPLETED)
    return finished.exclude(statements__state__in=[*TO_PAY, "on_account", "paid"]).count()


def received_today(actor: Actor) -> str:
    """The money taken today, refunds taken off."""
    rows = Payment.objects.visible_to(actor).filter(business_date=timezone.localdate())
    return f"¥{rows.aggregate(sum=Sum('amount'))['sum'] or NOTHING:,.2f}"


register_figure(
    TILL, "待收款", count=count_to_pay, url="cashier", tone="amber", permission="service.cash", icon="cash"
)
register_figure(
    TILL,
    "今日已收",
    count=received_today,
    url="cashier_day",
    tone="green",
    permission="service.cash",
    icon="cash",
)
register_figure(
    ("advisor", "frontdesk_supervisor", "settlement_clerk", "service_manager"),
    "待结算",
    count=count_to_settle,
    url="statements",
    tone="amber",
    permission="service.view_money",
    icon="receipt",
)
register_day_check(TILL, "还有未收款的结算单", count=count_to_pay, url="cashier", permission="service.cash")
