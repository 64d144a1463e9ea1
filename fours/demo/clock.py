"""Simulated time for the demo: verbs ask Django for the time, so for a year of history Django is told another one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest.mock import patch

from django.utils import timezone


class Clock:
    """The moment the demo has reached; set it before each step."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment.astimezone(UTC)


@contextmanager
def simulated(start: datetime) -> Iterator[Clock]:
    """Inside the block `timezone.now()` is what the clock says."""
    clock = Clock(start)
    with patch.object(timezone, "now", clock):
        yield clock
