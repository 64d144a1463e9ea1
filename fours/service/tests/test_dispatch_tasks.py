"""The foreman and the store room hear of a signed order at once (SV-07, PT-06)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from fours.kernel.models import Task
from fours.service.models import JobAssignment, LaborLine, PartLine
from fours.service.verbs.additional import accept_additional_work, offer_additional_work, report_finding
from fours.service.verbs.lines import add_labor
from fours.service.verbs.order import void_order
from fours.service.verbs.workshop import take_back_job
from fours.service.worklist import count_to_issue

from .order_house import fresh, house, in_hours
from .workshop_house import dispatched, job_of, shop


@pytest.fixture
def s(s01, person):
    return shop(house(s01), person)


def waiting(state="open"):
    return Task.objects.filter(rule="service.dispatch_jobs", state=state)


def test_the_foreman_is_asked_to_dispatch_as_soon_as_the_customer_has_signed(s):
    order = s.order()
    task = waiting().get()
    assert (task.post, task.title) == ("foreman", "派工：1 项")
    assert task.url == reverse("order_dispatch", args=[order.pk])
    assert task.due_at - fresh(order).authorised_at < timedelta(minutes=16)


def test_dispatching_closes_the_task_and_taking_back_asks_again(s):
    job = dispatched(s, s.order())
    assert waiting("done").count() == 1
    take_back_job(job, actor=s.foreman)
    assert waiting().count() == 1


def test_work_agreed_later_is_asked_for_again_but_only_once(s):
    order = s.order()
    dispatched(s, order)
    work = report_finding(order, finding="刹车片薄", actor=s.ann)
    add_labor(order, operation=s.at.door_paint, additional_work=work, actor=s.advisor)
    offer_additional_work(work, new_promised_at=in_hours(5), actor=s.advisor)
    assert not waiting().exists()
    accept_additional_work(work, answered_by="张三", via="电话", actor=s.advisor)
    assert waiting().get().title == "派工：1 项"


def test_a_void_order_asks_nobody(s):
    void_order(s.order(), reason="客户改日再来", actor=s.advisor)
    assert not waiting().exists()


def test_one_button_dispatches_to_whom_the_product_proposes(s, client_of, s01):
    order = s.order()
    desk = client_of("foreman", s01)
    address = reverse("order_dispatch", args=[order.pk])
    assert "空着的按建议派工" in desk.get(address).content.decode()
    job = job_of(order)
    assert desk.post(address, {f"bay_{job.pk}": ""}).status_code == 422
    assert not JobAssignment.objects.exists()
    assert desk.post(address, {f"bay_{job.pk}": "", "proposal": "yes"}).status_code == 302
    assert LaborLine.objects.get(order=order).state == "dispatched"
    assert JobAssignment.objects.get().technician in (s.ann.user, s.bob.user)


def test_a_whole_car_is_given_to_one_person_except_a_job_chosen_otherwise(s, client_of, s01):
    order = s.order()
    work = report_finding(order, finding="刹车片薄", actor=s.ann)
    add_labor(order, operation=s.at.door_paint, additional_work=work, actor=s.advisor)
    add_labor(order, operation=s.at.oil_change, additional_work=work, actor=s.advisor)
    offer_additional_work(work, new_promised_at=in_hours(5), actor=s.advisor)
    accept_additional_work(work, answered_by="张三", via="电话", actor=s.advisor)
    first, second, third = LaborLine.objects.filter(order=order).order_by("pk")
    desk = client_of("foreman", s01)
    address = reverse("order_dispatch", args=[order.pk])
    assert "整车派给" in desk.get(address).content.decode()
    chosen = {"technicians_all": s.ann.user.pk, "bay_all": "A01", f"technicians_{second.pk}": s.bob.user.pk}
    assert desk.post(address, chosen).status_code == 302
    given = {one.job_id: one.technician for one in JobAssignment.objects.all()}
    assert given == {first.pk: s.ann.user, second.pk: s.bob.user, third.pk: s.ann.user}
    assert {job.bay for job in LaborLine.objects.filter(order=order)} == {"A01"}


def test_jobs_of_one_trade_on_one_car_are_proposed_to_one_person(s, client_of, s01):
    order = s.order()
    work = report_finding(order, finding="机油渗漏", actor=s.ann)
    add_labor(order, operation=s.at.oil_change, additional_work=work, actor=s.advisor)
    offer_additional_work(work, new_promised_at=in_hours(5), actor=s.advisor)
    accept_additional_work(work, answered_by="张三", via="电话", actor=s.advisor)
    desk = client_of("foreman", s01)
    assert desk.post(reverse("order_dispatch", args=[order.pk]), {"proposal": "yes"}).status_code == 302
    assert len({one.technician_id for one in JobAssignment.objects.all()}) == 1


def test_the_store_room_sees_how_many_cars_wait_for_parts(s, person, s01, s02):
    order = s.order()
    keeper = person("parts_keeper", s01)
    assert count_to_issue(keeper) == 1
    PartLine.objects.filter(order=order).update(issued=1)
    assert count_to_issue(keeper) == 0
    PartLine.objects.filter(order=order).update(issued=0)
    assert count_to_issue(person("parts_keeper", s02)) == 0


def test_the_customer_adds_a_wish_after_signing_and_the_advisor_writes_it_down(s, client_of, s01):
    order = s.order()
    desk = client_of("advisor", s01)
    assert (
        reverse("finding_new", args=[order.pk])
        in desk.get(reverse("order", args=[order.pk])).content.decode()
    )
    address = reverse("finding_new", args=[order.pk])
    assert "客户追加" in desk.get(address).content.decode()
    answer = desk.post(address, {"finding": "顺便换雨刮"}, follow=True)
    assert "请加项目报价" in answer.content.decode()
    assert order.additional_works.get().state == "found"
