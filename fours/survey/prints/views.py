"""Shapes of the papers of customer care. Conventions: ``fours/service/prints/views.py``."""

from typing import Annotated, TypedDict

from fours.base.personal import Masked
from fours.kernel.prints.views import Letterhead, Paper, Signature


class HandlingSheetView(TypedDict):
    """快速处理表 (SU-03), internal: ``survey/handling_sheet.typ``."""

    letterhead: Letterhead
    paper: Paper
    customer: str
    phone: Annotated[str, Masked("phone")]
    plate: str
    model: str
    vin: str
    order_number: str
    delivered_on: str
    advisor: str
    found_at: str
    found_by: str
    source: str
    """Where the problem was told: 回访, 来电, 到店 …"""
    own_words: str
    kind: str
    department: str
    responsible: str
    promised_at: str
    cause: str
    measure: str
    cost: str
    """Money, or empty while unknown."""
    result: str
    solved_at: str
    second_call_at: str
    second_call_by: str
    second_call_result: str
    """满意, 一般, 不满意; empty while not called."""
    second_call_words: str
    clerk_signature: Signature
    responsible_signature: Signature
    manager_signature: Signature


class Figure(TypedDict):
    """A counted figure with its comparison; texts as shown, e.g. "32", "8650.00"."""

    name: str
    value: str
    target: str
    last_week: str
    """Same day of last week."""
    money: bool


class DailyTable(TypedDict):
    """A small table of the day: the first column is text, the others are figures."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    total: list[str]
    """Last line; empty list: none."""


class DailyCorrection(TypedDict):
    """A posting of this date that came after signing."""

    at: str
    document: str
    text: str
    by: str


class DailyReportView(TypedDict):
    """售后日报表 (SU-13): ``survey/daily_report.typ``.

    ``figures`` are in the order of the report: cars in, delivered, in shop overnight, appointments booked and
    kept, first services, follow-ups due, done and with a problem, complaints, parts shortages.
    """

    letterhead: Letterhead
    paper: Paper
    date: str
    weekday: str
    figures: list[Figure]
    by_kind: DailyTable
    """Cars and turnover by kind of repair."""
    by_payer: DailyTable
    """Labour, parts, other, total by payer, without VAT or with it as the title says."""
    by_advisor: DailyTable
    by_team: DailyTable
    """Hours sold per team."""
    open_orders: DailyTable
    """Open orders by age."""
    shortages: DailyTable
    remarks: str
    corrections: list[DailyCorrection]
    prepared_signature: Signature
    manager_signature: Signature
