"""How many hours of work a day can still take (SV-01): bays and people bound it, bookings and promised work fill it."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.db.models import Sum

from fours.kernel.calendar import is_working_day
from fours.kernel.models import CalendarDay, Store
from fours.kernel.money import round_hours
from fours.kernel.store_settings import declare_setting, setting
from fours.org.models import Bay, StoreFacts
from fours.org.people import holders

from .models import Appointment, LaborLine, RepairOrder
from .models.catalogue import WorkKind

declare_setting(
    "service.workshop_efficiency",
    "车间效率",
    "0.85",
    kind="decimal",
    group="预约与产能",
    help="在岗时间中真正用于施工的比例,用来计算可预约工时。",
)
BAYS_FOR: dict[str, tuple[str, ...]] = {
    WorkKind.MECHANICAL: (Bay.Kind.MECHANICAL, Bay.Kind.QUICK),
    WorkKind.ELECTRICAL: (Bay.Kind.MECHANICAL, Bay.Kind.QUICK),
    WorkKind.BODY: (Bay.Kind.BODY,),
    WorkKind.PAINT: (Bay.Kind.PAINT,),
    WorkKind.CARE: (Bay.Kind.WASH, Bay.Kind.QUICK),
}
NOTHING = Decimal(0)
OPENS, CLOSES = time(8, 30), time(18, 0)
TO_DO = ("open", "dispatched", "in_work", "paused")


@dataclass(frozen=True)
class Capacity:
    """Hours of one kind of work on one day."""

    total: Decimal
    booked: Decimal

    @property
    def left(self) -> Decimal:
        return self.total - self.booked


def hours_left(store: Store, day: date, work_kind: str) -> Decimal:
    """Hours of this kind of work the day can still take; negative when it is overbooked."""
    return capacity_of(store, day, work_kind).left


def capacity_of(store: Store, day: date, work_kind: str) -> Capacity:
    """The tighter of two bounds: the bays this kind of work needs, and the hands of the whole workshop."""
    return capacities(store, [day], work_kind)[day]


def capacities(store: Store, days: list[date], work_kind: str) -> dict[date, Capacity]:
    """`capacity_of` for several days in a fixed number of queries, however many days."""
    facts = StoreFacts.objects.filter(store=store).first()
    hands = len(holders(store, "technician", "team_leader"))
    kinds = BAYS_FOR.get(work_kind, (Bay.Kind.MECHANICAL,))
    bays = Bay.objects.filter(store=store, active=True, kind__in=kinds).count()
    efficiency = Decimal(setting(store, "service.workshop_efficiency"))
    overrides = dict(CalendarDay.objects.filter(date__in=days).values_list("date", "working"))
    booked = _booked(store, days)
    shared = {kind for kind, needs in BAYS_FOR.items() if set(needs) & set(kinds)}
    result = {}
    for day in days:
        closed = facts is not None and facts.closed_on_holidays and not is_working_day(day, overrides)
        hours = NOTHING if closed else _open_hours(facts)
        by_bay = hours * bays, sum((booked.get((day, kind), NOTHING) for kind in shared), NOTHING)
        by_hand = (
            hours * hands * efficiency,
            sum((taken for (on, _), taken in booked.items() if on == day), NOTHING),
        )
        total, taken = min(by_bay, by_hand, key=lambda pair: pair[0] - pair[1])
        result[day] = Capacity(round_hours(total), round_hours(taken))
    return result


def _open_hours(facts: StoreFacts | None) -> Decimal:
    opens, closes = (facts.opens_at, facts.closes_at) if facts else (OPENS, CLOSES)
    length = datetime.combine(date.min, closes) - datetime.combine(date.min, opens)
    return Decimal(int(length.total_seconds())) / 3600


def _booked(store: Store, days: list[date]) -> dict[tuple[date, str], Decimal]:
    """Hours by day and kind: bookings not yet arrived, and agreed work promised for that day."""
    taken: dict[tuple[date, str], Decimal] = {}
    bookings = Appointment.objects.filter(
        store=store, state=Appointment.State.BOOKED, at__date__in=days
    ).values_list("at__date", "work_kind")
    work = LaborLine.objects.filter(
        store=store,
        state__in=TO_DO,
        order__state=RepairOrder.State.AUTHORISED,
        order__promised_at__date__in=days,
    ).values_list("order__promised_at__date", "work_kind")
    for rows in (bookings.annotate(hours_sum=Sum("hours")), work.annotate(hours_sum=Sum("hours"))):
        for day, kind, hours in rows:
            taken[day, kind] = taken.get((day, kind), NOTHING) + hours
    return taken
