"""When an order can be ready: its hours laid into the store's opening hours and the workshop's free capacity."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone

from .capacity import Capacity, capacities_of
from .models import RepairOrder

FURTHEST = 60
# Final check, wash and settlement after the last job.
AFTER_WORK = timedelta(minutes=30)
STEP = 30


def proposed_finish(order: RepairOrder) -> datetime | None:
    """The half hour by which the order's jobs fit, one after the other; None when they do not within 60 days.

    1. A day gives no more than its opening hours from now on, nor more than the hours the workshop has left for the
    kind of work. 2. Days the store is closed give nothing. 3. Half an hour is added for check and wash.
    """
    hours: dict[str, Decimal] = {}
    for job in order.jobs.all():
        hours[job.work_kind] = hours.get(job.work_kind, Decimal(0)) + job.hours
    moment = timezone.localtime()
    if not hours:
        return _rounded_up(moment + AFTER_WORK)
    days = [moment.date() + timedelta(days=ahead) for ahead in range(FURTHEST)]
    room = capacities_of(order.store, days, hours)
    for kind, needed in sorted(hours.items()):
        ready = _after(room[kind], needed, moment)
        if ready is None:
            return None
        moment = ready
    return _rounded_up(moment + AFTER_WORK)


def _after(room: Mapping[date, Capacity], hours: Decimal, moment: datetime) -> datetime | None:
    """When hours of one kind of work, begun at a moment, are done."""
    # A store that has entered no bays or technicians for the work is known by its opening hours only.
    unknown = not any(day.total for day in room.values())
    for day, capacity in room.items():
        begin = max(moment, _at(day, capacity.opens))
        free = _hours_between(begin, _at(day, capacity.closes))
        if unknown:
            free = Decimal(0) if capacity.closed else free
        else:
            free = min(free, max(capacity.left, Decimal(0)))
        if free >= hours:
            return begin + timedelta(hours=float(hours))
        hours -= free
    return None


def _hours_between(begin: datetime, end: datetime) -> Decimal:
    seconds = max((end - begin).total_seconds(), 0)
    return Decimal(int(seconds)) / 3600


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=_zone())


def _zone() -> ZoneInfo:
    return ZoneInfo(timezone.get_current_timezone_name())


def _rounded_up(moment: datetime) -> datetime:
    over = (moment.minute % STEP) * 60 + moment.second + moment.microsecond / 1e6
    return moment + timedelta(seconds=STEP * 60 - over) if over else moment
