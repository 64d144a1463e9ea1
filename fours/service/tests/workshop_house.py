"""The order of order_house taken through the workshop, one step after the other."""

from dataclasses import dataclass
from typing import Any

from fours.kernel.actor import Actor
from fours.service.checklists import WASH_ITEMS, final_check, self_check, team_check
from fours.service.models import LaborLine, RepairOrder
from fours.service.verbs.inspection import check_job
from fours.service.verbs.inspection import final_check as do_final_check
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job

from .order_house import House, authorised, fresh

WASHED = list(WASH_ITEMS)


@dataclass(frozen=True)
class Shop:
    """A store with its workshop people; `bob` is a second technician."""

    at: House
    advisor: Actor
    foreman: Actor
    ann: Actor
    bob: Actor
    leader: Actor
    inspector: Actor
    washer: Actor

    def order(self, **facts: Any) -> RepairOrder:
        """A signed order with one job: an oil change of 0.80 h and its filter."""
        return authorised(self.at, self.advisor, **facts)


def shop(at: House, person: Any) -> Shop:
    posts = ("advisor", "foreman", "technician", "team_leader", "inspector", "washer")
    advisor, foreman, ann, leader, inspector, washer = (person(post, at.store) for post in posts)
    bob = person("technician", at.store, f"bob-{at.store.code}")
    return Shop(at, advisor, foreman, ann, bob, leader, inspector, washer)


def job_of(order: RepairOrder) -> LaborLine:
    return LaborLine.objects.select_related("order").get(order=order)


def good(checks: Any) -> list[dict[str, str]]:
    return [check.answered("ok") for check in checks]


def dispatched(s: Shop, order: RepairOrder, *technicians: Actor) -> LaborLine:
    people = [actor.user for actor in technicians or (s.ann,)]
    return dispatch_job(job_of(order), technicians=people, bay="A01", actor=s.foreman)


def in_work(s: Shop, order: RepairOrder) -> LaborLine:
    clock_on(dispatched(s, order), actor=s.ann)
    return job_of(order)


def finished(s: Shop, order: RepairOrder) -> LaborLine:
    job = in_work(s, order)
    return finish_job(job, items=good(self_check(job)), cause="到期", work_done="已更换", actor=s.ann)


def team_checked(s: Shop, order: RepairOrder) -> LaborLine:
    job = finished(s, order)
    return check_job(job, passed=True, items=good(team_check(job)), actor=s.leader)


def final_passed(s: Shop, order: RepairOrder) -> RepairOrder:
    """Passed by the inspector: completed, or in the wash queue when the customer wants one."""
    team_checked(s, order)
    do_final_check(fresh(order), passed=True, items=good(final_check(order)), actor=s.inspector)
    return fresh(order)
