"""The tasks that calls and sheets put into worklists; the rules are in `fours.survey.deadlines`."""

from django.urls import reverse

from fours.kernel.events import kind_of
from fours.kernel.models import Task
from fours.kernel.tasks import least_loaded, make_task
from fours.kernel.verbs import keep

from ..call_time import CallTime
from ..models import FollowUpCall

FOLLOW_UP = "survey.follow_up"
LETTER = "survey.letter"


def make_call_task(call: FollowUpCall, occurrence: str = "") -> None:
    """Call this customer in this hour; spread over the agents by load."""
    kind = "二次回访" if call.second_call else "售后回访"
    make_task(
        call.store,
        rule=FOLLOW_UP,
        source=call,
        title=f"{kind}：{call.contact_name}",
        subject=call.vehicle.plate,
        post="crm_agent",
        person=least_loaded(call.store, "crm_agent"),
        url=reverse("call", args=[call.pk]),
        due_at=call.due_at,
        window_start=call.window_start,
        occurrence=occurrence,
    )


def move_call(call: FollowUpCall, when: CallTime) -> None:
    """The call is due at another time, its open task with it."""
    call.window_start, call.window_end, call.due_at = when.start, when.end, when.due
    keep(call, "window_start", "window_end", "due_at")
    Task.objects.filter(
        store=call.store, source_kind=kind_of(call), source_id=call.pk, state=Task.State.OPEN
    ).update(window_start=when.start, due_at=when.due)


def make_letter_task(call: FollowUpCall) -> None:
    """The customer is not to be called: write instead."""
    make_task(
        call.store,
        rule=LETTER,
        source=call,
        title=f"请勿来电客户：寄信或发链接 {call.contact_name}",
        subject=call.vehicle.plate,
        post="info_clerk",
        url=reverse("call", args=[call.pk]),
        due_at=call.due_at,
    )
