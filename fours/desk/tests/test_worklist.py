"""工作台: tasks of the post by due time, what may be done with them, the day's end, store switch, first password (PF-07)."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from conftest import PersonOf
from fours.customers.models import Customer
from fours.desk import worklist
from fours.desk.worklist import open_task_count, register_day_check, register_figure, rows_of, to_do
from fours.kernel.models import Occurrence, SecurityEntry, Setting, Store, Task, User
from fours.kernel.tasks import close_tasks, make_task

ClientOf = Callable[..., Client]
CHINA = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(worklist, "FIGURES", [])
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def customer(s01: Store) -> Customer:
    return Customer.objects.create(store=s01, name="王小明")


def due(store: Store, customer: Customer, hours: float, title: str, **more: object) -> Task:
    given = {"rule": "test.rule", "post": "advisor", "url": "/somewhere/", "occurrence": title, **more}
    at = NOON + timedelta(hours=hours)
    make_task(store, source=customer, title=title, due_at=at, **given)  # type: ignore[arg-type]
    return Task.objects.latest("pk")


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def test_home_shows_what_is_due_first_with_overdue_marked_and_a_button_that_opens_it(
    s01: Store, customer: Customer, client_of: ClientOf
) -> None:
    due(s01, customer, 3, "下午回访")
    due(s01, customer, -2, "上午回访", subject="苏E·12345")
    due(s01, customer, 30, "明天回访")
    due(s01, customer, 1, "别岗位的事", post="cashier")
    html = text(client_of("advisor", s01), "/")
    assert html.index("上午回访") < html.index("下午回访") < html.index("以后到期") < html.index("明天回访")
    assert "别岗位的事" not in html
    assert "苏E·12345" in html
    assert html.count("task-late") == 1
    assert 'href="/somewhere/"' in html


def test_another_store_and_another_persons_tasks_are_not_shown(
    s01: Store, s02: Store, customer: Customer, client_of: ClientOf, person: PersonOf
) -> None:
    due(s01, customer, 1, "王的事", person=person("advisor", s01, "wang").user)
    due(s01, customer, 1, "没人的事")
    html = text(client_of("advisor", s01, "li"), "/")
    assert "没人的事" in html
    assert "王的事" not in html
    assert "没人的事" not in text(client_of("advisor", s02), "/")


def test_home_takes_at_most_15_queries_however_many_tasks(
    s01: Store,
    customer: Customer,
    client_of: ClientOf,
    person: PersonOf,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    for number in range(30):
        due(s01, customer, number / 2, f"事项{number}", person=person("advisor", s01).user)
    client = client_of("advisor", s01)
    client.get("/")
    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
        text(client, "/")
    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
        text(client, "/tasks/")


def test_a_free_task_is_claimed_from_the_list(
    s01: Store, customer: Customer, client_of: ClientOf, person: PersonOf, see: Callable[..., None]
) -> None:
    task = due(s01, customer, 1, "回访")
    client = client_of("advisor", s01)
    assert f"/do/claim_task/{task.pk}/" in text(client, "/")
    assert client.post(f"/do/claim_task/{task.pk}/", {"next": "/"}).status_code == 302
    see(s01)
    assert Task.objects.get().person == person("advisor", s01).user
    assert f"/do/claim_task/{task.pk}/" not in text(client, "/")


def test_put_aside_it_leaves_the_list_and_comes_back(
    s01: Store, customer: Customer, client_of: ClientOf, person: PersonOf, see: Callable[..., None]
) -> None:
    task = due(s01, customer, 3, "回访")
    client, advisor = client_of("advisor", s01), person("advisor", s01)
    address = f"/tasks/{task.pk}/snooze/"
    refused = client.post(address, {"snooze-until": "2026-11-20T11:00", "snooze-reason": "客户开会"})
    assert refused.status_code == 422
    assert "须在现在之后" in refused.content.decode()
    assert "客户开会" in refused.content.decode()
    see(s01)
    assert open_task_count(advisor) == 1
    assert client.post(
        address, {"snooze-until": "2026-11-20T14:00", "snooze-reason": "客户开会"}
    ).status_code == (302)
    see(s01)
    assert open_task_count(advisor) == 0
    assert "客户开会" in text(client, "/tasks/?tab=aside")
    see(s01)
    assert [row.pk for row in to_do(advisor, NOON + timedelta(hours=3))] == [task.pk]


def test_handing_over_needs_a_colleague_and_a_reason(
    s01: Store, customer: Customer, client_of: ClientOf, person: PersonOf, see: Callable[..., None]
) -> None:
    wang, li = person("advisor", s01, "wang"), person("advisor", s01, "li")
    assert wang.user is not None
    assert li.user is not None
    task = due(s01, customer, 3, "回访", person=wang.user)
    client = client_of("advisor", s01, "wang")
    address = f"/tasks/{task.pk}/hand-over/"
    assert "advisorS01" in text(client, f"/tasks/{task.pk}/")
    assert client.post(address, {"hand-person": li.user.pk, "hand-reason": ""}).status_code == 422
    assert client.post(address, {"hand-person": wang.user.pk, "hand-reason": "休假"}).status_code == 422
    see(s01)
    assert Task.objects.get().person == wang.user
    assert client.post(address, {"hand-person": li.user.pk, "hand-reason": "休假"}).status_code == 302
    see(s01)
    assert Task.objects.get().person == li.user
    assert client.get(f"/tasks/{task.pk}/").status_code == 200  # still of the same post


def test_a_stranger_cannot_open_or_move_a_task(
    s01: Store, s02: Store, customer: Customer, client_of: ClientOf, see: Callable[..., None]
) -> None:
    task = due(s01, customer, 3, "回访")
    for stranger in (client_of("cashier", s01), client_of("advisor", s02)):
        assert stranger.get(f"/tasks/{task.pk}/").status_code == 404
        given = {"snooze-until": "2026-11-20T14:00", "snooze-reason": "x"}
        assert stranger.post(f"/tasks/{task.pk}/snooze/", given).status_code == 404
        assert stranger.post(f"/do/claim_task/{task.pk}/").status_code == 404
    see(s01)
    assert Task.objects.get().snoozed_until is None
    assert Task.objects.get().person is None


def test_tabs_count_and_show_their_own(
    s01: Store, customer: Customer, client_of: ClientOf, person: PersonOf
) -> None:
    due(s01, customer, -1, "迟的")
    due(s01, customer, 2, "今天的", person=person("advisor", s01).user)
    due(s01, customer, 48, "后天的")
    client = client_of("advisor", s01)
    late = text(client, "/tasks/?tab=late")
    assert "迟的" in late
    assert "今天的</b>" not in late
    today = text(client, "/tasks/?tab=today")
    assert "今天的" in today
    assert "后天的" not in today
    close_tasks(customer, actor=person("advisor", s01))
    done = text(client, "/tasks/?tab=done")
    assert "逾期完成" in done
    assert done.count("按时") == 2


def test_the_end_of_the_day_asks_what_is_still_open(
    s01: Store, customer: Customer, client_of: ClientOf, person: PersonOf
) -> None:
    register_figure(["advisor"], "在厂", count=lambda actor: 12, url="/tasks/", tone="blue")
    register_figure(["cashier"], "待收款", count=lambda actor: 5, url="/tasks/")
    register_day_check(["advisor"], "未交车", count=lambda actor: 2, url="tasks")
    client = client_of("advisor", s01)
    html = text(client, "/")
    assert "在厂" in html
    assert "待收款" not in html
    assert "未交车" in html
    assert "已到收工时间" not in html
    with time_machine.travel(NOON.replace(hour=18, minute=1)):
        assert "已到收工时间" in text(client, "/")
    worklist.FIGURES.clear()
    assert "今天的事都办完了" in text(client, "/")


def test_an_escalated_task_says_whose_it_is(s01: Store, customer: Customer, person: PersonOf) -> None:
    advisor, manager = person("advisor", s01), person("service_manager", s01)
    task = due(s01, customer, -30, "回访", person=advisor.user, note="日期可能变动")
    task.watchers.create(post="service_manager", store=s01)
    Task.objects.update(escalated_at=timezone.now())
    [row] = rows_of(to_do(manager), manager)
    assert row.remark == "负责人 advisorS01 · 逾期已上报 · 日期可能变动"
    assert (row.overdue, row.claimable) == (True, False)


def test_switching_the_store_leads_to_its_work_and_never_to_a_foreign_document(
    s01: Store,
    s02: Store,
    customer: Customer,
    client_of: ClientOf,
    person: PersonOf,
    see: Callable[..., None],
) -> None:
    see(s01, s02)
    due(s01, customer, 1, "一店的事")
    other = Customer.objects.create(store=s02, name="李小红")
    due(s02, other, 1, "二店的事")
    person("advisor", s02, "both")
    client = client_of("advisor", s01, "both")
    client.post("/switch-store/", {"store": s01.pk, "next": "/tasks/"})
    assert "一店的事" in text(client, "/")
    answer = client.post("/switch-store/", {"store": s02.pk, "next": "/tasks/?tab=late"})
    assert answer["Location"] == "/tasks/?tab=late"
    html = text(client, "/")
    assert "二店的事" in html
    assert "一店的事" not in html
    assert client.post("/switch-store/", {"store": s01.pk, "next": "/tasks/5/"})["Location"] == "/"
    assert SecurityEntry.objects.filter(kind="store_switched").count() == 3


def test_a_store_without_a_post_cannot_be_switched_to(s01: Store, s02: Store, client_of: ClientOf) -> None:
    client = client_of("advisor", s01)
    assert client.post("/switch-store/", {"store": s02.pk}).status_code == 404
    assert client.post("/switch-store/", {"store": "x"}).status_code == 404


def test_the_first_password_must_be_replaced_by_an_own_one(s01: Store, person: PersonOf) -> None:
    user = person("advisor", s01).user
    assert user is not None
    user.set_password("given-by-admin-1")
    user.must_change_password = True
    user.save()
    client = Client()
    client.post("/accounts/login/", {"login": user.username, "password": "given-by-admin-1"})
    assert client.get("/")["Location"] == "/accounts/password/change/"
    assert client.get("/accounts/password/change/").status_code == 200
    new = {"oldpassword": "given-by-admin-1", "password1": "eigen-wort-77x", "password2": "eigen-wort-77x"}
    assert client.post("/accounts/password/change/", new)["Location"] == "/"
    assert User.objects.get(pk=user.pk).must_change_password is False
    assert client.get("/").status_code == 200


def test_settings_are_changed_on_their_screen_by_who_may(
    s01: Store, client_of: ClientOf, see: Callable[..., None]
) -> None:
    assert client_of("advisor", s01).get("/settings/").status_code == 403
    manager = client_of("service_manager", s01)
    assert "每日收工时间" in text(manager, "/settings/?q=收工")
    address = "/settings/kernel.day_ends_at/"
    refused = manager.post(address, {"value": "25:61"})
    assert refused.status_code == 422
    assert "25:61" in refused.content.decode()
    see(s01)
    assert not Setting.objects.exists()
    assert manager.post(address, {"value": "17:30"}).status_code == 302
    assert "18:00 → 17:30" in text(manager, address)
    assert "service_managerS01" in text(manager, "/settings/")
    assert manager.get("/settings/no.such/").status_code == 404


def test_failed_work_is_listed_and_tried_again(
    s01: Store, client_of: ClientOf, see: Callable[..., None]
) -> None:
    row = Occurrence.objects.create(
        store=s01, rule="test.bad", due_at=NOON, state="failed", tries=3, error="ValueError: 坏数据"
    )
    manager = client_of("service_manager", s01)
    assert "坏数据" in text(manager, "/failed-jobs/")
    assert client_of("advisor", s01).get("/failed-jobs/").status_code == 403
    assert manager.post(f"/do/retry_occurrence/{row.pk}/").status_code == 302
    assert manager.post("/failed-jobs/", {"job": "999999"}).status_code == 404
    see(s01)
    assert Occurrence.objects.get().state == "due"


def test_the_security_log_is_for_the_administrator(s01: Store, s02: Store, client_of: ClientOf) -> None:
    assert client_of("advisor", s01).get("/settings/").status_code == 403
    assert client_of("service_manager", s01).get("/security-log/").status_code == 403
    assert "GET /settings/" in text(client_of("it_admin", s01), "/security-log/")
    assert "GET /settings/" not in text(client_of("it_admin", s02), "/security-log/")
