"""Tasks: once per occurrence, claimed by one, handed to a colleague, put aside with a reason (PF-07)."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from conftest import PersonOf
from fours.base.errors import Gone, IllegalMove, NotThere, Refused
from fours.customers.models import Customer
from fours.desk.worklist import open_tasks
from fours.kernel.models import Event, Store, Task
from fours.kernel.tasks import (
    cancel_tasks,
    claim_task,
    close_tasks,
    free_tasks_of_leavers,
    hand_over_task,
    least_loaded,
    make_task,
    snooze_task,
)
from fours.org.models import Assignment


@pytest.fixture
def customer(s01: Store) -> Customer:
    return Customer.objects.create(store=s01, name="王小明")


def task_of(store: Store, customer: Customer, **more: object) -> Task:
    given = {"rule": "test.call", "title": "回访王小明", "post": "advisor", "url": "/x/", **more}
    make_task(store, source=customer, due_at=timezone.now(), **given)  # type: ignore[arg-type]
    return Task.objects.get(rule=given["rule"], occurrence=given.get("occurrence", ""))


def test_the_same_rule_source_and_occurrence_is_one_task_also_when_done(
    s01: Store, customer: Customer, person: PersonOf
) -> None:
    first = task_of(s01, customer)
    assert task_of(s01, customer, title="另一句").title == "回访王小明"
    assert task_of(s01, customer, occurrence="2").pk != first.pk
    close_tasks(customer, actor=person("advisor", s01))
    assert task_of(s01, customer).state == "done"


def test_closing_one_rule_leaves_the_others_open(s01: Store, customer: Customer, person: PersonOf) -> None:
    task_of(s01, customer)
    other = task_of(s01, customer, rule="test.other")
    advisor = person("advisor", s01)
    assert close_tasks(customer, rule="test.call", actor=advisor) == 1
    assert close_tasks(customer, rule="test.call", actor=advisor) == 0
    assert list(Task.objects.filter(state="open")) == [other]
    assert cancel_tasks(customer, actor=advisor) == 1
    assert Task.objects.get(pk=other.pk).state == "cancelled"


def test_two_claim_and_the_first_has_it(s01: Store, customer: Customer, person: PersonOf) -> None:
    task = task_of(s01, customer)
    first, second = person("advisor", s01, "wang"), person("advisor", s01, "li")
    assert claim_task(task, actor=first).person == first.user
    with pytest.raises(Gone, match="认领"):
        claim_task(task, actor=second)
    assert not open_tasks(second).exists()
    assert Task.objects.get().person == first.user


def test_a_task_of_another_post_or_store_is_not_there(
    s01: Store, s02: Store, customer: Customer, person: PersonOf
) -> None:
    task = task_of(s01, customer)
    for stranger in (person("cashier", s01), person("advisor", s02)):
        with pytest.raises(NotThere):
            claim_task(task, actor=stranger)
    assert Task.objects.get().person is None


def test_handed_over_only_to_a_colleague_of_the_post_with_a_reason(
    s01: Store, s02: Store, customer: Customer, person: PersonOf
) -> None:
    wang, li = person("advisor", s01, "wang"), person("advisor", s01, "li")
    task = task_of(s01, customer, person=wang.user)
    for stranger in (person("cashier", s01), person("advisor", s02), wang):
        with pytest.raises(Refused) as refusal:
            hand_over_task(task, person=stranger.user, reason="休假", actor=wang)  # type: ignore[arg-type]
        assert "person" in refusal.value.fields
    with pytest.raises(Refused, match="原因"):
        hand_over_task(task, person=li.user, reason=" ", actor=wang)  # type: ignore[arg-type]
    assert Task.objects.get().person == wang.user
    hand_over_task(task, person=li.user, reason="休假", actor=wang)  # type: ignore[arg-type]
    assert list(open_tasks(li)) == [task]
    assert "转交给" in Event.objects.get().sentence


def test_put_aside_with_reason_until_later_but_not_into_the_past(
    s01: Store, customer: Customer, person: PersonOf
) -> None:
    advisor, task, now = person("advisor", s01), task_of(s01, customer), timezone.now()
    with pytest.raises(Refused) as refusal:
        snooze_task(task, until=now - timedelta(minutes=1), reason="客户开会", actor=advisor)
    assert "until" in refusal.value.fields
    assert Task.objects.get().snoozed_until is None
    snoozed = snooze_task(task, until=now + timedelta(hours=2), reason="客户开会", actor=advisor)
    assert (snoozed.snooze_reason, snoozed.due_at) == ("客户开会", task.due_at)


def test_a_done_task_is_not_moved_about(s01: Store, customer: Customer, person: PersonOf) -> None:
    advisor, task = person("advisor", s01), task_of(s01, customer)
    close_tasks(customer, actor=advisor)
    with pytest.raises(IllegalMove):
        claim_task(task, actor=advisor)


def test_work_is_spread_to_who_has_least(s01: Store, customer: Customer, person: PersonOf) -> None:
    wang, li = person("advisor", s01, "wang"), person("advisor", s01, "li")
    task_of(s01, customer, person=li.user)
    assert least_loaded(s01, "advisor") == wang.user
    task_of(s01, customer, person=wang.user, occurrence="2")
    task_of(s01, customer, person=wang.user, occurrence="3")
    assert least_loaded(s01, "advisor") == li.user
    assert least_loaded(s01, "cashier") is None


def test_work_of_somebody_who_left_goes_back_to_the_post(
    s01: Store, customer: Customer, person: PersonOf
) -> None:
    wang, li = person("advisor", s01, "wang"), person("advisor", s01, "li")
    left, stays = (
        task_of(s01, customer, person=wang.user),
        task_of(s01, customer, person=li.user, occurrence="2"),
    )
    assert free_tasks_of_leavers(s01) == 0
    Assignment.objects.filter(user=wang.user).update(ends_on=date(2021, 1, 1))
    assert free_tasks_of_leavers(s01) == 1
    left.refresh_from_db()
    stays.refresh_from_db()
    assert (left.person, stays.person) == (None, li.user)
