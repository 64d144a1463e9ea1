"""Queued subscribers are served by a real worker; schedules fall due once and are made up when missed (design, section 6)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from conftest import PersonOf
from fours.base.errors import NotAllowed, NotThere
from fours.customers.models import Customer
from fours.kernel import events, jobs, schedules
from fours.kernel.actor import Actor, open_scope
from fours.kernel.events import announce, subscribe
from fours.kernel.models import Comment, Event, Group, IdempotencyKey, Occurrence, Setting, Store, User
from fours.kernel.schedules import daily, every, make_occurrences, retry_occurrence, run_due
from fours.kernel.store_settings import setting

CHINA = ZoneInfo("Asia/Shanghai")
SEVEN_OCLOCK = datetime(2026, 11, 20, 19, 3, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def registries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "SCHEDULES", {})
    heard = {kind: list(names) for kind, names in events.SUBSCRIBERS.items()}
    monkeypatch.setattr(events, "SUBSCRIBERS", heard)
    monkeypatch.setattr(jobs, "SUBSCRIBERS", heard)


@pytest.fixture
def two_stores(committed: None) -> tuple[Store, Store]:
    group = Group.objects.create(name="集团")
    return (
        Store.objects.create(group=group, code="S01", name="一店"),
        Store.objects.create(group=group, code="S02", name="二店"),
    )


def said(store: Store) -> list[str]:
    with transaction.atomic():
        open_scope([store.pk])
        return list(Comment.objects.order_by("pk").values_list("text", flat=True))


def listen(handler: Callable[[Event], None]) -> None:
    subscribe("test.made", inline=False)(handler)


def make_customer(store: Store) -> None:
    with transaction.atomic():
        open_scope([store.pk])
        customer = Customer.objects.create(store=store, name="王小明")
        announce("test.made", customer, actor=Actor.system(store), sentence="建立")


@pytest.mark.race
def test_a_worker_delivers_what_was_committed_and_sees_that_store_only(
    two_stores: tuple[Store, Store],
) -> None:
    s01, s02 = two_stores
    author = User.objects.create(username="a", name="甲")

    def note(event: Event) -> None:
        seen = "、".join(Customer.objects.values_list("name", flat=True))
        Comment.objects.create(
            store=event.store, aggregate_kind="x", aggregate_id=1, text=f"看到{seen}", author=author
        )

    listen(note)
    make_customer(s01)
    make_customer(s02)
    jobs.run_worker(wait=False)
    assert said(s01) == ["看到王小明"]
    assert said(s02) == ["看到王小明"]
    assert not ProcrastinateJob.objects.filter(task_name=events.DELIVER).exists()


@pytest.mark.race
def test_a_rolled_back_verb_queues_nothing(two_stores: tuple[Store, Store]) -> None:
    listen(lambda event: None)
    with transaction.atomic():
        make_customer(two_stores[0])
        transaction.set_rollback(True)
    assert not ProcrastinateJob.objects.filter(task_name=events.DELIVER).exists()


@pytest.mark.race
def test_a_failing_subscriber_changes_nothing_and_waits_for_its_next_try(
    two_stores: tuple[Store, Store],
) -> None:
    store = two_stores[0]
    author = User.objects.create(username="a", name="甲")

    def fail(event: Event) -> None:
        Comment.objects.create(
            store=event.store, aggregate_kind="x", aggregate_id=1, text="半截", author=author
        )
        raise ConnectionError("对方没有应答")

    listen(fail)
    make_customer(store)
    jobs.run_worker(wait=False)
    job = ProcrastinateJob.objects.get(task_name=events.DELIVER)
    assert (job.status, job.attempts) == ("todo", 1)
    assert job.scheduled_at is not None
    assert said(store) == []


@pytest.mark.race
def test_after_all_tries_it_is_shown_as_failed_and_can_be_tried_again(
    two_stores: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = two_stores
    monkeypatch.setattr(jobs, "RETRY", False)
    broken = [True]

    def work(event: Event) -> None:
        if broken[0]:
            raise ConnectionError("对方没有应答")

    listen(work)
    make_customer(store)
    jobs.run_worker(wait=False)
    with transaction.atomic():
        open_scope([store.pk])
        failed = jobs.failed_deliveries(store)
        assert [row["event"].sentence for row in failed] == ["建立"]
        assert jobs.failed_deliveries(other) == []
        with pytest.raises(NotThere):
            jobs.retry_delivery(other, job_id=failed[0]["id"], actor=Actor.system(other))
        jobs.retry_delivery(store, job_id=failed[0]["id"], actor=Actor.system(store))
    broken[0] = False
    jobs.run_worker(wait=False)
    assert not ProcrastinateJob.objects.filter(task_name=events.DELIVER).exists()


def test_an_interval_falls_due_once_per_store_however_often_one_looks(s01: Store, s02: Store) -> None:
    seen: list[tuple[str, datetime]] = []
    every("test.look", minutes=10)(lambda store, due_at: seen.append((store.code, due_at)))
    for minute in (3, 5, 9):
        run_due(SEVEN_OCLOCK.replace(minute=minute))
    assert sorted(code for code, _ in seen) == ["S01", "S02"]
    run_due(SEVEN_OCLOCK.replace(minute=40))
    times = [due_at for code, due_at in seen if code == "S01"]
    assert times == [SEVEN_OCLOCK.replace(minute=0), SEVEN_OCLOCK.replace(minute=40)]


def test_what_is_changed_between_two_works_is_known_to_the_second(s01: Store) -> None:
    """One run serves a store for minutes; a setting changed meanwhile holds from the next work on."""
    read: list[int] = []

    def work(store: Store, due_at: datetime) -> None:
        read.append(setting(store, "approvals.valid_days"))
        Setting.objects.update_or_create(store=store, key="approvals.valid_days", defaults={"value": 3})

    daily("test.first", at="18:00")(work)
    daily("test.second", at="18:30")(work)
    assert run_due(SEVEN_OCLOCK) == 2
    assert read == [7, 3]


def test_missed_days_are_made_up_each_with_its_own_time(s01: Store) -> None:
    seen: list[datetime] = []
    daily("test.report", at="17:30")(lambda store, due_at: seen.append(due_at))
    run_due(SEVEN_OCLOCK - timedelta(days=3))
    run_due(SEVEN_OCLOCK)
    half_past_five = SEVEN_OCLOCK.replace(hour=17, minute=30)
    assert seen == [half_past_five - timedelta(days=days) for days in (3, 2, 1, 0)]


def test_before_its_hour_nothing_is_due(s01: Store) -> None:
    daily("test.report", at="17:30")(lambda store, due_at: None)
    run_due(SEVEN_OCLOCK.replace(hour=17, minute=29))
    assert not Occurrence.objects.exists()


def test_after_a_week_off_only_a_week_is_made_up(s01: Store) -> None:
    daily("test.report", at="17:30")(lambda store, due_at: None)
    run_due(SEVEN_OCLOCK - timedelta(days=30))
    run_due(SEVEN_OCLOCK)
    assert Occurrence.objects.count() == 1 + 8


def test_failing_work_is_undone_tried_three_times_and_then_stays_with_its_error(
    s01: Store, person: PersonOf
) -> None:
    author = User.objects.create(username="a", name="甲")

    def work(store: Store, due_at: datetime) -> None:
        Comment.objects.create(store=store, aggregate_kind="x", aggregate_id=1, text="半截", author=author)
        raise ValueError("坏数据")

    every("test.bad", minutes=60)(work)
    for minute in (3, 4, 5, 6):
        assert run_due(SEVEN_OCLOCK.replace(minute=minute)) == 0
    row = Occurrence.objects.get()
    assert (row.state, row.tries, row.error) == ("failed", 3, "ValueError: 坏数据")
    assert not Comment.objects.exists()
    with pytest.raises(NotAllowed):
        retry_occurrence(row, actor=person("advisor", s01))
    retry_occurrence(row, actor=person("service_manager", s01))
    row.refresh_from_db()
    assert (row.state, row.tries) == ("due", 0)


def test_two_workers_make_an_occurrence_once(s01: Store) -> None:
    every("test.look", minutes=10)(lambda store, due_at: None)
    make_occurrences(s01, SEVEN_OCLOCK)
    make_occurrences(s01, SEVEN_OCLOCK)
    assert Occurrence.objects.count() == 1


def test_old_answers_and_occurrences_are_dropped_and_young_ones_kept(s01: Store, person: PersonOf) -> None:
    user = person("advisor", s01).user
    for days in (40, 1):
        with time_machine.travel(SEVEN_OCLOCK - timedelta(days=days)):
            IdempotencyKey.objects.create(user=user, key=f"k{days}", fingerprint="x")
        Occurrence.objects.create(
            store=s01, rule="x", due_at=SEVEN_OCLOCK - timedelta(days=days), state="done"
        )
    jobs.tidy(s01, SEVEN_OCLOCK)
    assert IdempotencyKey.objects.get().key == "k1"
    assert Occurrence.objects.get().due_at == SEVEN_OCLOCK - timedelta(days=1)
