"""The shop board: every car by stage, late ones in words, drops that call verbs."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from fours.org.models import Assignment
from fours.service.models import JobAssignment, LaborLine, RepairOrder
from fours.service.verbs.inspection import check_job
from fours.service.verbs.workshop import pause_job

from .order_house import fresh, house
from .workshop_house import dispatched, finished, in_work, job_of, shop


@pytest.fixture
def s(s01, person):
    return shop(house(s01), person)


@pytest.fixture
def foreman(client_of, s01):
    return client_of("foreman", s01)


def column(page, code):
    """The part of the page that is one column."""
    return page.split(f'data-state="{code}"')[1].split("</section>")[0]


def test_a_car_stands_in_the_column_of_its_stage(s, foreman):
    order = s.order()
    address = reverse("order", args=[order.pk])
    for code, step in (
        ("waiting_dispatch", lambda: None),
        ("dispatched", lambda: dispatched(s, order)),
        ("in_work", lambda: in_work(s, order)),
        ("waiting", lambda: pause_job(job_of(order), reason="parts", actor=s.ann)),
    ):
        step()
        page = foreman.get(reverse("board")).content.decode()
        assert address in column(page, code), code
    assert "待料" in column(page, "waiting")


def test_late_and_soon_are_words(s, foreman):
    order = s.order()
    RepairOrder.objects.filter(pk=order.pk).update(promised_at=timezone.now() + timedelta(minutes=30))
    assert "将到" in column(foreman.get(reverse("board")).content.decode(), "waiting_dispatch")
    RepairOrder.objects.filter(pk=order.pk).update(
        promised_at=timezone.now() - timedelta(minutes=90, seconds=5)
    )
    assert "超时 1 小时 30 分" in foreman.get(reverse("board")).content.decode()


def test_the_board_asks_few_questions_whatever_the_cars(s, foreman, django_assert_max_num_queries):
    for number in range(12):
        order = s.order(second_open_reason=f"第 {number} 张")
        if number % 2:
            dispatched(s, order, s.ann, s.bob)
    with django_assert_max_num_queries(15):
        assert foreman.get(reverse("board")).status_code == 200


def test_an_unchanged_board_answers_304_and_a_changed_one_the_columns(s, foreman):
    order = s.order()
    whole = foreman.get(reverse("board"))
    etag = whole["ETag"]
    polled = {"HX-Request": "true", "If-None-Match": etag}
    assert foreman.get(reverse("board"), headers=polled).status_code == 304
    dispatched(s, order)
    answer = foreman.get(reverse("board"), headers=polled)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert answer["ETag"] != etag
    assert answer["ETag"].strip('"') in page


def test_the_board_is_narrowed_to_a_team(s, foreman):
    Assignment.objects.filter(user=s.ann.user).update(team="一组")
    Assignment.objects.filter(user=s.bob.user).update(team="二组")
    first, second = s.order(), s.order(kind="accident")
    dispatched(s, first, s.ann)
    dispatched(s, second, s.bob)
    page = foreman.get(reverse("board"), {"team": "一组"}).content.decode()
    assert reverse("order", args=[first.pk]) in page
    assert reverse("order", args=[second.pk]) not in page


def test_dropping_on_dispatched_leads_to_the_form(s, foreman):
    order = s.order()
    answer = foreman.post(reverse("board_move", args=[order.pk]), {"column": "dispatched", "position": 0})
    assert answer.status_code == 422
    assert answer.json()["ask"] == reverse("order_dispatch", args=[order.pk])


def test_dropping_back_takes_the_jobs_back(s, foreman):
    order = s.order()
    dispatched(s, order)
    answer = foreman.post(reverse("board_move", args=[order.pk]), {"column": "waiting_dispatch"})
    assert answer.status_code == 200
    assert job_of(order).state == "open"


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ("in_work", "打卡"), ("inspection", "自检"), ("washing", "终检"), ("ready", "终检"), ("x", "不能"),
        ("waiting", "没有正在施工"),
    ],
)  # fmt: skip
def test_what_a_drop_cannot_do_is_said_and_changes_nothing(s, foreman, target, word):
    order = s.order()
    dispatched(s, order)
    answer = foreman.post(reverse("board_move", args=[order.pk]), {"column": target})
    assert answer.status_code == 409
    assert word in answer.json()["message"]
    assert job_of(order).state == "dispatched"


def test_a_running_job_is_not_dragged_back(s, foreman):
    order = s.order()
    in_work(s, order)
    answer = foreman.post(reverse("board_move", args=[order.pk]), {"column": "waiting_dispatch"})
    assert answer.status_code == 409
    assert job_of(order).state == "in_work"


def test_the_foreman_dispatches_all_jobs_of_a_car_at_once(s, foreman):
    order = s.order()
    job = job_of(order)
    address = reverse("order_dispatch", args=[order.pk])
    page = foreman.get(address).content.decode()
    assert "建议" in page
    assert "空闲" in page
    given = {
        f"technicians_{job.pk}": [s.ann.user.pk, s.bob.user.pk],
        f"bay_{job.pk}": "A01",
        f"version_{job.pk}": job.version,
    }
    assert foreman.post(address, given).url == reverse("board")
    job = job_of(order)
    assert (job.state, job.bay, job.assignments.count()) == ("dispatched", "A01", 2)


def test_an_empty_or_stale_dispatch_changes_nothing(s, foreman):
    order = s.order()
    job = job_of(order)
    address = reverse("order_dispatch", args=[order.pk])
    answer = foreman.post(address, {f"version_{job.pk}": job.version})
    assert answer.status_code == 422
    assert "请至少为一个项目选择技师" in answer.content.decode()
    answer = foreman.post(address, {f"technicians_{job.pk}": [s.ann.user.pk], f"version_{job.pk}": 99})
    assert answer.status_code == 409
    assert "刚被他人修改" in answer.content.decode()
    assert not JobAssignment.objects.exists()
    assert LaborLine.objects.get().state == "open"


def test_the_one_with_practice_and_little_to_do_is_suggested(s, foreman):
    dispatched(s, s.order(), s.ann)
    page = foreman.get(reverse("order_dispatch", args=[s.order(kind="accident").pk])).content.decode()
    assert f"建议：<b>{s.bob.user.name}" in page
    assert "手上 0.8 小时" in page


def test_the_card_leads_each_checker_to_their_check(s, client_of, s01):
    order = s.order()
    job = finished(s, order)
    leader, inspector = client_of("team_leader", s01), client_of("inspector", s01)
    team, final = reverse("job_check", args=[job.pk]), reverse("inspection", args=[order.pk])
    assert team in leader.get(reverse("board")).content.decode()
    assert final not in inspector.get(reverse("board")).content.decode()
    check_job(job, passed=True, actor=s.leader)
    assert team not in leader.get(reverse("board")).content.decode()
    assert final in inspector.get(reverse("board")).content.decode()


def test_an_advisor_sees_the_board_and_moves_nothing(s, client_of, s01):
    order = s.order()
    desk = client_of("advisor", s01)
    page = desk.get(reverse("board")).content.decode()
    assert reverse("order", args=[order.pk]) in page
    assert "data-move-url" not in page
    assert desk.post(reverse("board_move", args=[order.pk]), {"column": "dispatched"}).status_code == 403
    assert desk.get(reverse("order_dispatch", args=[order.pk])).status_code == 403


def test_another_store_sees_no_card(s, client_of, s02, see, s01):
    order = s.order()
    stranger = client_of("foreman", s02)
    assert reverse("order", args=[order.pk]) not in stranger.get(reverse("board")).content.decode()
    assert stranger.post(reverse("board_move", args=[order.pk]), {"column": "dispatched"}).status_code == 404
    assert stranger.get(reverse("order_dispatch", args=[order.pk])).status_code == 404
    see(s01)
    assert fresh(order).state == "authorised"
