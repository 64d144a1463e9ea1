"""The second and third inspection and the wash (SV-10, SV-11)."""

import pytest

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused
from fours.kernel.models import Event
from fours.service.checklists import WASH_ITEMS, team_check
from fours.service.checklists import final_check as final_items
from fours.service.models import Inspection, LaborLine, RepairOrder, Wash
from fours.service.verbs.additional import accept_additional_work, offer_additional_work, report_finding
from fours.service.verbs.inspection import check_job, final_check
from fours.service.verbs.lines import add_labor
from fours.service.verbs.wash import finish_wash, start_wash
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job

from .order_house import fresh, house, in_hours
from .workshop_house import (
    WASHED,
    dispatched,
    final_passed,
    finished,
    good,
    in_work,
    job_of,
    self_check,
    shop,
    team_checked,
)


@pytest.fixture
def s(s01, person):
    return shop(house(s01), person)


def state(row):
    return type(row).objects.get(pk=row.pk).state


def test_the_team_leader_passes_a_job_with_advice(s):
    job = finished(s, s.order())
    job = check_job(job, passed=True, items=good(team_check(job)), advice="下次换刹车片", actor=s.leader)
    kept = Inspection.objects.get(level="team")
    assert (job.state, kept.passed, kept.advice, kept.inspector) == (
        "team_checked",
        True,
        "下次换刹车片",
        s.leader.user,
    )


def test_a_failed_team_check_sends_the_job_back_to_be_worked_again(s):
    order = s.order()
    job = finished(s, order)
    job = check_job(job, passed=False, reason="螺栓未紧固", actor=s.leader)
    assert job.state == "dispatched"
    clock_on(job, actor=s.ann)
    finish_job(job_of(order), items=good(self_check(job)), actor=s.ann)
    assert check_job(job_of(order), passed=True, actor=s.leader).state == "team_checked"
    assert list(Inspection.objects.order_by("pk").values_list("level", "passed")) == [
        ("self", True), ("team", False), ("self", True), ("team", True),
    ]  # fmt: skip


def test_a_failed_check_needs_its_reason(s):
    job = finished(s, s.order())
    with pytest.raises(Refused) as refusal:
        check_job(job, passed=False, reason=" ", actor=s.leader)
    assert "reason" in refusal.value.fields
    assert state(job) == "self_checked"


def test_a_failed_item_cannot_be_passed(s):
    job = finished(s, s.order())
    with pytest.raises(Refused, match="有不合格项目"):
        check_job(job, passed=True, items=[{"name": "故障现象已消除", "result": "fail"}], actor=s.leader)
    assert state(job) == "self_checked"


def test_nobody_checks_their_own_work(s):
    job = dispatch_job(job_of(s.order()), technicians=[s.leader.user], actor=s.foreman)
    clock_on(job, actor=s.leader)
    finish_job(job, items=good(self_check(job)), actor=s.leader)
    with pytest.raises(Refused, match="不能检验自己施工的项目：更换机油机滤"):
        check_job(job, passed=True, actor=s.leader)
    assert state(job) == "self_checked"
    assert check_job(job, passed=True, actor=s.foreman).state == "team_checked"


def test_a_job_is_not_checked_before_it_is_finished(s):
    order = s.order()
    with pytest.raises(IllegalMove):
        check_job(in_work(s, order), passed=True, actor=s.leader)
    assert state(job_of(order)) == "in_work"


def test_a_checked_job_is_not_checked_again(s):
    job = team_checked(s, s.order())
    with pytest.raises(IllegalMove):
        check_job(job, passed=False, reason="再看", actor=s.leader)
    assert state(job) == "team_checked"


def test_the_final_check_of_a_car_that_wants_no_wash_completes_the_order(s):
    order = final_passed(s, s.order(wash_wanted=False))
    assert order.state == "completed"
    assert order.completed_at is not None
    assert order.completed_date is not None
    assert Event.objects.filter(kind="service.order_completed").count() == 1


def test_the_final_check_waits_for_every_job(s):
    order = s.order()
    finished(s, order)
    with pytest.raises(Refused, match="还有项目未经组检：更换机油机滤"):
        final_check(fresh(order), passed=True, items=good(final_items(order)), actor=s.inspector)
    assert not Inspection.objects.filter(level="final").exists()


def test_the_final_check_waits_for_the_customers_answer(s):
    order = s.order()
    team_checked(s, order)
    report_finding(fresh(order), finding="漏油", actor=s.ann)
    with pytest.raises(Refused, match="1 项增项未得到客户答复"):
        final_check(fresh(order), passed=True, items=good(final_items(order)), actor=s.inspector)
    assert fresh(order).state == "authorised"


def test_a_failed_final_check_sends_the_named_jobs_back(s):
    order = s.order()
    job = team_checked(s, order)
    items = good(final_items(order))
    with pytest.raises(Refused) as refusal:
        final_check(fresh(order), passed=False, items=items, reason="有异响", actor=s.inspector)
    assert "failed_jobs" in refusal.value.fields
    assert state(job) == "team_checked"
    final_check(
        fresh(order), passed=False, items=items, reason="有异响", failed_jobs=[job.pk], actor=s.inspector
    )
    assert state(job) == "dispatched"
    assert (fresh(order).state, Wash.objects.count()) == ("authorised", 0)
    assert Event.objects.get(kind="service.final_check_failed").data == {"jobs": [job.pk]}


