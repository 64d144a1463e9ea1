"""The figures of a day: what each counts, over which rows. Nobody types one (SU-13)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet

from fours.kernel.actor import Actor
from fours.kernel.business_date import span_of
from fours.kernel.models import Store
from fours.parts.models import Backorder
from fours.service.models import Appointment, OrderKind, Payment, RepairOrder, Statement, StatementLine
from fours.service.models.appointment import AppointmentState
from fours.service.models.order import OrderState

from ..models import FollowUpCall, HandlingSheet
from ..models.follow_up import CallState

Rows = QuerySet[Any]
ALIVE = [state for state in OrderState.values if state != OrderState.VOID]


@dataclass(frozen=True)
class Figure:
    """A counted figure: the rows of a day, and of what there must be different ones (a car with two orders is one)."""

    code: str
    label: str
    rows: Callable[[Store, date], Rows]
    per: str = "pk"


def orders_of(store: Store) -> QuerySet[RepairOrder]:
    return RepairOrder.objects.visible_to(Actor.system(store)).filter(state__in=ALIVE)


def arrived(store: Store, on: date) -> Rows:
    return orders_of(store).filter(arrival_date=on)


def delivered(store: Store, on: date) -> Rows:
    return orders_of(store).filter(delivered_date=on)


def overnight(store: Store, on: date) -> Rows:
    """Came by that day and had not left by its end."""
    still_here = Q(delivered_date=None) | Q(delivered_date__gt=on)
    return orders_of(store).filter(still_here, arrival_date__lte=on)


def first_services(store: Store, on: date) -> Rows:
    return delivered(store, on).filter(kind=OrderKind.FIRST_SERVICE)


def appointments(store: Store, on: date) -> Rows:
    """Booked for that day and not called off."""
    start, end = span_of(on)
    booked = Appointment.objects.visible_to(Actor.system(store)).filter(at__gte=start, at__lt=end)
    return booked.exclude(state=AppointmentState.CANCELLED)


def appointments_kept(store: Store, on: date) -> Rows:
    return appointments(store, on).filter(state=AppointmentState.ARRIVED)


def calls_of(store: Store) -> QuerySet[FollowUpCall]:
    return FollowUpCall.objects.visible_to(Actor.system(store))


def calls_due(store: Store, on: date) -> Rows:
    """Due by the end of that day: still open then, or ended on it. Whoever is not to be called is counted apart."""
    _, end = span_of(on)
    open_then = Q(state=CallState.DUE) | Q(business_date__gte=on)
    return calls_of(store).filter(open_then, due_at__lt=end).exclude(state=CallState.NOT_CALLABLE)


def calls_done(store: Store, on: date) -> Rows:
    return calls_of(store).filter(state=CallState.DONE, business_date=on)


def calls_unhappy(store: Store, on: date) -> Rows:
    return calls_done(store, on).filter(satisfied=False)


def calls_failed(store: Store, on: date) -> Rows:
    return calls_of(store).filter(state__in=[CallState.UNREACHABLE, CallState.REFUSED], business_date=on)


def sheets_of(store: Store) -> QuerySet[HandlingSheet]:
    return HandlingSheet.objects.visible_to(Actor.system(store))


def sheets_opened(store: Store, on: date) -> Rows:
    start, end = span_of(on)
    return sheets_of(store).filter(created_at__gte=start, created_at__lt=end)


def sheets_open(store: Store, on: date) -> Rows:
    """Not closed by the end of that day."""
    _, end = span_of(on)
    return sheets_of(store).filter(Q(closed_at=None) | Q(closed_at__gte=end), created_at__lt=end)


def shortages(store: Store, on: date) -> Rows:
    """Asked for by that day and not there by its end."""
    _, end = span_of(on)
    missing = Backorder.objects.visible_to(Actor.system(store)).filter(created_at__lt=end)
    return missing.filter(Q(open=True) | Q(closed_at__gte=end))


def statements(store: Store, on: date) -> Rows:
    """What was billed, counter-statements with their minus."""
    rows = Statement.objects.visible_to(Actor.system(store)).filter(business_date=on)
    return rows.exclude(state=Statement.State.DRAFT)


def payments(store: Store, on: date) -> Rows:
    """What was taken in, money given back with its minus."""
    return Payment.objects.visible_to(Actor.system(store)).filter(business_date=on)


def hours_sold(store: Store, on: date) -> Rows:
    """Billed lines of labor."""
    billed = statements(store, on).values("pk")
    return StatementLine.objects.visible_to(Actor.system(store)).filter(statement__in=billed, kind="labor")


FIGURES = (
    Figure("arrived", "进厂台次", arrived, "vehicle"),
    Figure("delivered", "交车台次", delivered, "vehicle"),
    Figure("overnight", "在厂过夜", overnight, "vehicle"),
    Figure("appointments", "预约台次", appointments),
    Figure("appointments_kept", "预约到店", appointments_kept),
    Figure("first_services", "首保台次", first_services, "vehicle"),
    Figure("calls_due", "应回访", calls_due),
    Figure("calls_done", "已回访", calls_done),
    Figure("calls_unhappy", "回访不满意", calls_unhappy),
    Figure("calls_failed", "未联系上/拒访", calls_failed),
    Figure("sheets_opened", "新增快速处理", sheets_opened),
    Figure("sheets_open", "未结快速处理", sheets_open),
    Figure("shortages", "缺件项数", shortages),
)
# Money and hours have rows too, but their sums stand in the tables.
SUMMED = {"turnover": statements, "received": payments, "hours": hours_sold}
BY_CODE: dict[str, Callable[[Store, date], Rows]] = {
    **{figure.code: figure.rows for figure in FIGURES},
    **SUMMED,
}


@dataclass(frozen=True)
class Counted:
    """A figure's value and the rows it was counted from."""

    value: int
    ids: list[int]


def count(store: Store, days: Iterable[date]) -> dict[date, dict[str, Counted]]:
    """Every counted figure of each day, and the rows of the summed ones, in one query."""
    days = list(days)
    columns: dict[str, ArraySubquery] = {}
    for number, on in enumerate(days):
        for figure in FIGURES:
            rows = figure.rows(store, on).order_by("pk")
            columns[f"{figure.code}_{number}"] = ArraySubquery(rows.values("pk"))
            if figure.per != "pk":
                columns[f"{figure.code}_{number}_per"] = ArraySubquery(rows.values(figure.per))
        for code, summed in SUMMED.items():
            columns[f"{code}_{number}"] = ArraySubquery(summed(store, on).order_by("pk").values("pk"))
    row: dict[str, list[int]] = cast(
        dict[str, list[int]], Store.objects.filter(pk=store.pk).values(**columns).get()
    )
    return {
        on: {
            code: Counted(
                len(set(row.get(f"{code}_{number}_per", row[f"{code}_{number}"]))), row[f"{code}_{number}"]
            )
            for code in BY_CODE
        }
        for number, on in enumerate(days)
    }
