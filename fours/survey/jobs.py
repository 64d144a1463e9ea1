"""What customer care has done by the clock."""

from datetime import datetime

from django.utils import timezone

from fours.kernel.models import Store
from fours.kernel.schedules import daily
from fours.org.models import StoreFacts

from .call_time import open_days
from .verbs.daily_report import ensure_report, had_business


@daily("survey.daily_report", at="survey.report_at")
def make_daily_report(store: Store, due_at: datetime) -> None:
    """The report of the day is there with its task to sign, so that it is signed before closing (SU-13).

    A day on which the store is closed gets one only if there was business all the same.
    """
    day = timezone.localdate(due_at)
    facts = StoreFacts.objects.filter(store=store).first()
    if open_days(facts, [day]) or had_business(store, day, day):
        ensure_report(store, day)
