"""The papers of customer care: the handling sheet (快速处理表) and the daily report (售后日报表)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from fours.kernel.actor import Actor
from fours.kernel.printing import Print, declare_print
from fours.kernel.prints.views import Paper, Signature
from fours.org.letterhead import letterhead

from .models import DailyReport, HandlingSheet
from .models.daily_report import ReportState
from .prints import views
from .report.build import build
from .report.corrections import corrections_of
from .verbs.daily_report import PAPER

WEEKDAYS = "一二三四五六日"
UNSIGNED: Signature = {"name": "", "at": "", "image": ""}
Table = Mapping[str, Any]


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _day(on: date | None) -> str:
    return f"{on:%Y-%m-%d}" if on else ""


def _paper(number: str, actor: Actor, *, demo: bool) -> Paper:
    return {
        "number": number,
        "qr": number,
        "printed_at": _moment(timezone.now()),
        "printed_by": actor.name,
        "copy_mark": "",
        "demo": demo,
    }


def handling_sheet_view(sheet: HandlingSheet, actor: Actor) -> views.HandlingSheetView:
    """The sheet as it stands: what is not known yet leaves its place empty for the pen."""
    call, second, order = sheet.call, sheet.second_call, sheet.order
    return {
        "letterhead": letterhead(sheet.store),
        "paper": _paper(sheet.number, actor, demo=sheet.store.is_demo),
        "customer": sheet.customer.name,
        "phone": call.contact_phone if call else "",
        "plate": sheet.vehicle.plate,
        "model": sheet.vehicle.description,
        "vin": sheet.vehicle.vin,
        "order_number": order.number if order else "",
        "delivered_on": _day(order.delivered_date if order else None),
        "advisor": order.advisor.name if order else "",
        "found_at": _moment(sheet.created_at),
        "found_by": call.done_by.name if call and call.done_by else "",
        "source": "回访",
        "own_words": sheet.words,
        "kind": sheet.get_kind_display(),
        "department": sheet.department,
        "responsible": sheet.responsible.name if sheet.responsible else "",
        "promised_at": _moment(sheet.promised_at),
        "cause": sheet.cause,
        "measure": sheet.measure,
        "cost": f"{sheet.cost:.2f}" if sheet.solved_at else "",
        "result": sheet.result,
        "solved_at": _moment(sheet.solved_at),
        "second_call_at": _moment(second.done_at if second else None),
        "second_call_by": second.done_by.name if second and second.done_by else "",
        "second_call_result": {True: "满意", False: "不满意", None: ""}[second.satisfied if second else None],
        "second_call_words": second.words if second else "",
        "clerk_signature": UNSIGNED,
        "responsible_signature": UNSIGNED,
        "manager_signature": UNSIGNED,
    }


def daily_report_view(report: DailyReport, actor: Actor) -> views.DailyReportView:
    """The report as signed, or as the rows say now; on a reprint the paper kept at signing is served instead."""
    signed = report.state == ReportState.SIGNED
    shown = report.figures if signed else build(report.store, report.date)
    tables = {name: _table(table) for name, table in shown["tables"].items()}
    manager = report.signed_by.name if report.signed_by else ""
    number = f"RB-{report.store.code}-{report.date:%y%m%d}"
    prepared = report.prepared_by.name if report.prepared_by else "系统"
    return {
        "letterhead": letterhead(report.store),
        "paper": _paper(number, actor, demo=report.store.is_demo),
        "date": _day(report.date),
        "weekday": f"星期{WEEKDAYS[report.date.weekday()]}",
        "figures": [
            {
                "name": figure["label"],
                "value": figure["value"],
                "target": figure["target"],
                "last_week": figure["last_week"],
                "money": figure["money"],
            }
            for figure in shown["figures"]
        ],
        "by_kind": tables["by_kind"],
        "by_payer": tables["by_payer"],
        "by_advisor": tables["by_advisor"],
        "by_team": tables["by_team"],
        "open_orders": tables["open_orders"],
        "shortages": tables["shortages"],
        "remarks": report.remarks,
        "corrections": [
            {"at": _moment(one.at), "document": one.document, "text": one.text, "by": one.by}
            for one in corrections_of(report)
        ],
        "prepared_signature": {"name": prepared, "at": "", "image": ""},
        "manager_signature": {"name": manager, "at": _moment(report.signed_at), "image": ""},
    }


def _table(table: Table) -> views.DailyTable:
    return {
        "title": table["title"],
        "columns": table["columns"],
        "rows": table["rows"],
        "total": table["total"],
    }


declare_print(
    Print(
        form="survey.handling_sheet",
        label="快速处理表",
        model=HandlingSheet,
        template="survey/handling_sheet.typ",
        permission="survey.view",
        view=handling_sheet_view,
    )
)
declare_print(
    Print(
        form=PAPER,
        label="售后日报表",
        model=DailyReport,
        template="survey/daily_report.typ",
        permission="survey.view_report",
        view=daily_report_view,
    )
)
