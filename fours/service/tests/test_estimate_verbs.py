from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine

from fours.base.errors import IllegalMove, Refused
from fours.kernel.models import PrintedForm
from fours.org.models import StoreFacts
from fours.service.capacity import Capacity
from fours.service.finish_time import proposed_finish
from fours.service.models import Estimate
from fours.service.verbs.estimate import issue_estimate
from fours.service.verbs.lines import add_labor, add_part, change_line

from .order_house import authorised, draft, fresh, house, in_hours, with_lines

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def at(s01):
    return house(s01)


@pytest.fixture
def advisor(person, s01):
    return person("advisor", s01)


def test_an_estimate_stays_as_it_was_offered(at, advisor):
    order = with_lines(at, advisor)
    estimate = issue_estimate(order, promised_at=in_hours(3), actor=advisor)
    assert estimate.number.startswith("ES-S01-")
    assert estimate.total == Decimal("164.00")
    assert [(line["name"], line["gross"]) for line in estimate.lines] == [
        ("更换机油机滤", "96.00"),
        ("机油滤清器", "68.00"),
    ]
    change_line(order.jobs.get(), hours=Decimal(2), actor=advisor)
    estimate.refresh_from_db()
    assert estimate.total == Decimal("164.00")
    view = PrintedForm.objects.get(form="service.estimate", aggregate_id=estimate.pk).view
    assert view["totals"]["total"] == "164.00"
    assert view["totals"]["labor"] == "96.00"
    assert view["totals"]["parts"] == "68.00"


def test_the_estimate_says_what_is_not_in_stock(at, advisor):
    order = draft(at, advisor)
    add_part(order, part=at.bumper, actor=advisor)
    estimate = issue_estimate(order, promised_at=in_hours(30), actor=advisor)
    view = PrintedForm.objects.get(form="service.estimate", aggregate_id=estimate.pk).view
    assert view["part_dates"] == ["前保险杠：缺 1 件，须订货，到货时间另行告知"]


def test_an_empty_or_signed_order_gives_no_estimate(at, advisor):
    with pytest.raises(Refused, match="没有维修项目"):
        issue_estimate(draft(at, advisor), actor=advisor)
    order = authorised(at, advisor, kind="accident")
    with pytest.raises(IllegalMove):
        issue_estimate(order, actor=advisor)
    assert not Estimate.objects.exists()


def test_a_finish_time_in_the_past_is_refused(at, advisor):
    order = with_lines(at, advisor)
    with pytest.raises(Refused) as refusal:
        issue_estimate(order, promised_at=in_hours(-1), actor=advisor)
    assert "promised_at" in refusal.value.fields
    assert not Estimate.objects.exists()


@pytest.fixture
def free(monkeypatch):
    """Hours the workshop has left by day; 40 where nothing is said."""
    left: dict[date, Decimal] = {}

    def told(store, days, kinds):
        room = {day: Capacity(Decimal(40), 40 - left.get(day, Decimal(40))) for day in days}
        return dict.fromkeys(kinds, room)

    monkeypatch.setattr("fours.service.finish_time.capacities_of", told)
    return left


@pytest.mark.usefixtures("free")
def test_short_work_is_ready_the_same_day(at, advisor):
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI), tick=False):
        order = with_lines(at, advisor)
        assert proposed_finish(order) == datetime(2026, 11, 23, 10, 30, tzinfo=SHANGHAI)


@pytest.mark.usefixtures("free")
def test_long_work_goes_on_after_opening_the_next_day(at, advisor):
    with time_machine.travel(datetime(2026, 11, 23, 16, 0, tzinfo=SHANGHAI), tick=False):
        order = draft(at, advisor)
        add_labor(order, operation=at.door_paint, actor=advisor)
        # Two hours until 18:00, one from 8:30, half an hour for check and wash.
        assert proposed_finish(order) == datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)


def test_a_full_workshop_moves_the_time_to_a_day_with_hours_left(at, advisor, free):
    free[date(2026, 11, 23)] = Decimal(0)
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI), tick=False):
        order = draft(at, advisor)
        add_labor(order, operation=at.door_paint, actor=advisor)
        assert proposed_finish(order) == datetime(2026, 11, 24, 12, 0, tzinfo=SHANGHAI)


def test_a_store_that_rests_on_holidays_promises_none(at, advisor, s01):
    StoreFacts.objects.filter(store=s01).update(closed_on_holidays=True)
    with time_machine.travel(datetime(2026, 9, 24, 17, 0, tzinfo=SHANGHAI), tick=False):
        order = draft(at, advisor)
        add_labor(order, operation=at.door_paint, actor=advisor)
        # 2026-09-25 to 27 are days off: one hour on the 24th, two on the 28th.
        assert proposed_finish(order) == datetime(2026, 9, 28, 11, 0, tzinfo=SHANGHAI)
        assert fresh(order).promised_at is None
