"""The rows behind a figure of the report, as a plain list: who opens a figure sees what was counted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from fours.base.errors import NotThere
from fours.base.text import number_in
from fours.kernel.actor import Actor
from fours.parts.models import Backorder
from fours.service.models import Appointment, Payment, RepairOrder, Statement, StatementLine
from fours.service.receipts import address_of_bill, car_of_bill

from ..models import FollowUpCall, HandlingSheet
from .figures import FIGURES

LABELS = {figure.code: figure.label for figure in FIGURES} | {
    "turnover": "产值（结算单）",
    "received": "实收（收款）",
    "hours": "售出工时（结算工时行）",
}


@dataclass(frozen=True)
class Line:
    """One row: its cells as shown, and where it leads."""

    cells: Sequence[str]
    url: str


@dataclass(frozen=True)
class Shown:
    """How rows of a model are listed; the last `numbers` columns are figures."""

    model: type[models.Model]
    related: Sequence[str]
    columns: Sequence[str]
    cells: Callable[[Any], Sequence[str]]
    url: Callable[[Any], str]
    numbers: int = 0


def _time(at: Any) -> str:
    return f"{timezone.localtime(at):%m-%d %H:%M}" if at else "—"


ORDERS = Shown(
    RepairOrder,
    ("vehicle", "customer", "advisor"),
    ("工单", "车牌", "客户", "维修类型", "服务顾问", "进厂", "交车"),
    lambda order: (
        order.number or "草稿", str(order.vehicle), order.customer.name, order.get_kind_display(),
        order.advisor.name, _time(order.arrived_at), _time(order.delivered_at),
    ),
    lambda order: reverse("order", args=[order.pk]),
)  # fmt: skip
APPOINTMENTS = Shown(
    Appointment,
    ("vehicle", "advisor"),
    ("预约", "车牌", "联系人", "约定时间", "服务顾问", "状态"),
    lambda row: (
        row.number, str(row.vehicle), row.contact_name, _time(row.at), row.advisor.name,
        row.get_state_display(),
    ),
    lambda row: reverse("vehicle", args=[row.vehicle_id]),
)  # fmt: skip
CALLS = Shown(
    FollowUpCall,
    ("vehicle", "done_by"),
    ("回访", "车牌", "联系人", "时限", "状态", "满意", "回访人"),
    lambda call: (
        call.number, str(call.vehicle), call.contact_name, _time(call.due_at), call.get_state_display(),
        {True: "满意", False: "不满意", None: "—"}[call.satisfied], call.done_by.name if call.done_by else "—",
    ),
    lambda call: reverse("call", args=[call.pk]),
)  # fmt: skip
SHEETS = Shown(
    HandlingSheet,
    ("vehicle", "customer", "responsible"),
    ("快速处理表", "车牌", "客户", "类别", "责任人", "状态", "建立"),
    lambda sheet: (
        sheet.number, str(sheet.vehicle), sheet.customer.name, sheet.get_kind_display(),
        sheet.responsible.name if sheet.responsible else "—", sheet.get_state_display(), _time(sheet.created_at),
    ),
    lambda sheet: reverse("handling_sheet", args=[sheet.pk]),
)  # fmt: skip
SHORTAGES = Shown(
    Backorder,
    ("part",),
    ("配件", "编码", "单据", "登记", "缺数"),
    lambda row: (
        row.part.name, row.part.number, row.source_number, _time(row.created_at),
        f"{row.quantity.normalize():f}",
    ),
    lambda row: "",
    1,
)  # fmt: skip
STATEMENTS = Shown(
    Statement,
    ("order__vehicle",),
    ("结算单", "工单", "车牌", "付费方", "工时费", "材料费", "其他", "合计"),
    lambda row: (
        row.number, row.order.number, str(row.order.vehicle), row.payer_name, f"{row.labor_total:,.2f}",
        f"{row.parts_total:,.2f}", f"{row.fee_total - row.rounding:,.2f}", f"{row.total:,.2f}",
    ),
    lambda row: reverse("statement", args=[row.pk]),
    4,
)  # fmt: skip
PAYMENTS = Shown(
    Payment,
    ("statement__order__vehicle", "receivable", "received_by"),
    ("收据", "结算单", "车牌", "方式", "收银员", "金额"),
    lambda row: (
        row.number, row.bill.number, car_of_bill(row) or "—", row.get_kind_display(), row.received_by.name,
        f"{row.amount:,.2f}",
    ),
    address_of_bill,
    1,
)  # fmt: skip
HOURS = Shown(
    StatementLine,
    ("statement__order__vehicle",),
    ("项目", "结算单", "车牌", "工时", "金额"),
    lambda row: (
        row.name, row.statement.number, str(row.statement.order.vehicle), f"{row.amount:.2f}",
        f"{row.gross:,.2f}",
    ),
    lambda row: reverse("statement", args=[row.statement_id]),
    2,
)  # fmt: skip
SHOWN = {
    **dict.fromkeys(("arrived", "delivered", "overnight", "first_services"), ORDERS),
    **dict.fromkeys(("appointments", "appointments_kept"), APPOINTMENTS),
    **dict.fromkeys(("calls_due", "calls_done", "calls_unhappy", "calls_failed"), CALLS),
    **dict.fromkeys(("sheets_opened", "sheets_open"), SHEETS),
    "shortages": SHORTAGES,
    "turnover": STATEMENTS,
    "received": PAYMENTS,
    "hours": HOURS,
}


def rows_behind(
    code: str, ids: Sequence[int], filters: Mapping[str, str], on: date, actor: Actor
) -> QuerySet[Any]:
    """The rows of a figure the actor may see, narrowed as the table's row says."""
    if code not in SHOWN:
        raise NotThere()
    shown = SHOWN[code]
    rows = shown.model._default_manager.visible_to(actor).filter(pk__in=ids)  # type: ignore[attr-defined]
    return narrowed(rows.select_related(*shown.related).order_by("pk"), code, filters, on)


def narrowed(rows: QuerySet[Any], code: str, filters: Mapping[str, str], on: date) -> QuerySet[Any]:
    """Only what one line of a table counts; a filter that is none of the figure's changes nothing."""
    if code == "turnover":
        if "payer" in filters:
            rows = rows.filter(payer=filters["payer"])
        if "kind" in filters:
            rows = rows.filter(order__kind=filters["kind"])
        if advisor := number_in(filters.get("advisor", "")):
            rows = rows.filter(order__advisor=advisor)
    if code == "received" and "kind" in filters:
        rows = rows.filter(kind=filters["kind"])
    if code == "overnight":
        if "from_age" in filters:
            rows = rows.filter(arrival_date__lte=on - _days(filters["from_age"]))
        if "to_age" in filters:
            rows = rows.filter(arrival_date__gte=on - _days(filters["to_age"]))
    return rows


def _days(text: str) -> timedelta:
    return timedelta(days=min(number_in(text), 9999))


def lines_of(code: str, rows: QuerySet[Any]) -> list[Line]:
    shown = SHOWN[code]
    return [Line(shown.cells(row), shown.url(row)) for row in rows]
