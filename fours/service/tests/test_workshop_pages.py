"""The technician's phone, the checks and the wash on screen."""

import pytest
from django.urls import reverse

from fours.service.checklists import final_check, self_check, team_check
from fours.service.models import ClockEntry, Inspection, LaborLine, Wash
from fours.service.verbs.additional import accept_additional_work, offer_additional_work, report_finding
from fours.service.verbs.lines import add_labor
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job

from .order_house import fresh, house, in_hours
from .workshop_house import dispatched, final_passed, finished, good, in_work, job_of, shop, team_checked


@pytest.fixture
def s(s01, person):
    return shop(house(s01), person)


@pytest.fixture
def phone(client_of, s01):
    return client_of("technician", s01)


def answers(checks, result="ok", **more):
    return {f"result_{number}": result for number, _ in enumerate(checks)} | more


def test_my_jobs_lists_mine_and_nobody_elses(s, phone):
    mine, other = s.order(), s.order(kind="accident")
    dispatched(s, mine, s.ann)
    dispatched(s, other, s.bob)
    page = phone.get(reverse("my_jobs")).content.decode()
    assert reverse("job", args=[job_of(mine).pk]) in page
    assert reverse("job", args=[job_of(other).pk]) not in page


def test_my_jobs_asks_few_questions_whatever_the_jobs(s, phone, django_assert_max_num_queries):
    for number in range(10):
        dispatched(s, s.order(second_open_reason=f"第 {number} 张"), s.ann)
    with django_assert_max_num_queries(15):
        assert phone.get(reverse("my_jobs")).status_code == 200


def test_the_job_shows_words_parts_and_four_buttons(s, phone, django_assert_max_num_queries):
    job = dispatched(s, s.order())
    with django_assert_max_num_queries(15):
        page = phone.get(reverse("job", args=[job.pk])).content.decode()
    for text in ("早上有异响", "机油滤清器", "在库可领", "开工", "中断", "完工", "发现问题"):
        assert text in page


def test_the_phone_begins_pauses_and_goes_on(s, phone):
    job = dispatched(s, s.order())
    begin = reverse("do_verb", args=["clock_on", job.pk])
    assert phone.post(begin, {"version": job.version}).status_code == 302
    assert job_of(job.order).state == "in_work"
    page = phone.get(reverse("job", args=[job.pk])).content.decode()
    assert 'value="parts"' in page
    pause = reverse("job_pause", args=[job.pk])
    assert phone.post(pause, {"reason": ""}).status_code == 422
    assert phone.post(pause, {"reason": "parts"}).url == reverse("my_jobs")
    assert job_of(job.order).pause_reason == "parts"
    assert phone.post(begin).status_code == 302
    assert ClockEntry.objects.count() == 2


def test_a_second_job_is_refused_with_the_name_of_the_running_one(s, phone):
    in_work(s, s.order())
    job = dispatched(s, s.order(kind="accident"))
    answer = phone.post(reverse("do_verb", args=["clock_on", job.pk]))
    assert answer.status_code == 422
    assert "您正在做" in answer.content.decode()
    assert ClockEntry.objects.count() == 1


def test_one_touch_says_that_all_is_good(s, phone):
    job = in_work(s, s.order())
    address = reverse("job_finish", args=[job.pk])
    assert phone.post(address, {"all_good": "1", "work_done": "换了机油"}).url == reverse("my_jobs")
    assert job_of(job.order).work_done == "换了机油"
    assert len(Inspection.objects.get().items) == len(self_check(job))