def test_the_final_check_needs_its_items(s):
    order = s.order()
    team_checked(s, order)
    with pytest.raises(Refused) as refusal:
        final_check(fresh(order), passed=True, items=[], actor=s.inspector)
    assert "items" in refusal.value.fields
    assert fresh(order).state == "authorised"


def test_who_worked_on_the_car_does_not_check_it_finally(s, person):
    order = s.order()
    team_checked(s, order)
    both = person("inspector", s.at.store, s.ann.user.username)
    with pytest.raises(Refused, match="不能检验自己施工的项目"):
        final_check(fresh(order), passed=True, items=good(final_items(order)), actor=both)
    assert fresh(order).state == "authorised"


def test_the_washed_car_is_completed_and_parked(s):
    order = final_passed(s, s.order())
    assert order.state == "authorised"
    wash = start_wash(Wash.objects.get(), actor=s.washer)
    assert (wash.state, wash.washer) == ("washing", s.washer.user)
    finish_wash(wash, items=WASHED, parking_place="P3", actor=s.washer)
    order = fresh(order)
    assert (order.state, order.parked_at, state(wash)) == ("completed", "P3", "done")


def test_a_wash_is_not_finished_with_items_open(s):
    final_passed(s, s.order())
    wash = start_wash(Wash.objects.get(), actor=s.washer)
    with pytest.raises(Refused, match="无新增划痕"):
        finish_wash(wash, items=WASH_ITEMS[:-1], actor=s.washer)
    assert state(wash) == "washing"
    assert RepairOrder.objects.get().state == "authorised"


def test_a_wash_is_started_once_and_finished_after_its_start(s):
    final_passed(s, s.order())
    wash = Wash.objects.get()
    with pytest.raises(IllegalMove):
        finish_wash(wash, items=WASHED, actor=s.washer)
    start_wash(wash, actor=s.washer)
    with pytest.raises(IllegalMove):
        start_wash(wash, actor=s.washer)
    assert state(wash) == "washing"


def more_work(s, order):
    """Additional work, accepted: one more job to be done."""
    work = report_finding(fresh(order), finding="漏油", actor=s.inspector)
    job = add_labor(fresh(order), operation=s.at.door_paint, additional_work=work, actor=s.advisor)
    work = offer_additional_work(work, new_promised_at=in_hours(9), actor=s.advisor)
    accept_additional_work(work, answered_by="张三", via="电话", actor=s.advisor)
    return LaborLine.objects.get(pk=job.pk)


def do_all(s, job):
    dispatch_job(job, technicians=[s.ann.user], actor=s.foreman)
    clock_on(job, actor=s.ann)
    finish_job(job, items=good(self_check(job)), actor=s.ann)
    check_job(job, passed=True, actor=s.leader)


def test_work_agreed_while_the_car_is_washed_keeps_the_order_open(s):
    order = final_passed(s, s.order())
    job = more_work(s, order)
    finish_wash(start_wash(Wash.objects.get(), actor=s.washer), items=WASHED, actor=s.washer)
    assert fresh(order).state == "authorised"
    do_all(s, job)
    assert fresh(order).state == "authorised"
    final_check(fresh(order), passed=True, items=good(final_items(order)), actor=s.inspector)
    assert fresh(order).state == "completed"


def test_work_done_while_the_car_waits_for_the_wash_is_finally_checked_too(s):
    order = final_passed(s, s.order())
    do_all(s, more_work(s, order))
    finish_wash(start_wash(Wash.objects.get(), actor=s.washer), items=WASHED, actor=s.washer)
    assert fresh(order).state == "authorised"


def test_a_completed_order_opened_again_is_checked_and_completed_again(s):
    order = final_passed(s, s.order(wash_wanted=False))
    do_all(s, more_work(s, order))
    assert fresh(order).state == "authorised"
    final_check(fresh(order), passed=True, items=good(final_items(order)), actor=s.inspector)
    assert fresh(order).state == "completed"


RIGHTS = {
    "team_leader": {"team"}, "foreman": {"team", "wash"}, "inspector": {"final"},
    "technical_director": {"team", "final"}, "washer": {"wash"}, "technician": set(), "advisor": set(),
    "service_manager": set(), "cashier": set(), "parts_keeper": set(),
}  # fmt: skip


@pytest.mark.parametrize("post", RIGHTS)
def test_who_may_check_and_wash(s, person, post):
    order = s.order()
    actor = person(post, s.at.store, f"other-{post}")
    job = finished(s, order)

    def allowed(name, call, otherwise):
        if name in RIGHTS[post]:
            return call(actor)
        with pytest.raises(NotAllowed):
            call(actor)
        return call(otherwise)

    allowed("team", lambda who: check_job(job, passed=True, actor=who), s.leader)
    items = good(final_items(order))
    allowed("final", lambda who: final_check(fresh(order), passed=True, items=items, actor=who), s.inspector)
    allowed("wash", lambda who: start_wash(Wash.objects.get(), actor=who), s.washer)
    assert Wash.objects.get().state == "washing"


def test_another_store_finds_none_of_it(s, person, s02):
    order = s.order()
    job = finished(s, order)
    with pytest.raises(NotThere):
        check_job(job, passed=True, actor=person("team_leader", s02))
    with pytest.raises(NotThere):
        final_check(fresh(order), passed=True, items=[], actor=person("inspector", s02))
    assert state(job) == "self_checked"


def test_dispatched_is_not_enough_for_any_check(s):
    job = dispatched(s, s.order())
    with pytest.raises(IllegalMove):
        check_job(job, passed=True, actor=s.leader)
    assert state(job) == "dispatched"
