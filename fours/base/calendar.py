"""Working days and the ends of legal periods, as the 民法典 (articles 201 to 203) counts them.

Holidays and make-up days come from a library for the years it knows (2004 to 2026). A manager's own entries,
`overrides` (day → is it a working day), come before it. A later year has only weekends until its holidays are
entered; whatever was counted there is marked `uncertain`.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

import chinese_calendar

# 全国年节及纪念日放假办法 gives 13 days; a year with as many days off entered is taken as entered.
LAWFUL_HOLIDAYS = 13
NO_OVERRIDES: Mapping[date, bool] = MappingProxyType({})
_ONE_DAY = timedelta(days=1)


class DayKind(StrEnum):
    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


@dataclass(frozen=True)
class WorkingDayDue:
    """The day on which a number of working days is full."""

    day: date
    uncertain: bool = False

    @property
    def warning(self) -> str | None:
        return _no_data(self.day) if self.uncertain else None


@dataclass(frozen=True)
class PeriodEnd:
    """The last day of a period: `plain` by the calendar, `moved` past days off. Show plain, flag moved."""

    plain: date
    moved: date
    uncertain: bool = False

    @property
    def is_moved(self) -> bool:
        return self.moved != self.plain

    @property
    def warning(self) -> str | None:
        return _no_data(self.moved) if self.uncertain else None


def base_kind(day: date) -> DayKind | None:
    """What the official notice says about a day; None for a year whose notice is not known."""
    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    if off:
        return DayKind.HOLIDAY if name else DayKind.WEEKEND
    return DayKind.MAKE_UP if _is_weekend(day) else DayKind.WORKING


def is_working_day(day: date, overrides: Mapping[date, bool] = NO_OVERRIDES) -> bool:
    """Whether people work on a day; in a year without data, Monday to Friday."""
    if day in overrides:
        return overrides[day]
    kind = base_kind(day)
    if kind is None:
        return not _is_weekend(day)
    return kind in (DayKind.WORKING, DayKind.MAKE_UP)


def has_data(year: int, overrides: Mapping[date, bool] = NO_OVERRIDES) -> bool:
    """Whether the holidays of a year are known, from the library or because somebody entered them."""
    if base_kind(date(year, 1, 1)) is not None:
        return True
    entered = sum(1 for day, working in overrides.items() if day.year == year and not working)
    return entered >= LAWFUL_HOLIDAYS


def add_working_days(start: date, days: int, overrides: Mapping[date, bool] = NO_OVERRIDES) -> WorkingDayDue:
    """The day on which `days` working days after `start` are full; `start` itself is not counted."""
    if days < 0:
        raise ValueError("a period has no negative length")
    day = start
    while days:
        day += _ONE_DAY
        days -= is_working_day(day, overrides)
    return WorkingDayDue(day, uncertain=_reaches_unknown(start, day, overrides))


def end_of_period(
    start: date, *, months: int = 0, days: int = 0, overrides: Mapping[date, bool] = NO_OVERRIDES
) -> PeriodEnd:
    """The end of a period of months, then days, after `start`, which is not counted.

    Months end on the matching day, or on the last of a month without it. An end on a day off (weekend or
    holiday) moves to the next working day.
    """
    if months < 0 or days < 0:
        raise ValueError("a period has no negative length")
    plain = add_months(start, months) + timedelta(days=days)
    moved = plain
    while not is_working_day(moved, overrides):
        moved += _ONE_DAY
    return PeriodEnd(plain, moved, uncertain=_reaches_unknown(plain, moved, overrides))


def add_months(start: date, months: int) -> date:
    """The matching day some months later, or the last day of that month when it has none."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _is_weekend(day: date) -> bool:
    return day.weekday() >= 5


def _reaches_unknown(first: date, last: date, overrides: Mapping[date, bool]) -> bool:
    return any(not has_data(year, overrides) for year in range(first.year, last.year + 1))


def _no_data(day: date) -> str:
    return f"{day.year} 年的放假安排还没有录入，日期按周一至周五推算，可能变动"
