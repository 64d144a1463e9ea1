"""How many hours of work a day can still take (SV-01): bays and people bound it, bookings and promised work fill it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from fours.base.calendar import is_working_day
from fours.base.money import round_hours
from fours.kernel.models import CalendarDay, Store
from fours.kernel.store_settings import setting
from fours.org.models import Bay, StoreFacts
from fours.org.people import present_assignments

from .defaults import WORKSHOP_EFFICIENCY
from .models import Appointment, LaborLine, RepairOrder
from .models.catalogue import WorkKind

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
HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True)
class Capacity:
    """Hours of one kind of work on one day, when the store is open on it, and who is booked when."""

    total: Decimal
    booked: Decimal
    opens: time = OPENS
    closes: time = CLOSES
    closed: bool = False
    arrivals: Mapping[time, int] = field(default_factory=dict)
    """Booked visits of all kinds by the half hour they begin in."""

    @property
    def left(self) -> Decimal:
        return self.total - self.booked

    def half_hours(self) -> list[time]:
        """The half hours of the day at which a visit may begin."""
        at, end = datetime.combine(date.min, self.opens), datetime.combine(date.min, self.closes)
        count = 0 if self.closed else -(-(end - at) // HALF_HOUR)
        return [(at + HALF_HOUR * number).time() for number in range(count)]


@dataclass(frozen=True)
class _Means:
    """What a store has to work with: hours of opening, hands, bays by their kind."""

    opens: time
    closes: time
    holidays: bool
    hands: int
    bays: Mapping[str, int]

    def hours(self, day: date, now: datetime) -> Decimal:
        """Hours of opening that are still to come on the day; none on a day that is over."""
        begins = datetime.combine(day, self.opens)
        begins = max(begins, min(now.replace(tzinfo=None), datetime.combine(day, self.closes)))
        seconds = (datetime.combine(day, self.closes) - begins).total_seconds()
        return Decimal(int(seconds)) / 3600


@dataclass(frozen=True)
class _Load:
    """Hours taken from a day by one kind of work; `visits` bookings begin at `at`."""

    day: date
    kind: str
    hours: Decimal
    at: datetime
    visits: int


def hours_left(store: Store, day: date, work_kind: str) -> Decimal:
    """Hours of this kind of work the day can still take; negative when it is overbooked."""
    return capacity_of(store, day, work_kind).left


def capacity_of(store: Store, day: date, work_kind: str) -> Capacity:
    """The tighter of two bounds: the bays this kind of work needs, and the hands of the whole workshop."""
    return capacities(store, [day], work_kind)[day]


def capacities(store: Store, days: list[date], work_kind: str) -> dict[date, Capacity]:
    """`capacity_of` for several days in four queries, however many days."""
    return capacities_of(store, days, [work_kind])[work_kind]


def capacities_of(
    store: Store, days: list[date], work_kinds: Iterable[str]
) -> dict[str, dict[date, Capacity]]:
    """The same for several kinds of work at once, in the same four queries."""
    means = _means(store)
    efficiency = Decimal(setting(store, WORKSHOP_EFFICIENCY))
    overrides = dict(CalendarDay.objects.filter(date__in=days).values_list("date", "working"))
    loads = _loads(store, days)
    now = timezone.localtime()
    found: dict[str, dict[date, Capacity]] = {kind: {} for kind in work_kinds}
    for day in days:
        of_day = [load for load in loads if load.day == day]
        closed = means.holidays and not is_working_day(day, overrides)
        hours = NOTHING if closed else means.hours(day, now)
        by_hand = hours * means.hands * efficiency, sum((load.hours for load in of_day), NOTHING)
        for kind, room in found.items():
            total, taken = min(
                _by_bay(means, kind, hours, of_day), by_hand, key=lambda pair: pair[0] - pair[1]
            )
            room[day] = Capacity(
                round_hours(total), round_hours(taken), means.opens, means.closes, closed, _arrivals(of_day)
            )
    return found


def _by_bay(means: _Means, work_kind: str, hours: Decimal, loads: list[_Load]) -> tuple[Decimal, Decimal]:
    """Hours the bays of a kind of work give on a day, and those taken by the kinds that share them."""
    bays = BAYS_FOR.get(work_kind, (Bay.Kind.MECHANICAL,))
    shared = {kind for kind, needs in BAYS_FOR.items() if set(needs) & set(bays)}
    taken = sum((load.hours for load in loads if load.kind in shared), NOTHING)
    return hours * sum(means.bays[kind] for kind in bays), taken


def _means(store: Store) -> _Means:
    facts = StoreFacts.objects.filter(store=OuterRef("pk"))
    technicians = present_assignments(store).filter(post__in=("technician", "team_leader"))
    bays = Bay.objects.filter(store=OuterRef("pk"), active=True)
    row = Store.objects.filter(pk=store.pk).values_list(
        Subquery(facts.values("opens_at")),
        Subquery(facts.values("closes_at")),
        Subquery(facts.values("closed_on_holidays")),
        _count(technicians, "user"),
        ArraySubquery(bays.values("kind")),
    )[0]
    opens, closes, holidays, hands, kinds = row
    return _Means(opens or OPENS, closes or CLOSES, bool(holidays), hands, Counter(kinds))


def _count(rows: QuerySet[Any], what: str) -> Coalesce:
    counted = rows.order_by().values("store").annotate(n=Count(what, distinct=True)).values("n")
    return Coalesce(Subquery(counted), Value(0), output_field=IntegerField())


def _loads(store: Store, days: list[date]) -> list[_Load]:
    """Bookings not yet arrived, and agreed work promised for those days."""
    bookings = Appointment.objects.filter(store=store, state=Appointment.State.BOOKED, at__date__in=days)
    work = LaborLine.objects.filter(
        store=store,
        state__in=TO_DO,
        order__state=RepairOrder.State.AUTHORISED,
        order__promised_at__date__in=days,
    )
    booked = bookings.order_by().values_list("at__date", "work_kind", "at")
    promised = work.order_by().values_list("order__promised_at__date", "work_kind", "order__promised_at")
    rows = booked.annotate(taken=Sum("hours"), visits=Count("pk")).union(
        promised.annotate(taken=Sum("hours"), visits=Value(0)), all=True
    )
    return [_Load(day, kind, hours, at, visits) for day, kind, at, hours, visits in rows]


def _arrivals(loads: list[_Load]) -> dict[time, int]:
    found: dict[time, int] = {}
    for load in loads:
        if load.visits:
            local = timezone.localtime(load.at)
            slot = time(local.hour, 30 if local.minute >= 30 else 0)
            found[slot] = found.get(slot, 0) + load.visits
    return found
