"""The whole report of a day as plain JSON: what the page shows, the paper prints and the signature freezes."""

import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from fours.kernel.models import Store
from fours.kernel.store_settings import settings_of

from ..defaults import TARGETS
from ..models import DailyReport
from .figures import FIGURES, Counted, count
from .tables import (
    NOTHING,
    add_up,
    billed,
    by_advisor,
    by_kind,
    by_payer,
    by_payment,
    by_team,
    open_orders,
    orders_on,
    payment_table,
    shortage_table,
)

WEEK = timedelta(days=7)
MONEY_LABELS = {"turnover": "产值（含税）", "received": "实收"}

Report = dict[str, Any]


def build(store: Store, on: date) -> Report:
    """Compute the report of a day from the rows as they are now, beside the same day of last week.

    `figures`: [{code, label, value, last_week, target, money, ids}], texts as shown; `tables`: name → Table.
    The ids are the rows counted, so that a signed report opens what was counted then.
    """
    before = on - WEEK
    counted = count(store, [on, before])
    sold = billed(store, [on, before])
    today = [row for row in sold if row.on == on]
    taken = by_payment(store, [on, before])
    orders = orders_on(store, on)
    money = {
        "turnover": (add_up(today)["total"], add_up(row for row in sold if row.on == before)["total"]),
        "received": (sum(taken[on].values(), NOTHING), sum(taken[before].values(), NOTHING)),
    }
    goals = {code: _goal(value) for code, value in _targets(store).items()}
    figures = [
        _figure(
            figure.code, figure.label, counted[on][figure.code], counted[before][figure.code], goals
        )
        for figure in FIGURES
    ] + [
        {
            "code": code, "label": label, "value": f"{money[code][0]:.2f}", "last_week": f"{money[code][1]:.2f}",
            "target": goals.get(code, ""), "money": True, "ids": counted[on][code].ids,
        }
        for code, label in MONEY_LABELS.items()
    ]  # fmt: skip
    return {
        "date": on.isoformat(),
        "figures": figures,
        "hours_ids": counted[on]["hours"].ids,
        "tables": {
            "by_kind": by_kind(orders, today).plain,
            "by_payer": by_payer(today).plain,
            "by_advisor": by_advisor(orders, today).plain,
            "by_team": by_team(store, on).plain,
            "payments": payment_table(taken[on]).plain,
            "open_orders": open_orders(orders).plain,
            "shortages": shortage_table(store, on).plain,
        },
    }


def figures_of(report: DailyReport) -> Report:
    """What was signed, else what the rows say now."""
    frozen: Report = report.figures
    signed = report.state == DailyReport.State.SIGNED
    return frozen if signed else build(report.store, report.date)


def _figure(code: str, label: str, now: Counted, before: Counted, goals: dict[str, str]) -> dict[str, Any]:
    return {
        "code": code,
        "label": label,
        "value": str(now.value),
        "last_week": str(before.value),
        "target": goals.get(code, ""),
        "money": False,
        "ids": now.ids,
    }


def _targets(store: Store) -> dict[str, Any]:
    values = settings_of(store, TARGETS.values())
    return {code: values[key] for code, key in TARGETS.items()}


def _goal(value: int | Decimal) -> str:
    return str(value) if value else ""


def ids_of(report: Report, code: str) -> list[int]:
    """The rows a figure was counted from, as the report says."""
    if code == "hours":
        return list(report["hours_ids"])
    return next((list(figure["ids"]) for figure in report["figures"] if figure["code"] == code), [])


def digest(report: Report, remarks: str) -> str:
    """What proves a signed report unchanged: sha256 over its figures and remarks in canonical JSON."""
    text = json.dumps({"report": report, "remarks": remarks}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
