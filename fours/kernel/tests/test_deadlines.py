"""An event starts a period; its task falls due, moves with the rule, closes by itself and climbs when late (PF-07)."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from conftest import PersonOf
from fours.customers.models import Customer
from fours.desk.worklist import open_tasks
from fours.kernel import deadlines, events, store_settings
from fours.kernel.actor import Actor
from fours.kernel.deadlines import Deadline, TaskDraft, declare_deadline, due_of, escalate, recount
from fours.kernel.events import announce
from fours.kernel.models import CalendarDay, Event, Store, Task, TaskWatcher
from fours.kernel.store_settings import change_setting

CHINA = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Four rules of the tests' own, taken back afterwards."""
    monkeypatch.setattr(deadlines, "DEADLINES", {})
    monkeypatch.setattr(store_settings, "DECLARED", dict(store_settings.DECLARED))
    heard = {kind: list(names) for kind, names in events.SUBSCRIBERS.items()}
    monkeypatch.setattr(events, "SUBSCRIBERS", heard)
    declare_deadline(
        Deadline(
            name="test.call",
            label="回访",
            post="info_clerk",
            amount=3,
            unit="days",
            event="test.left",
            draft=_call_wanted,
            closes_on=("test.called",),
            escalate_to="service_manager",
            escalate_after_hours=24,
        )
    )
    declare_deadline(Deadline(name="test.work", label="工作", post="advisor", amount=3, unit="working_days"))
    declare_deadline(Deadline(name="test.hour", label="感谢", post="advisor", amount=1, unit="hours"))
    declare_deadline(
        Deadline(name="test.clock", label="日报", post="advisor", amount="17:30", unit="at_time")
    )
    with time_machine.travel(FRIDAY, tick=False):
        yield


def _call_wanted(event: Event) -> TaskDraft | None:
    customer = Customer.objects.get(pk=event.aggregate_id)
    return None if customer.name == "员工" else TaskDraft(customer, f"回访{customer.name}", "/calls/")


@pytest.fixture
def customer(s01: Store) -> Customer:
    return Customer.objects.create(store=s01, name="王小明")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def leave(customer: Customer) -> None:
    announce("test.left", customer, actor=Actor.system(customer.store), sentence="离店")


def test_days_end_at_the_stores_closing_hour(s01: Store) -> None:
    assert due_of(s01, "test.call", FRIDAY).at == at(23, 18)


def test_working_days_leave_out_the_weekend_and_what_the_manager_entered(s01: Store) -> None:
    assert due_of(s01, "test.work", FRIDAY).at == at(25, 18)
    CalendarDay.objects.create(date=at(24, 0).date(), working=False, note="停电")
    assert due_of(s01, "test.work", FRIDAY).at == at(26, 18)


def test_hours_run_through_the_night_and_a_time_of_day_is_the_next_one(s01: Store) -> None:
    assert due_of(s01, "test.hour", FRIDAY).at == at(20, 16)
    assert due_of(s01, "test.clock", FRIDAY).at == at(20, 17, 30)
    assert due_of(s01, "test.clock", at(20, 17, 30)).at == at(21, 17, 30)


def test_a_year_without_calendar_data_is_said_on_the_due_time(s01: Store) -> None:
    due = due_of(s01, "test.work", datetime(2027, 1, 4, 9, 0, tzinfo=CHINA))
    assert due.at == datetime(2027, 1, 7, 18, 0, tzinfo=CHINA)
    assert "2027 年的放假安排还没有录入" in due.warning


def test_an_event_makes_its_task_once_and_a_draft_may_decline(s01: Store, customer: Customer) -> None:
    leave(customer)
    leave(customer)
    leave(Customer.objects.create(store=s01, name="员工"))
    task = Task.objects.get()
    assert (task.rule, task.post, task.title) == ("test.call", "info_clerk", "回访王小明")
    assert task.due_at == at(23, 18)


def test_the_closing_event_ends_the_task_and_says_who(
    s01: Store, customer: Customer, person: PersonOf
) -> None:
    leave(customer)
    clerk = person("info_clerk", s01)
    announce("test.called", customer, actor=clerk, sentence="已回访")
    task = Task.objects.get()
    assert (task.state, task.done_by, task.done_at) == ("done", clerk.user, FRIDAY)


def test_a_changed_rule_moves_open_tasks_and_never_done_ones(
    s01: Store, customer: Customer, person: PersonOf
) -> None:
    leave(customer)
    announce("test.called", customer, actor=person("info_clerk", s01), sentence="已回访")
    leave(Customer.objects.create(store=s01, name="李小红"))
    change_setting(s01, key="deadline.test.call", value="5", actor=person("service_manager", s01))
    assert list(Task.objects.order_by("pk").values_list("due_at", flat=True)) == [at(23, 18), at(25, 18)]
    change_setting(s01, key="kernel.day_ends_at", value="17:00", actor=person("service_manager", s01))
    assert list(Task.objects.order_by("pk").values_list("due_at", flat=True)) == [at(23, 18), at(25, 17)]


def test_another_stores_rule_is_its_own(s01: Store, s02: Store, see: object, person: PersonOf) -> None:
    see(s01, s02)  # type: ignore[operator]
    change_setting(s01, key="deadline.test.call", value="5", actor=person("service_manager", s01))
    assert due_of(s02, "test.call", FRIDAY).at == at(23, 18)


def test_what_is_late_is_shown_to_the_superior_once(s01: Store, customer: Customer, person: PersonOf) -> None:
    leave(customer)
    manager = person("service_manager", s01)
    assert escalate(s01, at(24, 17, 59)) == 0
    assert not open_tasks(manager).exists()
    assert escalate(s01, at(24, 18)) == 1
    assert escalate(s01, at(24, 19)) == 0
    assert [task.title for task in open_tasks(manager)] == ["回访王小明"]
    assert TaskWatcher.objects.get().post == "service_manager"
    assert Event.objects.filter(kind="kernel.task_escalated").count() == 1


def test_entered_holidays_move_what_was_counted_without_them(s01: Store, customer: Customer) -> None:
    start = FRIDAY
    deadlines.make_task(
        s01,
        rule="test.work",
        source=customer,
        title="处理",
        due_at=at(25, 18),
        post="advisor",
        url="/",
        counted_from=start,
    )
    CalendarDay.objects.create(date=at(23, 0).date(), working=False)
    assert recount(s01, "test.work") == 1
    assert Task.objects.get(rule="test.work").due_at == at(26, 18)