def test_an_open_or_bad_item_keeps_the_job_and_what_was_typed(s, phone):
    job = in_work(s, s.order())
    address = reverse("job_finish", args=[job.pk])
    answer = phone.post(address, {"work_done": "换了机油", "result_0": "ok"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请选择结果" in page
    assert "换了机油" in page
    answer = phone.post(address, answers(self_check(job), result_1="fail"))
    assert answer.status_code == 422
    assert "自检未完成" in answer.content.decode()
    assert job_of(job.order).state == "in_work"


def test_the_leader_sees_what_waits_and_sends_it_back(s, client_of, s01):
    job = finished(s, s.order())
    leader = client_of("team_leader", s01)
    address = reverse("job_check", args=[job.pk])
    assert address in leader.get(reverse("my_jobs")).content.decode()
    answer = leader.post(address, {"passed": "no", "reason": ""})
    assert answer.status_code == 422
    assert "请写明不合格原因" in answer.content.decode()
    assert (
        leader.post(address, {"passed": "no", "reason": "螺栓未紧固", "result_0": "fail"}).status_code == 302
    )
    assert job_of(job.order).state == "dispatched"
    assert "螺栓未紧固" in client_of("technician", s01).get(reverse("my_jobs")).content.decode()


def test_the_leader_passes_with_every_item_answered(s, client_of, s01):
    job = finished(s, s.order())
    leader = client_of("team_leader", s01)
    address = reverse("job_check", args=[job.pk])
    assert leader.post(address, {"passed": "yes"}).status_code == 422
    assert leader.post(address, answers(team_check(job), passed="yes")).status_code == 302
    assert job_of(job.order).state == "team_checked"


def test_one_check_passes_the_other_finished_jobs_of_the_car(s, client_of, s01):
    order = s.order()
    work = report_finding(order, finding="机油渗漏", actor=s.ann)
    add_labor(order, operation=s.at.oil_change, additional_work=work, actor=s.advisor)
    offer_additional_work(work, new_promised_at=in_hours(5), actor=s.advisor)
    accept_additional_work(work, answered_by="张三", via="电话", actor=s.advisor)
    first, second = order.jobs.order_by("pk")
    for job in (first, second):
        dispatch_job(job, technicians=[s.ann.user], actor=s.foreman)
        clock_on(LaborLine.objects.get(pk=job.pk), actor=s.ann)
        finish_job(LaborLine.objects.get(pk=job.pk), items=good(self_check(job)), actor=s.ann)
    leader = client_of("team_leader", s01)
    address = reverse("job_check", args=[first.pk])
    assert "一并组检合格" in leader.get(address).content.decode()
    passed = answers(team_check(first), passed="yes")
    assert leader.post(address, {**passed, "also": [0]}).status_code == 422
    assert leader.post(address, {**passed, "also": [second.pk]}).status_code == 302
    assert {job.state for job in LaborLine.objects.filter(order=order)} == {"team_checked"}
    assert Inspection.objects.filter(order=order, level="team", passed=True).count() == 2


def test_the_inspector_fails_then_passes_the_car(s, client_of, s01, phone):
    order = s.order()
    job = team_checked(s, order)
    desk = client_of("inspector", s01)
    assert reverse("inspection", args=[order.pk]) in desk.get(reverse("inspections")).content.decode()
    address = reverse("inspection", args=[order.pk])
    assert "还有配件未领：</b> 机油滤清器" in desk.get(address).content.decode()
    bad = {"passed": "no", "reason": "有异响", "result_0": "fail"}
    assert "请选择退回返工的项目" in desk.post(address, bad).content.decode()
    assert desk.post(address, {**bad, "failed_jobs": [job.pk]}).status_code == 302
    assert job_of(order).state == "dispatched"
    for shown in (reverse("my_jobs"), reverse("job", args=[job.pk])):
        assert "有异响" in phone.get(shown).content.decode()
    clock_on(job_of(order), actor=s.ann)
    phone.post(reverse("job_finish", args=[job.pk]), {"all_good": "1"})
    leader = client_of("team_leader", s01)
    leader.post(reverse("job_check", args=[job.pk]), answers(team_check(job), passed="yes"))
    answer = desk.post(address, answers(final_check(order), passed="yes", value_4="2.4"))
    assert answer.url == reverse("inspections")
    kept = Inspection.objects.filter(level="final").last()
    assert (kept.passed, kept.items[4]["value"]) == (True, "2.4")
    assert Wash.objects.get().state == "waiting"


def test_a_car_not_ready_says_why_instead_of_a_form(s, client_of, s01):
    order = s.order()
    finished(s, order)
    page = client_of("inspector", s01).get(reverse("inspection", args=[order.pk])).content.decode()
    assert "还有项目未经组检" in page
    assert 'name="passed"' not in page


def test_the_washer_begins_ticks_off_and_parks(s, client_of, s01):
    order = final_passed(s, s.order())
    wash = Wash.objects.get()
    bay = client_of("washer", s01)
    assert "苏E" in bay.get(reverse("washes")).content.decode()
    assert bay.post(reverse("do_verb", args=["start_wash", wash.pk])).status_code == 302
    address = reverse("wash_finish", args=[wash.pk])
    answer = bay.post(address, {"items": ["车身冲洗擦干"], "parking_place": "P3"})
    assert answer.status_code == 422
    assert "还有未确认的项目" in answer.content.decode()
    assert "P3" in answer.content.decode()
    items = ["车身冲洗擦干", "内饰吸尘", "玻璃、轮毂清洁", "无新增划痕"]
    assert bay.post(address, {"items": items, "parking_place": "P3"}).status_code == 302
    assert (fresh(order).state, fresh(order).parked_at) == ("completed", "P3")


def test_lists_of_checks_and_washes_ask_few_questions(s, client_of, s01, django_assert_max_num_queries):
    for number in range(6):
        order = s.order(second_open_reason=f"第 {number} 张")
        (final_passed if number % 2 else team_checked)(s, order)
    desk, bay = client_of("inspector", s01), client_of("washer", s01)
    with django_assert_max_num_queries(15):
        assert desk.get(reverse("inspections")).status_code == 200
    with django_assert_max_num_queries(15):
        assert bay.get(reverse("washes")).status_code == 200


def test_the_order_shows_work_and_checks(s, client_of, s01):
    order = s.order()
    team_checked(s, order)
    page = client_of("advisor", s01).get(reverse("order_panel", args=[order.pk, "work"])).content.decode()
    assert "已组检" in page
    assert "合格" in page


def test_pages_of_another_store_are_not_there(s, client_of, s02, see, s01):
    order = s.order()
    job = finished(s, order)
    for post, names in (
        ("technician", ("job", "job_pause", "job_finish")), ("team_leader", ("job_check",)),
    ):  # fmt: skip
        stranger = client_of(post, s02)
        for name in names:
            assert stranger.get(reverse(name, args=[job.pk])).status_code == 404, name
    assert client_of("inspector", s02).get(reverse("inspection", args=[order.pk])).status_code == 404
    see(s01)
    assert job_of(order).state == "self_checked"


def test_who_may_not_is_told_so(s, client_of, s01):
    order = s.order()
    job = finished(s, order)
    advisor, technician = client_of("advisor", s01), client_of("technician", s01)
    assert advisor.get(reverse("my_jobs")).status_code == 403
    assert advisor.get(reverse("job_finish", args=[job.pk])).status_code == 403
    assert technician.get(reverse("job_check", args=[job.pk])).status_code == 403
    assert technician.get(reverse("inspection", args=[order.pk])).status_code == 403
    assert technician.get(reverse("washes")).status_code == 403
    assert advisor.get(reverse("job", args=[job.pk])).status_code == 200
