"""The workshop's tasks make and close themselves (PF-07)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fours.kernel.models import Task
from fours.org.models import Assignment, Team
from fours.service.checklists import final_check as final_items
from fours.service.models import RepairOrder, Wash
from fours.service.verbs.additional import accept_additional_work, offer_additional_work, report_finding
from fours.service.verbs.inspection import check_job, final_check
from fours.service.verbs.lines import add_labor
from fours.service.verbs.order import change_promise, void_order
from fours.service.verbs.wash import finish_wash, start_wash
from fours.service.verbs.workshop import take_back_job
from fours.service.workshop_tasks import (
    count_my_jobs,
    count_to_check,
    count_to_dispatch,
    count_to_wash,
    warn_of_promises,
)

from .order_house import fresh, house, in_hours
from .workshop_house import WASHED, dispatched, final_passed, finished, good, in_work, shop, team_checked


@pytest.fixture
def s(s01, person):
    return shop(house(s01), person)


def tasks(rule, state="open"):
    return Task.objects.filter(rule=f"service.{rule}", state=state)


def test_each_technician_is_asked_in_time_before_the_promise(s):
    order = s.order()
    dispatched(s, order, s.ann, s.bob)
    found = tasks("work_job").order_by("pk")
    assert [task.person for task in found] == [s.ann.user, s.bob.user]
    assert found[0].due_at == fresh(order).promised_at - timedelta(minutes=30)


def test_a_new_dispatch_and_taking_back_withdraw_the_task(s):
    order = s.order()
    dispatched(s, order, s.ann)
    job = dispatched(s, order, s.bob)
    assert tasks("work_job").get().person == s.bob.user
    take_back_job(job, actor=s.foreman)
    assert not tasks("work_job").exists()
    assert tasks("work_job", "cancelled").count() == 2


def test_finishing_closes_the_work_and_asks_the_teams_leader(s):
    Assignment.objects.filter(user=s.ann.user).update(team="机电一组")
    Team.objects.filter(name="机电一组").update(leader=s.leader.user)
    finished(s, s.order())
    assert tasks("work_job", "done").get().done_by == s.ann.user
    assert tasks("team_check").get().person == s.leader.user


def test_a_failed_check_asks_the_technician_again(s):
    check_job(finished(s, s.order()), passed=False, reason="异响", actor=s.leader)
    assert not tasks("team_check").exists()
    again = tasks("work_job").get()
    assert (again.person, again.title) == (s.ann.user, "返工：更换机油机滤（组检退回）")


def test_the_inspector_is_asked_when_every_job_is_checked(s):
    order = s.order()
    finished(s, order)
    assert not tasks("final_check").exists()
    order = s.order(kind="accident")
    job = team_checked(s, order)
    assert tasks("final_check").get().post == "inspector"
    final_check(
        fresh(order), passed=False, items=good(final_items(order)), reason="异响", failed_jobs=[job.pk],
        actor=s.inspector,
    )  # fmt: skip
    assert not tasks("final_check").exists()
    assert tasks("work_job").get().title.startswith("返工")


def test_a_late_finding_withdraws_the_final_check(s):
    order = s.order()
    team_checked(s, order)
    report_finding(fresh(order), finding="漏油", actor=s.ann)
    assert not tasks("final_check").exists()


def test_the_washer_is_asked_until_the_car_is_clean(s):
    final_passed(s, s.order())
    assert tasks("wash_car").get().post == "washer"
    finish_wash(start_wash(Wash.objects.get(), actor=s.washer), items=WASHED, actor=s.washer)
    assert not tasks("wash_car").exists()


def test_the_advisor_is_warned_once_before_the_promise_and_no_more_after_the_change(s):
    order = s.order()
    assert warn_of_promises(s.at.store, timezone.now()) == 0
    RepairOrder.objects.filter(pk=order.pk).update(promised_at=in_hours(0.7))
    warn_of_promises(s.at.store, timezone.now())
    warn_of_promises(s.at.store, timezone.now())
    task = tasks("keep_promise").get()
    assert (task.person, task.due_at) == (s.advisor.user, fresh(order).promised_at)
    change_promise(fresh(order), promised_at=in_hours(5), reason="待料", told_customer=True, actor=s.advisor)
    assert not tasks("keep_promise").exists()
    warn_of_promises(s.at.store, timezone.now())
    assert not tasks("keep_promise").exists()


def test_a_car_whose_work_takes_longer_than_is_left_is_at_risk(s):
    order = s.order()
    order.jobs.update(hours=5)
    warn_of_promises(s.at.store, timezone.now())
    assert tasks("keep_promise").exists()


def test_the_figures_count_what_waits(s):
    order = s.order()
    assert count_to_dispatch(s.foreman) == 1
    in_work(s, order)
    assert (count_to_dispatch(s.foreman), count_my_jobs(s.ann), count_my_jobs(s.bob)) == (0, 1, 0)
    second = s.order(kind="accident")
    dispatched(s, second, s.bob)
    assert count_to_check(s.inspector) == 0


def test_the_figures_of_inspector_and_washer(s):
    team_checked(s, s.order())
    assert (count_to_check(s.inspector), count_to_wash(s.washer)) == (1, 0)
    final_passed(s, s.order(kind="accident"))
    assert (count_to_check(s.inspector), count_to_wash(s.washer)) == (1, 1)


def test_the_figures_see_their_own_store_only(s, person, s02):
    s.order()
    assert count_to_dispatch(person("foreman", s02)) == 0


def test_what_was_found_is_put_to_the_customer_by_the_orders_advisor(s):
    order = s.order()
    work = report_finding(order, finding="漏油", safety_related=True, actor=s.ann)
    task = tasks("answer_finding").get()
    assert (task.person, task.title) == (order.advisor, "增项报价并征询客户（涉及安全）：漏油")
    add_labor(
        fresh(order),
        name="更换油封",
        hours=Decimal(1),
        work_kind="mechanical",
        additional_work=work,
        actor=s.advisor,
    )
    offer_additional_work(work, new_promised_at=in_hours(9), actor=s.advisor)
    assert tasks("answer_finding").exists()
    accept_additional_work(work, answered_by="王建国", via="电话", actor=s.advisor)
    assert tasks("answer_finding", "done").get().done_by == s.advisor.user


def test_a_void_order_asks_nobody_about_its_findings(s):
    order = s.order()
    report_finding(order, finding="漏油", actor=s.ann)
    void_order(fresh(order), reason="客户取消", actor=s.advisor)
    assert not tasks("answer_finding").exists()
