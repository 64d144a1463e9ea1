"""One whole day in the store, in a real browser: each post at its own screen, from the booking to the signed report."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.browser.counter import Counter
from tests.browser.store import open_two_stores

MORNING = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in the store


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=True) as traveller:
        yield traveller


def test_one_whole_day(clock: time_machine.Traveller, counter: Counter) -> None:
    open_two_stores()
    advisor = counter("advisor")

    # The advisor finds the car by the end of its plate and books tomorrow and today.
    advisor.page.keyboard.press("/")
    advisor.page.keyboard.type("12345")
    advisor.page.keyboard.press("Enter")
    advisor.page.wait_for_url("**/vehicles/*/")
    advisor.sees("王建国")
    advisor.press("预约")
    advisor.fill(concern="下次保养", day="2026-03-17", time="09:00")
    advisor.press("预约", exact=True)
    advisor.sees("下次保养")
    advisor.go("/service/appointments/new/?vehicle=1")
    advisor.fill(concern="刹车有异响", day="2026-03-16", time="10:00")
    advisor.press("预约", exact=True)
    advisor.sees("刹车有异响")

    # Today's car arrives and is taken over on the tablet: a mileage that goes back is refused, nothing typed is lost.
    clock.shift(timedelta(hours=1))
    tablet = advisor
    tablet.go("/service/check-ins/")
    tablet.press("到店接车")
    tablet.fill(mileage="39000", concern="早上起步刹车有尖叫声", signed_by="王建国", fuel_level="50")
    tablet.tick("valuables_reminded", "protective_set")
    tablet.page.locator("main svg.car-outline").first.click(position={"x": 200, "y": 150})
    print(tablet.path)
    print(tablet.page.locator("main").inner_html()[:14000])
