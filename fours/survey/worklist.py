"""Figures of customer care on the home pages, and what must be done before one goes home."""

from django.utils import timezone

from fours.desk.worklist import register_day_check, register_figure
from fours.kernel.actor import Actor
from fours.kernel.business_date import today

from .models import DailyReport, FollowUpCall, HandlingSheet
from .models.daily_report import ReportState
from .models.follow_up import CallState
from .models.handling import HandlingState
from .queue import calls_of_today

CALLERS = ("crm_agent", "crm_manager", "info_clerk")
MANAGERS = ("service_manager", "aftersales_manager")


def calls_to_make(actor: Actor) -> int:
    return calls_of_today(actor).count()


def calls_made_today(actor: Actor) -> int:
    return FollowUpCall.objects.visible_to(actor).filter(state=CallState.DONE, business_date=today()).count()


def calls_overdue(actor: Actor) -> int:
    late = FollowUpCall.objects.visible_to(actor).filter(state=CallState.DUE, due_at__lt=timezone.now())
    return late.count()


def sheets_open(actor: Actor) -> int:
    return HandlingSheet.objects.visible_to(actor).filter(state=HandlingState.OPEN).count()


def reports_to_sign(actor: Actor) -> int:
    return DailyReport.objects.visible_to(actor).filter(state=ReportState.DRAFT, date__lte=today()).count()


register_figure(
    CALLERS,
    "今日待访",
    count=calls_to_make,
    url="calls",
    tone="blue",
    permission="survey.view",
    icon="phone-call",
)
register_figure(
    CALLERS, "今日已访", count=calls_made_today, url="/survey/calls/?state=done", tone="green",
    permission="survey.view", icon="phone-check",
)  # fmt: skip
register_figure(
    (*MANAGERS, "crm_manager"), "客户不满待处理", count=sheets_open, url="handling_sheets", tone="red",
    permission="survey.view", icon="urgent",
)  # fmt: skip
register_figure(
    (*MANAGERS, "gm"), "日报待签", count=reports_to_sign, url="daily_reports", tone="amber",
    permission="survey.view_report", icon="report-analytics",
)  # fmt: skip
register_day_check(CALLERS, "逾期未回访", count=calls_overdue, url="calls", permission="survey.view")
register_day_check(
    MANAGERS, "日报未签字", count=reports_to_sign, url="daily_reports", permission="survey.view_report"
)
