"""Follow-up: every due call stands in somebody's list; signed reports are what was signed (SU-01, SU-13)."""

from collections.abc import Iterator

from fours.desk.checks import register_check
from fours.kernel.events import kind_of
from fours.kernel.models import Task

from .models import DailyReport, FollowUpCall
from .verbs.call_tasks import FOLLOW_UP, LETTER
from .verbs.daily_report import is_unchanged


def every_due_call_has_its_task() -> Iterator[str]:
    """A call that is due has an open task, one that may not be made the task to write instead."""
    tasks = Task.objects.filter(source_kind=kind_of(FollowUpCall()), state=Task.State.OPEN)
    for state, rule in ((FollowUpCall.State.DUE, FOLLOW_UP), (FollowUpCall.State.NOT_CALLABLE, LETTER)):
        calls = FollowUpCall.objects.filter(state=state, done_at=None)
        for call in calls.exclude(pk__in=tasks.filter(rule=rule).values("source_id")).order_by("pk"):
            yield f"{call.number} is {state} and in nobody's list"


def signed_reports_are_unchanged() -> Iterator[str]:
    """What stands in a signed report is what was signed."""
    for report in DailyReport.objects.filter(state="signed").order_by("pk").iterator():
        if not is_unchanged(report):
            yield f"{report} of store {report.store_id} is not what was signed"


register_check("calls", every_due_call_has_its_task)
register_check("reports", signed_reports_are_unchanged)
