"""When a follow-up call is made (SU-01): the day within three of the delivery, the hour the customer likes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from fours.base.calendar import is_working_day
from fours.kernel.models import CalendarDay, Store
from fours.kernel.store_settings import setting
from fours.org.letterhead import known_facts
from fours.org.models import StoreFacts

FURTHEST = 30
CLOSES = time(18, 0)


@dataclass(frozen=True)
class CallTime:
    """From and until when the call is best made, and the moment it is overdue."""

    start: datetime
    end: datetime
    due: datetime


def call_time(store: Store, delivered_on: date, call_from: time | None, call_until: time | None) -> CallTime:
    """The customer's hours, else the store's, on the last open day within three calendar days of the delivery.

    If the store is closed on all three, the first open day after them, which counts as on time. Never outside the
    hours in which customers may be called at all (settings `survey.earliest_call`, `survey.latest_call`).
    """
    facts = known_facts(store)
    day = _call_day(delivered_on, int(setting(store, "deadline.survey.follow_up")), facts)
    begin = call_from or setting(store, "survey.call_from")
    until = call_until or (setting(store, "survey.call_until") if call_from is None else _hour_after(begin))
    earliest, latest = setting(store, "survey.earliest_call"), setting(store, "survey.latest_call")
    begin, until = min(max(begin, earliest), latest), min(max(until, earliest), latest)
    closes = max(facts.closes_at if facts else CLOSES, until)
    return CallTime(_at(day, begin), _at(day, until), _at(day, closes))


def _call_day(delivered_on: date, days: int, facts: StoreFacts | None) -> date:
    wanted = [delivered_on + timedelta(days=n) for n in range(1, FURTHEST)]
    is_open = open_days(facts, wanted)
    within = [day for day in wanted[:days] if day in is_open]
    after = [day for day in wanted[days:] if day in is_open]
    return within[-1] if within else after[0] if after else wanted[days - 1]


def open_days(facts: StoreFacts | None, days: Sequence[date]) -> set[date]:
    """On which of the days the store is open: all, unless it closes on days off."""
    if facts is None or not facts.closed_on_holidays:
        return set(days)
    overrides = dict(CalendarDay.objects.filter(date__in=days).values_list("date", "working"))
    return {day for day in days if is_working_day(day, overrides)}


def _hour_after(at: time) -> time:
    return at.replace(hour=min(at.hour + 1, 23))


def _at(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))
