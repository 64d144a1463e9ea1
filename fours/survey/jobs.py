"""What customer care has done by the clock."""

from datetime import datetime

from django.utils import timezone

from fours.kernel.models import Store
from fours.kernel.schedules import daily

from .verbs.daily_report import ensure_report_of_open_day


@daily("survey.daily_report", at="survey.report_at")
def make_daily_report(store: Store, due_at: datetime) -> None:
    """The report of the day is there with its task to sign, so that it is signed before closing (SU-13)."""
    ensure_report_of_open_day(store, timezone.localdate(due_at))
