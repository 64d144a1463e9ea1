"""What was posted after a daily report was signed and corrects its day: listed beside it, never changing it (SU-13)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from fours.kernel.actor import Actor
from fours.kernel.events import kind_of
from fours.kernel.models import Event
from fours.service.models import Payment, RepairOrder, Statement
from fours.service.receipts import address_of_bill

from ..models import DailyReport
from .build import ids_of


@dataclass(frozen=True)
class Correction:
    """One later posting: when, which document, what it did to the signed day, by whom."""

    at: datetime
    document: str
    text: str
    by: str
    url: str


def corrections_of(report: DailyReport) -> list[Correction]:
    """Counter-statements and refunds of what the report counted, orders of its day voided later, and late postings.

    A late posting carries the report's own date but was not yet there when it was signed (two people in one second).
    """
    if report.state != DailyReport.State.SIGNED:
        return []
    found = [*_of_statements(report), *_of_payments(report), *_of_voided(report)]
    return sorted(found, key=lambda correction: correction.at)


def _of_statements(report: DailyReport) -> list[Correction]:
    counted = ids_of(report.figures, "turnover")
    later = Q(reverses__in=counted) | Q(business_date=report.date, issued_at__isnull=False)
    rows = Statement.objects.visible_to(Actor.system(report.store)).filter(later).exclude(pk__in=counted)
    return [
        Correction(
            row.issued_at,
            row.number,
            f"冲销 {row.reverses.number} {row.total} 元：{row.reversal_reason}"
            if row.reverses
            else f"签字后补记 {row.total} 元",
            row.created_by.name if row.created_by else "",
            reverse("statement", args=[row.pk]),
        )
        for row in rows.select_related("reverses", "created_by")
        if row.issued_at is not None
    ]


def _of_payments(report: DailyReport) -> list[Correction]:
    counted = ids_of(report.figures, "received")
    later = Q(corrects__in=counted) | Q(business_date=report.date)
    rows = Payment.objects.visible_to(Actor.system(report.store)).filter(later).exclude(pk__in=counted)
    return [
        Correction(
            row.at,
            row.number,
            f"退款 {row.amount} 元（{row.corrects.number}）：{row.reason}"
            if row.corrects
            else f"签字后补记收款 {row.amount} 元",
            row.received_by.name,
            address_of_bill(row),
        )
        for row in rows.select_related("corrects", "received_by")
    ]


def _of_voided(report: DailyReport) -> list[Correction]:
    counted = {*ids_of(report.figures, "arrived"), *ids_of(report.figures, "overnight")}
    voided = Event.objects.visible_to(Actor.system(report.store)).filter(
        kind="service.order_voided",
        aggregate_kind=kind_of(RepairOrder()),
        aggregate_id__in=counted,
        at__gt=report.signed_at,
    )
    events = list(voided)
    if not events:
        return []
    orders = RepairOrder.objects.visible_to(Actor.system(report.store)).in_bulk(
        [event.aggregate_id for event in events]
    )
    return [
        Correction(
            event.at,
            orders[event.aggregate_id].number or "工单草稿",
            event.sentence,
            event.actor_name,
            reverse("order", args=[event.aggregate_id]),
        )
        for event in events
    ]
