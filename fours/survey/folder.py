"""What a month's folder must hold of the survey: signed daily reports, handling sheets brought to an end (SU-03, SU-13)."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from fours.archive.folder import Gap, declare_folder_rule, numbered_in, without_paper
from fours.archive.months import next_month
from fours.kernel.models import Store

from .models import DailyReport, HandlingSheet
from .verbs.daily_report import PAPER


def daily_reports(store: Store, month: date) -> Iterator[Gap]:
    """Reports of the month's days are signed and kept."""
    rows = DailyReport.objects.filter(store=store, date__gte=month, date__lt=next_month(month))
    rows = rows.select_related("prepared_by", "signed_by").order_by("date")
    for row in rows.exclude(state="signed"):
        yield _gap(row, "未签字", row.prepared_by.name if row.prepared_by else "")
    for row in without_paper(rows.filter(state="signed"), PAPER):
        yield _gap(row, "缺存档单据", row.signed_by.name if row.signed_by else "")


def _gap(row: DailyReport, missing: str, person: str) -> Gap:
    return Gap(f"日报 {row.date:%Y-%m-%d}", missing, person, reverse("daily_report", args=[row.pk]))


def handling_sheets(store: Store, month: date) -> Iterator[Gap]:
    """What an unhappy customer said was seen to and closed."""
    rows = numbered_in(HandlingSheet, store, month).exclude(state="closed").select_related("responsible")
    for row in rows:
        person = row.responsible.name if row.responsible else ""
        yield Gap(row.number, "处理未结束", person, reverse("handling_sheet", args=[row.pk]))


declare_folder_rule("survey.daily_reports", "售后日报表", daily_reports, order=200, forms=(PAPER,))
declare_folder_rule("survey.handling_sheets", "快速处理表", handling_sheets, order=110)
