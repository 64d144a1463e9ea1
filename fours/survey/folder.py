"""What a month's folder must hold of the survey: signed daily reports, handling sheets brought to an end (SU-03, SU-13)."""

from collections.abc import Iterator
from datetime import date

from django.db.models import CharField, F, Func, QuerySet, Value
from django.db.models.functions import Concat

from fours.archive.folder import GapRows, declare_folder_rule, gap_rows, numbered_in, without_paper
from fours.archive.months import next_month
from fours.kernel.models import Store

from .models import DailyReport, HandlingSheet
from .verbs.daily_report import PAPER


def daily_reports(store: Store, month: date) -> Iterator[GapRows]:
    """Reports of the month's days are signed and kept."""
    rows = DailyReport.objects.filter(store=store, date__gte=month, date__lt=next_month(month))
    yield _gaps(rows.exclude(state="signed"), "未签字", "prepared_by")
    yield _gaps(without_paper(rows.filter(state="signed"), PAPER), "缺存档单据", "signed_by")


def _gaps(rows: QuerySet[DailyReport], missing: str, person: str) -> GapRows:
    day = Func(F("date"), Value("YYYY-MM-DD"), function="to_char", output_field=CharField())
    return gap_rows(rows, missing, person=person, page="daily_report", document=Concat(Value("日报 "), day))


def handling_sheets(store: Store, month: date) -> Iterator[GapRows]:
    """What an unhappy customer said was seen to and closed."""
    rows = numbered_in(HandlingSheet, store, month).exclude(state="closed")
    yield gap_rows(rows, "处理未结束", person="responsible", page="handling_sheet")


declare_folder_rule("survey.daily_reports", "售后日报表", daily_reports, order=200, forms=(PAPER,))
declare_folder_rule("survey.handling_sheets", "快速处理表", handling_sheets, order=110)
