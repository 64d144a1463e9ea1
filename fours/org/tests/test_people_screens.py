"""People and their posts: made, changed and closed by the store's administrator, never leaving a store without one."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fours.base.errors import NotThere, Refused
from fours.desk.tokens import issue_token, user_of_token
from fours.kernel.business_date import today
from fours.kernel.models import Event, Store, Task, User
from fours.kernel.tasks import make_task
from fours.org.models import Assignment
from fours.org.permission_names import PERMISSION_NAMES
from fours.org.post_permissions import PERMISSIONS_OF_POST
from fours.org.verbs.people import (
    add_employee,
    assign_post,
    dismiss_employee,
    end_assignment,
    reset_password,
)

NEW = {
    "name": "李娟", "username": "lijuan", "phone": "138 0000 0001", "password": "k3mw-9pqr-x2tn", "post": "advisor",
    "team": "", "starts_on": today().isoformat(),
}  # fmt: skip


def test_a_new_employee_signs_in_and_must_choose_an_own_password(s01: Store, client_of) -> None:
    answer = client_of("it_admin", s01).post("/org/people/new/", NEW)
    assert answer.status_code == 302, answer.text
    made = User.objects.get(username="lijuan")
    assert (made.name, made.home_store, made.must_change_password) == ("李娟", s01, True)
    assert Assignment.objects.get(user=made).post == "advisor"
    browser = Client()
    browser.post("/accounts/login/", {"login": "lijuan", "password": NEW["password"]})
    assert browser.get("/")["Location"] == "/accounts/password/change/"
    browser.post(
        "/accounts/password/change/",
        {"oldpassword": NEW["password"], "password1": "own-word-4711", "password2": "own-word-4711"},
    )
    assert browser.get("/").status_code == 200
    assert Event.objects.get(kind="org.employee_added").sentence == "新增员工 李娟：服务顾问"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"username": "李娟"}, "用户名由"),
        ({"username": "Taken"}, "已被使用"),
        ({"name": " "}, "必填"),
        ({"password": "12345678"}, "密码"),
        ({"post": ""}, "请选择岗位"),
        ({"post": "nobody"}, "选择"),
        ({"starts_on": "2999-01-01"}, "任职日期"),
        ({"phone": "abc"}, "电话格式"),
    ],
)
def test_wrong_input_is_named_beside_its_field_and_nothing_is_lost(
    s01: Store, client_of, change, message
) -> None:
    client = client_of("it_admin", s01)
    User.objects.create(username="taken", name="先来")
    typed = {**NEW, **change}
    answer = client.post("/org/people/new/", typed)
    assert answer.status_code == 422
    assert message in answer.text
    assert typed["phone"] in answer.text
    assert not User.objects.filter(username="lijuan").exists()


def test_the_last_administrator_cannot_end(s01: Store, person) -> None:
    admin = person("it_admin", s01)
    held = Assignment.objects.get(user=admin.user, store=s01)
    with pytest.raises(Refused, match="至少要保留一位"):
        end_assignment(held, ends_on=today() + timedelta(days=30), actor=admin)
    held.refresh_from_db()
    assert held.ends_on is None
    person("it_admin", s01, "second")
    end_assignment(held, ends_on=today(), actor=admin)
    second = Assignment.objects.get(user__username="second")
    with pytest.raises(Refused, match="至少要保留一位"):
        end_assignment(second, ends_on=today(), actor=admin)


def test_a_further_post_adds_its_rights_and_is_not_given_twice(s01: Store, person, client_of) -> None:
    admin = person("it_admin", s01)
    washer = client_of("washer", s01)
    assert washer.get("/customers/").status_code == 403
    washers = person("washer", s01).user
    assign_post(s01, person=washers, post="receptionist", starts_on=today(), actor=admin)
    assert washer.get("/customers/").status_code == 200
    with pytest.raises(Refused, match="已任"):
        assign_post(s01, person=washers, post="receptionist", starts_on=today(), actor=admin)
    assert Assignment.objects.filter(user=washers).count() == 2


def test_who_leaves_is_out_the_same_minute(s01: Store, person, client_of) -> None:
    browser, admin = client_of("advisor", s01), client_of("it_admin", s01)
    leaver = person("advisor", s01).user
    token = issue_token(leaver.username)
    make_task(
        s01, rule="test.rule", source=s01, title="联系客户", due_at=timezone.now(), post="advisor", url="/",
        person=leaver,
    )  # fmt: skip
    assert browser.get("/").status_code == 200
    assert admin.post(f"/org/people/{leaver.pk}/dismiss/").status_code == 302
    assert browser.get("/").status_code == 302
    assert user_of_token(token) is None
    assert Assignment.objects.get(user=leaver).ends_on == today()
    assert Task.objects.get(rule="test.rule").person is None


def test_nobody_dismisses_themselves(s01: Store, person) -> None:
    admin = person("it_admin", s01)
    with pytest.raises(Refused, match="自己"):
        dismiss_employee(s01, person=admin.user, actor=admin)


def test_a_reset_password_ends_sessions_and_tokens(s01: Store, person, client_of) -> None:
    browser, admin = client_of("advisor", s01), client_of("it_admin", s01)
    advisor = person("advisor", s01).user
    token = issue_token(advisor.username)
    assert admin.post(f"/org/people/{advisor.pk}/password/", {"password": "12345678"}).status_code == 422
    assert (
        admin.post(f"/org/people/{advisor.pk}/password/", {"password": "k3mw-9pqr-x2tn"}).status_code == 302
    )
    assert browser.get("/").status_code == 302
    assert user_of_token(token) is None
    advisor.refresh_from_db()
    assert advisor.must_change_password
    assert advisor.check_password("k3mw-9pqr-x2tn")


def test_a_password_is_given_only_in_the_persons_own_store(s01: Store, s02: Store, person) -> None:
    boss = person("service_manager", s01, "boss").user
    person("service_manager", s02, "boss")
    other = person("it_admin", s02)
    with pytest.raises(Refused, match="属于其他门店"):
        reset_password(s02, person=boss, password="k3mw-9pqr-x2tn", actor=other)
    with pytest.raises(NotThere):
        reset_password(s02, person=person("advisor", s01).user, password="k3mw-9pqr-x2tn", actor=other)


def test_another_store_is_404_and_no_right_403(s01: Store, s02: Store, person, client_of) -> None:
    advisor = person("advisor", s01).user
    held = Assignment.objects.get(user=advisor)
    other = client_of("it_admin", s02)
    for address in (f"people/{advisor.pk}/", f"people/{advisor.pk}/password/", f"assignments/{held.pk}/end/"):
        assert other.get(f"/org/{address}").status_code == 404
    assert other.post(f"/org/people/{advisor.pk}/dismiss/").status_code == 404
    assert "advisorS01" not in other.get("/org/people/").text
    assert client_of("gm", s01).get("/org/people/").status_code == 403
    advisor.refresh_from_db()
    assert advisor.is_active


def test_an_assignment_of_another_store_is_not_there(s01: Store, s02: Store, person) -> None:
    person("it_admin", s01)
    held = Assignment.objects.get(user__username="it_admin-S01")
    with pytest.raises(NotThere):
        end_assignment(held, ends_on=date.today(), actor=person("it_admin", s02))


def test_the_list_and_the_posts_are_read_in_few_queries(
    s01: Store, person, client_of, django_assert_max_num_queries
) -> None:
    for number in range(30):
        person("advisor", s01, f"advisor{number}")
    client = client_of("it_admin", s01)
    client.get("/org/people/")
    with django_assert_max_num_queries(15):
        page = client.get("/org/people/")
    assert "advisor7" in page.text
    with django_assert_max_num_queries(15):
        posts = client.get("/org/posts/").text
    assert posts.count("/org/posts/") >= 101
    one = person("advisor", s01).user
    with django_assert_max_num_queries(15):
        client.get(f"/org/people/{one.pk}/")


def test_a_post_shows_duties_rights_and_holders(s01: Store, client_of, person) -> None:
    person("advisor", s01)
    page = client_of("it_admin", s01).get("/org/posts/advisor/").text
    for text in ("开单和估价", "advisorS01", "职责"):
        assert text in page
    assert client_of("it_admin", s01).get("/org/posts/nobody/").status_code == 404


def test_every_right_has_a_name_people_can_read() -> None:
    granted = set().union(*PERMISSIONS_OF_POST.values())
    assert granted == set(PERMISSION_NAMES)


def test_adding_needs_the_right(s01: Store, person) -> None:
    before = User.objects.count()
    manager = person("service_manager", s01)
    with pytest.raises(Refused, match="没有此项权限"):
        add_employee(
            s01,
            username="x1",
            name="某",
            password="k3mw-9pqr-x2tn",
            post="gm",
            starts_on=today(),
            actor=manager,
        )
    assert User.objects.count() == before + 1
