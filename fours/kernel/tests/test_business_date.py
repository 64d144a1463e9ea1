"""What is posted after a day was signed off counts for the next day that is open."""

from datetime import date, timedelta

from fours.kernel.actor import Actor
from fours.kernel.business_date import business_date, today
from fours.kernel.events import announce
from fours.kernel.models import ClosedDate, Event, Store
from fours.kernel.numbers import next_number


def closed(store: Store, *days: date) -> None:
    for day in days:
        ClosedDate.objects.create(store=store, date=day, reason="日报已签")


def posted(store: Store) -> date:
    """The business date of an event, as its insert read it back."""
    event = announce("test.posted", store, actor=Actor.system(store), sentence="入账")
    assert event.business_date == Event.objects.get(pk=event.pk).business_date
    return event.business_date


def test_an_open_day_takes_its_own_postings(s01: Store) -> None:
    assert posted(s01) == today() == business_date(s01)
    assert next_number(s01, "XX") == f"XX-S01-{today():%y%m%d}-0001"


def test_event_number_and_posting_pass_over_the_same_closed_days(s01: Store) -> None:
    closed(
        s01, today() - timedelta(days=1), today(), today() + timedelta(days=1), today() + timedelta(days=3)
    )
    expected = today() + timedelta(days=2)
    assert posted(s01) == expected == business_date(s01)
    assert next_number(s01, "XX") == f"XX-S01-{expected:%y%m%d}-0001"


def test_another_stores_closed_day_is_not_ours(s01: Store, s02: Store) -> None:
    closed(s02, today())
    assert posted(s01) == today()
    assert next_number(s01, "XX", date(2026, 1, 2)) == "XX-S01-260102-0001"
