"""One whole day in the store, in a real browser: each post at its own screen, from the import to the signed report."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from tests.browser.aftercare import (
    call_customer,
    correct_later,
    drive_out,
    settle_and_pay,
    sign_report,
    solve_complaint,
)
from tests.browser.counter import Counter
from tests.browser.loading import load_dealers_files
from tests.browser.reception import book_two_visits, open_and_sign_order, take_car_over
from tests.browser.store import open_two_stores
from tests.browser.walls import sees_nothing
from tests.browser.workshop import work_on_car

MORNING = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in the store


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=True) as traveller:
        yield traveller


def test_one_whole_day(clock: time_machine.Traveller, counter: Counter, tmp_path: Path) -> None:
    open_two_stores()
    load_dealers_files(counter("info_clerk"), tmp_path)
    book_two_visits(counter("advisor", "tablet"))
    clock.shift(timedelta(hours=1))
    take_car_over(counter("advisor"))
    open_and_sign_order(counter("advisor"))
    clock.shift(timedelta(minutes=20))
    work_on_car(counter)
    settle_and_pay(counter)
    drive_out(counter)
    sees_nothing(counter("advisor2"), counter("advisor"))
    sign_report(counter("service_manager"))

    # What the day left on the screens of the store also fits a phone, in the dark.
    opened = {name: sorted(screen.pages) for name, screen in counter.screens.items()}
    counter.go_home()
    for name, pages in opened.items():
        assert counter(name, "phone", color_scheme="dark").too_wide(pages) == [], name
    counter.go_home()

    # Three days later, in the hour the customer named.
    clock.move_to(datetime(2026, 3, 19, 7, 5, tzinfo=UTC))
    call_customer(counter("crm_agent"), content=False)
    solve_complaint(counter("service_manager"))
    clock.move_to(datetime(2026, 3, 22, 7, 5, tzinfo=UTC))
    counter.go_home()
    call_customer(counter("crm_agent"), content=True)
    counter("service_manager").menu("快速处理")
    correct_later(counter("service_manager"))
