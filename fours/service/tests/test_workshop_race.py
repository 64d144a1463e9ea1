"""Two at one job, one technician at two jobs, in the same second: exactly one is served."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection, transaction

from fours.base.errors import Refused
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Event, User
from fours.org.models import Assignment
from fours.service.checklists import self_check
from fours.service.models import ClockEntry, Inspection, LaborLine
from fours.service.verbs.inspection import check_job
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job

from .order_house import authorised
from .test_order_race import shop
from .workshop_house import good, job_of

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("committed")]


def at_once(store, calls: list[tuple[User, Callable[[Actor], object]]]) -> list[str]:
    """What each caller heard, in their order: "done" or the refusal's code."""
    start = Barrier(len(calls))

    def one(user: User, call: Callable[[Actor], object]) -> str:
        try:
            start.wait(timeout=10)
            with transaction.atomic():
                open_scope([store.pk])
                call(Actor.of(user, store))
            return "done"
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda pair: one(*pair), calls))


def workshop():
    """Two dispatched jobs on two orders for the same technician; call inside a transaction."""
    at, advisors = shop()
    people = {}
    for post in ("foreman", "technician", "team_leader"):
        user = User.objects.create(username=post, name=post, home_store=at.store)
        Assignment.objects.create(user=user, store=at.store, post=post, starts_on=date(2020, 1, 1))
        people[post] = user
    second = User.objects.create(username="leader2", name="leader2", home_store=at.store)
    Assignment.objects.create(user=second, store=at.store, post="team_leader", starts_on=date(2020, 1, 1))
    people["second"] = second
    advisor = Actor.of(advisors[0], at.store)
    jobs = [job_of(authorised(at, advisor, kind=kind)) for kind in ("general_repair", "accident")]
    foreman = Actor.of(people["foreman"], at.store)
    for job in jobs:
        dispatch_job(job, technicians=[people["technician"]], actor=foreman)
    return at.store, people, jobs


def test_one_technician_begins_one_of_two_jobs() -> None:
    with transaction.atomic():
        store, people, jobs = workshop()
    ann = people["technician"]
    heard = at_once(store, [(ann, lambda actor, job=job: clock_on(job, actor=actor)) for job in jobs])
    assert heard.count("done") == 1
    assert set(heard) <= {"done", "gone", "refused"}
    with transaction.atomic():
        open_scope([store.pk])
        assert ClockEntry.objects.count() == 1
        assert sorted(LaborLine.objects.values_list("state", flat=True)) == ["dispatched", "in_work"]
        assert Event.objects.filter(kind="service.job_started").count() == 1


def test_one_job_is_checked_once_by_two_leaders() -> None:
    with transaction.atomic():
        store, people, jobs = workshop()
        ann = Actor.of(people["technician"], store)
        clock_on(jobs[0], actor=ann)
        finish_job(jobs[0], items=good(self_check(jobs[0])), actor=ann)
    heard = at_once(
        store,
        [
            (people["team_leader"], lambda actor: check_job(jobs[0], passed=True, actor=actor)),
            (people["second"], lambda actor: check_job(jobs[0], passed=False, reason="异响", actor=actor)),
        ],
    )
    assert sorted(heard) == ["done", "illegal_state"]
    with transaction.atomic():
        open_scope([store.pk])
        assert Inspection.objects.filter(level="team").count() == 1
