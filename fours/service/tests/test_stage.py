"""The stage of a car, computed from order, jobs, statements and presence (SV-06)."""

import pytest

from fours.service.models import AdditionalWork, LaborLine, RepairOrder, Wash
from fours.service.stage import stage_of, with_stage_rows
from fours.service.verbs.additional import report_finding
from fours.service.verbs.inspection import check_job
from fours.service.verbs.wash import finish_wash, start_wash
from fours.service.verbs.workshop import pause_job

from .order_house import draft, fresh, house, with_lines
from .workshop_house import (
    WASHED,
    dispatched,
    final_passed,
    finished,
    in_work,
    job_of,
    shop,
    team_checked,
)


@pytest.fixture
def s(s01, person):
    return shop(house(s01), person)


def stage(order):
    return stage_of(with_stage_rows(RepairOrder.objects.filter(pk=order.pk)).get()).code


def test_a_visit_passes_through_its_stages(s):
    order = s.order()
    assert stage(order) == "waiting_dispatch"
    dispatched(s, order)
    assert stage(order) == "dispatched"


def test_a_draft_is_being_estimated(s):
    assert stage(with_lines(s.at, s.advisor)) == "estimate"


@pytest.mark.parametrize(
    ("reach", "code"), [(in_work, "in_work"), (finished, "inspection"), (team_checked, "inspection")]
)
def test_work_and_checks(s, reach, code):
    order = s.order()
    reach(s, order)
    assert stage(order) == code


@pytest.mark.parametrize(
    ("reason", "code"), [("parts", "waiting_parts"), ("bay", "paused"), ("break", "paused")]
)
def test_a_paused_job_waits_for_its_reason(s, reason, code):
    order = s.order()
    pause_job(in_work(s, order), reason=reason, actor=s.ann)
    assert stage(order) == code


def test_a_failed_check_brings_the_car_back_to_the_workshop(s):
    order = s.order()
    check_job(finished(s, order), passed=False, reason="异响", actor=s.leader)
    assert stage(order) == "dispatched"


def test_an_unanswered_finding_holds_the_checked_car(s):
    order = s.order()
    report_finding(order, finding="漏油", actor=s.ann)
    assert stage(order) == "waiting_dispatch"
    team_checked(s, order)
    assert stage(order) == "waiting_customer"
    AdditionalWork.objects.update(state="found")
    assert stage(order) == "waiting_customer"


def test_jobs_nobody_agreed_to_do_not_count(s):
    order = s.order()
    work = report_finding(order, finding="漏油", actor=s.ann)
    team_checked(s, order)
    job = job_of(order)
    LaborLine.objects.create(
        order=order, store=order.store, name="加项", hours=1, unit_price=120, gross=120, tax_rate=job.tax_rate,
        net=106, tax=14, additional_work=work,
    )  # fmt: skip
    AdditionalWork.objects.update(state="refused", answered_by="张三", answered_at=order.authorised_at)
    assert stage(order) == "inspection"


def test_wash_and_money(s):
    order = final_passed(s, s.order())
    assert stage(order) == "washing"
    finish_wash(start_wash(Wash.objects.get(), actor=s.washer), items=WASHED, actor=s.washer)
    assert stage(order) == "waiting_statement"


def test_stages_of_many_orders_take_the_same_few_queries(s, django_assert_max_num_queries):
    for number in range(6):
        dispatched(s, s.order(second_open_reason=f"{number}"))
        draft(s.at, s.advisor, second_open_reason=f"草稿 {number}")
    with django_assert_max_num_queries(4):
        found = [stage_of(order).code for order in with_stage_rows(RepairOrder.objects.order_by("pk"))]
    assert found == ["dispatched", "estimate"] * 6


def test_a_void_order_is_void(s):
    order = draft(s.at, s.advisor)
    RepairOrder.objects.filter(pk=order.pk).update(state="void")
    assert stage(fresh(order)) == "void"
