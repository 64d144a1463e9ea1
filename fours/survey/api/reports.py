"""`/api/v1/daily-reports`: the day in figures, to read, to remark on, to sign (SU-13)."""

import datetime
from typing import Any, Literal

from ninja import Query, Router, Schema

from fours.desk.api_tools import (
    ApiRequest,
    Listed,
    Moment,
    Page,
    PersonOut,
    Text,
    Versioned,
    held,
    listing,
    reader,
    rows_of,
)
from fours.survey.models import DailyReport
from fours.survey.report.build import figures_of
from fours.survey.report.corrections import Correction, corrections_of
from fours.survey.verbs.daily_report import sign_daily_report, write_remarks

reports = Router()
JOINED = ("store", "prepared_by", "signed_by")


class FigureOut(Schema):
    """A figure as shown, beside the same day of last week; `ids` are the rows it was counted from."""

    code: str
    label: str
    value: str
    last_week: str
    target: str
    money: bool
    ids: list[int]


class TableOut(Schema):
    title: str
    columns: list[str]
    rows: list[list[str]]
    total: list[str]


class CorrectionOut(Schema):
    """What was posted later and corrects the signed day."""

    at: Moment
    document: str
    text: str
    by: str


class ReportRow(Schema):
    """A daily report in a list; there is one for each store and day."""

    id: int
    store: str
    date: datetime.date
    state: str
    version: int
    remarks: str
    prepared_by: PersonOut | None
    signed_by: PersonOut | None
    signed_at: Moment | None
    sha256: str

    @staticmethod
    def resolve_store(report: DailyReport) -> str:
        return report.store.code


class ReportOut(ReportRow):
    """The report with its figures: computed while it is a draft, frozen once it is signed."""

    figures: list[FigureOut]
    tables: dict[str, TableOut]
    corrections: list[CorrectionOut]

    @staticmethod
    def resolve_figures(report: DailyReport) -> list[dict[str, Any]]:
        figures: list[dict[str, Any]] = figures_of(report)["figures"]
        return figures

    @staticmethod
    def resolve_tables(report: DailyReport) -> dict[str, Any]:
        tables: dict[str, Any] = figures_of(report)["tables"]
        return tables

    @staticmethod
    def resolve_corrections(report: DailyReport) -> list[Correction]:
        return corrections_of(report)


class ReportPage(Page):
    state: Literal["draft", "signed"] | None = None
    date: datetime.date | None = None


class Remarks(Versioned):
    remarks: Text


@reports.get("", response=Listed[ReportRow], url_name="daily-reports")
def report_list(request: ApiRequest, page: Query[ReportPage]) -> object:
    """Daily reports of the caller's stores, the newest first."""
    rows = rows_of(DailyReport, reader(request, page.store))
    for name in ("state", "date"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    return listing(rows, page, lambda shown: shown.select_related(*JOINED))


@reports.get("/{int:pk}", response=ReportOut, url_name="daily-report")
def report(request: ApiRequest, pk: int) -> DailyReport:
    """One daily report with its figures."""
    return held(request, DailyReport, pk, *JOINED)[0]


@reports.post("/{int:pk}/write-remarks", response=ReportOut)
def remarks(request: ApiRequest, pk: int, data: Remarks) -> DailyReport:
    """Keep the words of who prepares or signs the report."""
    row, actor = held(request, DailyReport, pk, *JOINED)
    return write_remarks(row, remarks=data.remarks, actor=actor, version=data.version)


@reports.post("/{int:pk}/sign", response=ReportOut)
def sign(request: ApiRequest, pk: int, data: Versioned) -> DailyReport:
    """Freeze the day and close its business date."""
    row, actor = held(request, DailyReport, pk, *JOINED)
    return sign_daily_report(row, actor=actor, version=data.version)
