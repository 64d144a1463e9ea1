from datetime import date, timedelta

import pytest

from fours.base.calendar import (
    DayKind,
    add_working_days,
    base_kind,
    end_of_period,
    has_data,
    is_working_day,
)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 2, 14), DayKind.MAKE_UP),
        (date(2026, 2, 17), DayKind.HOLIDAY),
        (date(2026, 2, 24), DayKind.WORKING),
        (date(2026, 10, 10), DayKind.MAKE_UP),
        (date(2026, 11, 22), DayKind.WEEKEND),
        (date(2027, 1, 1), None),
        (date(2003, 12, 31), None),
    ],
)
def test_the_official_notice_tells_the_kind_of_a_day(day: date, kind: DayKind | None) -> None:
    assert base_kind(day) == kind


def test_an_entry_of_the_manager_comes_first() -> None:
    assert is_working_day(date(2026, 11, 22)) is False
    assert is_working_day(date(2026, 11, 22), {date(2026, 11, 22): True}) is True
    assert is_working_day(date(2027, 2, 8)) is True
    assert is_working_day(date(2027, 2, 8), {date(2027, 2, 8): False}) is False


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 2, 10), 10, date(2026, 3, 2)),
        (date(2026, 2, 10), 20, date(2026, 3, 16)),
        (date(2026, 9, 24), 10, date(2026, 10, 15)),
        (date(2026, 9, 24), 20, date(2026, 10, 29)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
    ],
)
def test_working_days_are_counted_from_the_next_day(start: date, days: int, due: date) -> None:
    counted = add_working_days(start, days)
    assert (counted.day, counted.uncertain, counted.warning) == (due, False, None)


def test_a_count_into_a_year_without_data_says_so() -> None:
    counted = add_working_days(date(2026, 12, 30), 3)
    assert counted.day == date(2027, 1, 4)
    assert counted.uncertain
    assert "2027 年的放假安排还没有录入" in (counted.warning or "")


def test_a_year_is_known_once_its_holidays_are_entered() -> None:
    days_off = {date(2027, 1, 1) + timedelta(days=day): False for day in range(13)}
    assert not has_data(2027)
    assert not has_data(2027, {date(2027, 1, 1): False})
    assert has_data(2027, days_off)
    assert not add_working_days(date(2026, 12, 30), 3, days_off).uncertain


@pytest.mark.parametrize(
    ("start", "months", "days", "plain", "moved"),
    [
        (date(2025, 3, 10), 0, 7, date(2025, 3, 17), date(2025, 3, 17)),
        (date(2025, 3, 10), 0, 60, date(2025, 5, 9), date(2025, 5, 9)),
        (date(2026, 1, 31), 1, 0, date(2026, 2, 28), date(2026, 2, 28)),
        (date(2024, 2, 29), 12, 0, date(2025, 2, 28), date(2025, 2, 28)),
        (date(2025, 10, 1), 12, 0, date(2026, 10, 1), date(2026, 10, 8)),
        (date(2026, 11, 12), 0, 10, date(2026, 11, 22), date(2026, 11, 23)),
    ],
)
def test_a_period_ends_on_the_matching_day_or_after_days_off(
    start: date, months: int, days: int, plain: date, moved: date
) -> None:
    end = end_of_period(start, months=months, days=days)
    assert (end.plain, end.moved, end.is_moved) == (plain, moved, plain != moved)
    assert not end.uncertain


def test_a_period_into_a_year_without_data_is_uncertain() -> None:
    end = end_of_period(date(2025, 3, 10), months=24)
    assert end.plain == date(2027, 3, 10)
    assert end.uncertain
    assert "2027" in (end.warning or "")


def test_a_period_has_no_negative_length() -> None:
    with pytest.raises(ValueError):
        end_of_period(date(2026, 1, 1), days=-1)
    with pytest.raises(ValueError):
        add_working_days(date(2026, 1, 1), -1)
