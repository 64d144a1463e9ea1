"""Dispatch, clocks and the technician's own check (SV-07, SV-08)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fours.base.errors import IllegalMove, NotAllowed, NotThere, Refused, Stale
from fours.kernel.models import Event
from fours.org.models import Assignment
from fours.service.errors import NotAuthorised
from fours.service.models import ClockEntry, Inspection, JobAssignment, LaborLine
from fours.service.verbs.additional import accept_additional_work, offer_additional_work, report_finding
from fours.service.verbs.lines import add_labor
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job, pause_job, take_back_job

from .order_house import fresh, house, in_hours, with_lines
from .workshop_house import dispatched, finished, good, in_work, job_of, self_check, shop, team_checked


@pytest.fixture
def s(s01, person):
    return shop(house(s01), person)


def state(job):
    return LaborLine.objects.get(pk=job.pk).state


def test_a_job_is_given_to_two_technicians_with_shares_that_add_up(s):
    third = s.leader
    job = dispatched(s, s.order(), s.ann, s.bob, third)
    shares = list(JobAssignment.objects.filter(job=job).order_by("pk").values_list("share", flat=True))
    assert shares == [Decimal("0.3333"), Decimal("0.3333"), Decimal("0.3334")]
    assert (job.state, job.bay) == ("dispatched", "A01")
    assert Event.objects.get(kind="service.job_dispatched").sentence.endswith("工位 A01")


def test_a_job_not_begun_may_be_given_to_somebody_else(s):
    order = s.order()
    dispatched(s, order, s.ann)
    dispatched(s, order, s.bob)
    assert [a.technician for a in JobAssignment.objects.all()] == [s.bob.user]


@pytest.mark.parametrize(
    ("who", "bay", "field"),
    [([], "A01", "technicians"), (["advisor"], "A01", "technicians"), (["ann"], "Z9", "bay")],
)
def test_a_wrong_dispatch_is_refused_beside_its_field(s, who, bay, field):
    job = job_of(s.order())
    people = [getattr(s, name).user for name in who]
    with pytest.raises(Refused) as refusal:
        dispatch_job(job, technicians=people, bay=bay, actor=s.foreman)
    assert field in refusal.value.fields
    assert state(job) == "open"
    assert not JobAssignment.objects.exists()


def test_somebody_who_has_left_is_not_dispatched(s):
    Assignment.objects.filter(user=s.bob.user).update(ends_on=timezone.localdate() - timedelta(days=1))
    job = job_of(s.order())
    with pytest.raises(Refused, match="不是本店现任技师"):
        dispatch_job(job, technicians=[s.bob.user], actor=s.foreman)
    assert state(job) == "open"


def test_an_unsigned_order_is_not_dispatched(s):
    job = job_of(with_lines(s.at, s.advisor))
    with pytest.raises(NotAuthorised):
        dispatch_job(job, technicians=[s.ann.user], actor=s.foreman)
    assert state(job) == "open"


def test_additional_work_is_dispatched_only_once_accepted(s):
    order = s.order()
    work = report_finding(order, finding="漏油", actor=s.ann)
    job = add_labor(fresh(order), operation=s.at.door_paint, additional_work=work, actor=s.advisor)
    with pytest.raises(NotAuthorised):
        dispatch_job(job, technicians=[s.ann.user], actor=s.foreman)
    work = offer_additional_work(work, new_promised_at=in_hours(9), actor=s.advisor)
    accept_additional_work(work, answered_by="张三", via="电话", actor=s.advisor)
    job = LaborLine.objects.get(pk=job.pk)
    assert dispatch_job(job, technicians=[s.ann.user], actor=s.foreman).state == "dispatched"


def test_a_job_nobody_began_is_taken_back(s):
    job = dispatched(s, s.order())
    job = take_back_job(job, actor=s.foreman)
    assert (job.state, job.bay, job.assignments.count()) == ("open", "", 0)


def test_a_job_that_was_worked_on_is_not_taken_back(s):
    job = in_work(s, s.order())
    with pytest.raises(Refused, match="已有施工记录"):
        take_back_job(job, actor=s.foreman)
    assert state(job) == "in_work"


def test_clocking_on_starts_the_job_and_pausing_stops_the_clock(s):
    job = in_work(s, s.order())
    assert job.state == "in_work"
    job = pause_job(job, reason="parts", actor=s.ann)
    assert (job.state, job.pause_reason) == ("paused", "parts")
    assert ClockEntry.objects.get().ended_at is not None
    clock_on(job, actor=s.ann)
    assert (state(job), job_of(job.order).pause_reason) == ("in_work", "")
    assert ClockEntry.objects.count() == 2


def test_one_person_works_on_one_job_at_a_time_and_is_told_which(s):
    first, second = s.order(), s.order(kind="accident")
    in_work(s, first)
    job = dispatched(s, second)
    with pytest.raises(Refused, match=f"您正在做 {fresh(first)}“更换机油机滤”"):
        clock_on(job, actor=s.ann)
    assert state(job) == "dispatched"
    assert ClockEntry.objects.count() == 1


def test_a_job_is_clocked_on_only_by_whom_it_was_given_to(s):
    job = dispatched(s, s.order(), s.ann)
    with pytest.raises(NotAllowed, match="没有派给您"):
        clock_on(job, actor=s.bob)
    assert not ClockEntry.objects.exists()


def test_a_shared_job_waits_only_when_nobody_works_on_it(s):
    job = dispatched(s, s.order(), s.ann, s.bob)
    clock_on(job, actor=s.ann)
    clock_on(job, actor=s.bob)
    assert pause_job(job, reason="break", actor=s.ann).state == "in_work"
    assert pause_job(job, reason="parts", actor=s.bob).state == "paused"


def test_the_foreman_stops_all_clocks(s):
    job = dispatched(s, s.order(), s.ann, s.bob)
    clock_on(job, actor=s.ann)
    clock_on(job, actor=s.bob)
    assert pause_job(job, reason="bay", actor=s.foreman).state == "paused"
    assert not ClockEntry.objects.filter(ended_at=None).exists()


def test_a_pause_needs_one_of_the_reasons(s):
    job = in_work(s, s.order())
    with pytest.raises(Refused) as refusal:
        pause_job(job, reason="tired", actor=s.ann)
    assert "reason" in refusal.value.fields
    assert ClockEntry.objects.get().ended_at is None


def test_finishing_keeps_the_self_check_and_stops_every_clock(s):
    job = dispatched(s, s.order(), s.ann, s.bob)
    clock_on(job, actor=s.ann)
    clock_on(job, actor=s.bob)
    job = finish_job(job, items=good(self_check(job)), cause="到期", work_done="已更换", actor=s.bob)
    assert (job.state, job.cause, job.work_done) == ("self_checked", "到期", "已更换")
    assert not ClockEntry.objects.filter(ended_at=None).exists()
    kept = Inspection.objects.get()
    assert (kept.level, kept.passed, kept.inspector) == ("self", True, s.bob.user)


@pytest.mark.parametrize("result", ["fail", "replace", ""])
def test_an_item_that_is_not_good_keeps_the_job_in_work(s, result):
    job = in_work(s, s.order())
    with pytest.raises(Refused, match="油液无渗漏"):
        finish_job(job, items=[{"name": "油液无渗漏", "result": result}], actor=s.ann)
    assert state(job) == "in_work"
    assert not Inspection.objects.exists()
    assert ClockEntry.objects.get().ended_at is None


def test_nothing_is_finished_without_a_self_check(s):
    job = in_work(s, s.order())
    with pytest.raises(Refused, match="自检"):
        finish_job(job, items=[], actor=s.ann)
    assert state(job) == "in_work"


MOVES = {
    "dispatch": lambda s, job: dispatch_job(job, technicians=[s.bob.user], actor=s.foreman),
    "take_back": lambda s, job: take_back_job(job, actor=s.foreman),
    "clock_on": lambda s, job: clock_on(job, actor=s.ann),
    "pause": lambda s, job: pause_job(job, reason="parts", actor=s.ann),
    "finish": lambda s, job: finish_job(job, items=good(self_check(job)), actor=s.ann),
}
STEPS = {
    "open": lambda s, order: job_of(order),
    "dispatched": dispatched,
    "in_work": in_work,
    "self_checked": finished,
    "team_checked": team_checked,
}
ILLEGAL = [
    ("open", "take_back"), ("open", "clock_on"), ("open", "pause"), ("dispatched", "pause"), ("in_work", "dispatch"),
    ("self_checked", "dispatch"), ("self_checked", "clock_on"), ("self_checked", "pause"), ("self_checked", "finish"),
    ("team_checked", "dispatch"), ("team_checked", "clock_on"), ("team_checked", "pause"), ("team_checked", "finish"),
]  # fmt: skip


@pytest.mark.parametrize(("begun", "verb"), ILLEGAL)
def test_an_illegal_move_changes_nothing(s, begun, verb):
    order = s.order()
    job = STEPS[begun](s, order)
    before = (state(job), ClockEntry.objects.count(), JobAssignment.objects.count(), Event.objects.count())
    with pytest.raises(IllegalMove):
        MOVES[verb](s, job)
    assert (
        state(job), ClockEntry.objects.count(), JobAssignment.objects.count(), Event.objects.count(),
    ) == before  # fmt: skip


def test_finishing_a_job_not_begun_is_refused(s):
    job = dispatched(s, s.order())
    with pytest.raises(IllegalMove):
        finish_job(job, items=good(self_check(job)), actor=s.ann)
    assert state(job) == "dispatched"


def test_a_stale_page_dispatches_nothing(s):
    job = job_of(s.order())
    dispatched(s, job.order)
    with pytest.raises(Stale):
        dispatch_job(job, technicians=[s.bob.user], actor=s.foreman, version=job.version)
    assert JobAssignment.objects.get().technician == s.ann.user


RIGHTS = {  # post: verbs it may do in its own store
    "foreman": {"dispatch", "take_back"}, "technician": set(), "team_leader": set(), "advisor": set(),
    "inspector": set(), "washer": set(), "parts_keeper": set(), "cashier": set(), "service_manager": {"dispatch", "take_back"},
}  # fmt: skip


@pytest.mark.parametrize("post", RIGHTS)
def test_who_may_dispatch(s, person, post):
    actor = person(post, s.at.store, f"other-{post}")
    job = job_of(s.order())
    if "dispatch" in RIGHTS[post]:
        dispatch_job(job, technicians=[s.ann.user], actor=actor)
        take_back_job(job, actor=actor)
        return
    with pytest.raises(NotAllowed):
        dispatch_job(job, technicians=[s.ann.user], actor=actor)
    dispatched(s, job.order)
    with pytest.raises(NotAllowed):
        take_back_job(job, actor=actor)
    assert state(job) == "dispatched"


def test_another_store_does_not_find_the_job(s, person, s02):
    job = in_work(s, s.order())
    for verb in (
        lambda: dispatch_job(job, technicians=[s.ann.user], actor=person("foreman", s02)),
        lambda: clock_on(job, actor=person("technician", s02)),
        lambda: pause_job(job, reason="parts", actor=person("technician", s02)),
        lambda: finish_job(job, items=good(self_check(job)), actor=person("technician", s02)),
    ):
        with pytest.raises(NotThere):
            verb()
    assert state(job) == "in_work"
