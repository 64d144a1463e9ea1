"""Months as people write them, and the numbers that belong to one."""

import re
from datetime import date, timedelta

from fours.base.errors import Refused
from fours.kernel.models import Store

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


def month_of(text: str, field: str = "month") -> date:
    """The first day of `2026-11`; refused beside the field when it is no month of this century."""
    found = _MONTH.fullmatch(text.strip())
    if found is None:
        raise Refused("月份请填如 2026-11。", field=field)
    return date(int(found[1]), int(found[2]), 1)


def next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def last_month(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def stem(store: Store, month: date) -> str:
    """What stands in every number the store gave in the month: `-S01-2611`."""
    return f"-{store.code}-{month:%y%m}"
