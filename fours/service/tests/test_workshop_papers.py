"""What stands on job card, inspection sheet and completion certificate, and when the certificate is kept."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from fours.kernel.models import PrintedForm
from fours.service.models import LaborLine
from fours.service.papers.workshop import certificate_view, inspection_view, job_card_view
from fours.service.verbs.inspection import check_job

from .order_house import fresh, house
from .workshop_house import final_passed, finished, in_work, shop, team_checked


@pytest.fixture
def s(s01, person):
    return shop(house(s01), person)


def printed(client, form, order):
    answer = client.get(reverse("print_form", args=[form, order.pk]))
    assert answer.status_code == 200
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def test_the_job_card_tells_work_and_parts_but_no_price(s):
    order = s.order(road_test_allowed=False)
    in_work(s, order)
    view = job_card_view(fresh(order), s.ann)
    job = view["jobs"][0]
    assert (job["name"], job["hours"], job["technician"], job["bay"]) == (
        "更换机油机滤", "0.80", s.ann.name, "A01",
    )  # fmt: skip
    assert job["started_at"]
    assert job["ended_at"] == ""
    assert view["concerns"] == ["早上有异响"]
    assert view["special_notes"] == "客户不同意路试"
    assert view["parts"][0] == {
        "number": "F-01", "name": "机油滤清器", "quantity": "1", "unit": "件", "received": False,
    }  # fmt: skip
    assert "96.00" not in str(view)
    assert view["body_steps"] == []


def test_body_work_prints_its_steps(s):
    order = s.order()
    LaborLine.objects.filter(order=order).update(work_kind="paint")
    steps = [step["name"] for step in job_card_view(order, s.ann)["body_steps"]]
    assert steps == ["拆检", "钣金", "底漆", "中涂", "烤漆", "抛光", "组装"]


def test_the_inspection_sheet_keeps_what_failed_and_who_signed(s):
    order = s.order(wash_wanted=False)
    check_job(finished(s, order), passed=False, reason="螺栓未紧固", actor=s.leader)
    view = inspection_view(fresh(order), s.leader)
    assert view["checks"][1] == {
        "level": "班组检", "passed": False, "failed": True, "reason": "螺栓未紧固",
        "signature": {"name": "", "at": "", "image": ""},
    }  # fmt: skip
    final = view["checks"][2]
    assert (final["passed"], final["failed"]) == (False, False)  # nobody has looked: both boxes stay open
    assert {item["result"] for item in view["items"]} == {""}


def test_the_finished_inspection_sheet_names_three_people(s):
    order = final_passed(s, s.order(wash_wanted=False))
    view = inspection_view(order, s.inspector)
    assert [(one["level"], one["passed"], one["signature"]["name"]) for one in view["checks"]] == [
        ("自检", True, s.ann.name), ("班组检", True, s.leader.name), ("终检", True, s.inspector.name),
    ]  # fmt: skip
    assert {item["result"] for item in view["items"]} == {"正常"}


def test_a_first_maintenance_needs_no_certificate(s):
    final_passed(s, s.order(wash_wanted=False))
    assert not PrintedForm.objects.filter(form="service.completion_certificate").exists()


def test_a_second_maintenance_leaves_with_its_certificate(s, client_of, s01):
    order = s.order(wash_wanted=False)
    LaborLine.objects.filter(order=order).update(repair_class="second_maintenance")
    order = final_passed(s, order)
    kept = PrintedForm.objects.get(form="service.completion_certificate")
    assert kept.view["repair_kind"] == "二级维护"
    assert kept.view["completed_on"] == f"{order.completed_date:%Y-%m-%d}"
    assert kept.view["inspector_signature"]["name"] == s.inspector.name
    assert [(g["kilometers"], g["days"]) for g in kept.view["guarantees"]] == [("5000", "30")]
    text = printed(client_of("advisor", s01), "service.completion_certificate", order)
    assert order.number in text
    assert "二级维护" in text


def test_the_certificate_names_only_what_needs_one(s):
    order = s.order()
    view = certificate_view(fresh(order), s.inspector)
    assert view["contract_number"] == order.number
    assert view["repair_kind"]


@pytest.mark.parametrize("form", ["service.job_card", "service.inspection"])
def test_the_papers_print_before_they_are_finished(s, client_of, s01, form):
    order = s.order()
    team_checked(s, order)
    text = printed(client_of("foreman", s01), form, order)
    assert "更换机油机滤" in text
    assert order.number in text


def test_another_store_prints_none(s, client_of, s02):
    order = s.order()
    stranger = client_of("foreman", s02)
    for form in ("service.job_card", "service.inspection", "service.completion_certificate"):
        assert stranger.get(reverse("print_form", args=[form, order.pk])).status_code == 404, form
