"""Due rules of customer care (PF-07); a manager changes the amounts."""

from django.urls import reverse

from fours.kernel.deadlines import Deadline, TaskDraft, declare_deadline
from fours.kernel.events import aggregate_of
from fours.kernel.models import Event

from .models import HandlingSheet
from .verbs.call_tasks import FOLLOW_UP, LETTER
from .verbs.daily_report import SIGN

declare_deadline(
    Deadline(
        name=FOLLOW_UP,
        label="售后回访（交车后）",
        post="crm_agent",
        amount=3,
        unit="days",
        escalate_to="crm_manager",
        escalate_after_hours=24,
    )
)
declare_deadline(
    Deadline(
        name=SIGN,
        label="售后日报签字",
        post="service_manager",
        amount="17:30",
        unit="at_time",
        closes_on=("survey.report_signed",),
        escalate_to="gm",
        escalate_after_hours=14,
    )
)
declare_deadline(Deadline(name=LETTER, label="请勿来电客户寄信", post="info_clerk", amount=3, unit="days"))


def _sheet_to_handle(event: Event) -> TaskDraft | None:
    sheet = aggregate_of(event, HandlingSheet, "vehicle")
    return TaskDraft(
        source=sheet,
        title=f"处理客户不满：{sheet.get_kind_display()}",
        subject=sheet.vehicle.plate,
        url=reverse("handling_sheet", args=[sheet.pk]),
        occurrence=str(sheet.reopened),
    )


for event, name in (
    ("survey.handling_opened", "survey.handle"),
    ("survey.handling_reopened", "survey.handle_again"),
):
    declare_deadline(
        Deadline(
            name=name,
            label="客户不满处理" if name == "survey.handle" else "二次回访仍不满处理",
            event=event,
            post="service_manager",
            amount=24,
            unit="hours",
            draft=_sheet_to_handle,
            closes_on=("survey.handling_solved",),
            escalate_to="gm",
            escalate_after_hours=24,
        )
    )
