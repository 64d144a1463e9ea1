"""What was found in the workshop is priced and put to the customer at once: the car stands meanwhile (PF-07, SV-09)."""

from django.urls import reverse

from fours.kernel.actor import Actor
from fours.kernel.deadlines import Deadline, TaskDraft, declare_deadline
from fours.kernel.events import kind_of, subscribe
from fours.kernel.models import Event
from fours.kernel.tasks import cancel_tasks

from .models import AdditionalWork

ANSWER = "service.answer_finding"


def _ask_customer(event: Event) -> TaskDraft:
    rows = AdditionalWork.objects.select_related("order__advisor", "order__vehicle")
    work = rows.get(pk=event.data["additional_work"])
    safety = "（涉及安全）" if work.safety_related else ""
    return TaskDraft(
        source=work,
        title=f"增项报价并征询客户{safety}：{work.finding[:60]}",
        url=reverse("additional", args=[work.pk]),
        subject=f"{work.order.vehicle} {work.order.number}",
        person=work.order.advisor,
    )


def _work_of(event: Event) -> tuple[str, int]:
    return kind_of(AdditionalWork()), event.data["additional_work"]


declare_deadline(
    Deadline(
        name=ANSWER,
        label="发现问题后报价并征询客户",
        event="service.finding_reported",
        post="advisor",
        amount=30,
        unit="minutes",
        draft=_ask_customer,
        closes_on=("service.additional_accepted", "service.additional_refused"),
        closes=_work_of,
        escalate_to="frontdesk_supervisor",
        escalate_after_hours=2,
    )
)


@subscribe("service.order_voided", inline=True)
def forget_findings(event: Event) -> None:
    """Nobody has to be asked about an order that is void."""
    actor = Actor.of(event.actor, event.store) if event.actor else Actor.system(event.store)
    for work in AdditionalWork.objects.filter(order=event.aggregate_id):
        cancel_tasks(work, rule=ANSWER, actor=actor)
