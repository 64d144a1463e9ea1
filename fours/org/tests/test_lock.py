"""An idle shared device locks itself, by the server's clock; its person goes on where they were (PF-15)."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fours.kernel.models import SecurityEntry, Store, User
from fours.kernel.store_settings import change_setting
from fours.org.models import DeviceSignIn

from .shared_counter import PAGE, PASSWORD, employee, shared_pc, sign_in, who

WORK = {"HX-Request": "true"}


@pytest.fixture
def advisor(s01: Store) -> User:
    cache.clear()
    return employee(s01, "advisor", pin="271828")


@pytest.fixture
def pc(s01: Store, advisor: User) -> Client:
    client = shared_pc(s01)
    sign_in(client, "advisor", "271828")
    return client


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


def test_ten_idle_minutes_lock_the_session(pc: Client) -> None:
    with later(9.9):
        assert pc.get("/customers/").status_code == 200
    with later(21):
        answer = pc.get("/customers/?q=li&page=2")
        assert answer["Location"] == "/lock/?next=%2Fcustomers%2F%3Fq%3Dli%26page%3D2"
        assert "已锁屏" in pc.get(answer["Location"]).text


def test_a_click_counts_from_the_last_one_on(pc: Client) -> None:
    for minutes in (8, 16, 24, 32):
        with later(minutes):
            assert pc.get("/").status_code == 200


@pytest.mark.parametrize(
    "background", [{"HX-Request": "true"}, {"Accept": "*/*"}, {"Accept": "application/json"}]
)
def test_what_a_page_asks_for_by_itself_is_no_work(background: dict[str, str], pc: Client) -> None:
    with later(9):
        assert pc.get("/search/?q=苏E1", headers={"Accept": "*/*", **background}).status_code == 200
    with later(11):
        assert pc.get("/search/?q=苏E1", headers={"Accept": "*/*", **background}).status_code == 423
        assert pc.get("/").status_code == 302


def test_a_refused_form_is_work_too(pc: Client) -> None:
    with later(9):
        assert pc.post("/own-pin/", {"password": "", "pin": "", "again": ""}).status_code == 422
    with later(18):
        assert pc.get("/").status_code == 200


def test_typing_without_sending_counts(pc: Client, advisor: User) -> None:
    with later(9):
        assert pc.post("/lock/active/", {"who": advisor.pk}, headers=WORK).status_code == 204
    with later(18):
        assert pc.get("/").status_code == 200
    with later(30):
        assert pc.post("/lock/active/", {"who": advisor.pk}, headers=WORK).status_code == 423
        assert pc.get("/").status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_locked_session_shows_and_does_nothing(method: str, pc: Client, s01: Store) -> None:
    pc.post("/lock/", headers=WORK)
    for address in (
        "/",
        "/customers/",
        "/search/?q=1",
        "/own-pin/",
        "/accounts/password/change/",
        "/org/people/",
    ):
        answer = getattr(pc, method)(address, {"name": "欧阳海棠"} if method == "post" else None)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/lock/"), address


def test_the_key_of_a_repeated_request_opens_nothing(pc: Client) -> None:
    """What was answered once is not shown again while locked."""
    sent = {"idempotency_key": "once", "password": PASSWORD, "pin": "314159", "again": "314159"}
    assert pc.post("/own-pin/", sent)["Location"] == "/own-pin/"
    pc.post("/lock/", headers=WORK)
    assert pc.post("/own-pin/", sent)["Location"] == "/lock/"


@pytest.mark.parametrize("secret", ["271828", PASSWORD])
def test_the_same_person_opens_it_and_is_where_they_were(secret: str, pc: Client, advisor: User) -> None:
    before = pc.cookies["sessionid"].value
    pc.post("/lock/", headers=WORK)
    answer = pc.post("/lock/open/", {"secret": secret, "next": "/customers/?q=1", "who": advisor.pk})
    assert answer["Location"] == "/customers/?q=1"
    assert pc.get("/customers/?q=1").status_code == 200
    assert pc.cookies["sessionid"].value != before
    assert SecurityEntry.objects.filter(kind="screen_opened", user=advisor).count() == 1


def test_under_the_cover_the_page_is_not_loaded_anew(pc: Client, advisor: User) -> None:
    pc.post("/lock/", headers=WORK)
    assert "<html" not in pc.get(f"/lock/?who={advisor.pk}", headers=WORK).text
    wrong = pc.post("/lock/open/", {"secret": "999998", "who": advisor.pk}, headers=WORK)
    assert wrong.status_code == 422
    assert "还可试4次" in wrong.text
    right = pc.post("/lock/open/", {"secret": "271828", "who": advisor.pk}, headers=WORK)
    assert (right.status_code, right["HX-Trigger"]) == (204, "fours-opened")


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/lock/"]
)
def test_opening_leads_to_no_other_host(elsewhere: str, pc: Client) -> None:
    pc.post("/lock/", headers=WORK)
    assert pc.post("/lock/open/", {"secret": "271828", "next": elsewhere})["Location"] == "/"


def test_the_cover_of_one_is_not_opened_in_anothers_session(pc: Client, advisor: User, s01: Store) -> None:
    second = employee(s01, "second", pin="314159")
    sign_in(pc, "second", "314159")
    assert pc.post("/lock/active/", {"who": advisor.pk}, headers=WORK).status_code == 409
    answer = pc.post("/lock/open/", {"secret": "271828", "who": advisor.pk}, headers=WORK)
    assert answer["HX-Redirect"] == "/"
    assert "HX-Trigger" not in answer
    assert who(pc) == second.pk


def test_the_store_says_after_how_long(pc: Client, s01: Store, person) -> None:
    manager = person("service_manager", s01)
    change_setting(s01, key="org.lock_minutes", value="2", actor=manager)
    with later(3):
        assert pc.get("/").status_code == 302
    change_setting(s01, key="org.lock_minutes", value="0", actor=manager)
    with later(13 * 60):
        assert pc.get("/").status_code == 200
    pc.post("/lock/", headers=WORK)
    assert pc.get("/").status_code == 302


def test_an_unregistered_browser_keeps_the_usual_age(s01: Store, client_of) -> None:
    client = client_of("advisor", s01)
    assert client.get("/").status_code == 200
    with later(13 * 60):
        assert client.get("/").status_code == 200


def test_signing_in_anew_is_no_way_round_the_lock_of_somebody_else(pc: Client, advisor: User) -> None:
    pc.post("/lock/", headers=WORK)
    assert pc.get("/accounts/login/")["Location"].startswith("/lock/")
    pc.post("/accounts/logout/")
    assert who(pc) == 0
    assert DeviceSignIn.objects.get().locked_at is not None
    pc.post("/accounts/login/", {"login": "advisor", "password": PASSWORD})
    assert pc.get("/").status_code == 200


@pytest.mark.parametrize(
    "address", ["/", "/customers/", "/switch-person/", "/switch-person/other/", "/own-pin/"]
)
def test_a_page_of_a_shared_device_asks_at_most_fifteen_questions(
    address: str, pc: Client, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(15):
        assert pc.get(address).status_code == 200


def test_a_shared_device_costs_two_questions_a_page(pc: Client, client_of, s01: Store) -> None:
    def questions(client: Client) -> int:
        client.get("/customers/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/customers/", headers=PAGE).status_code == 200
        return len(asked)

    assert questions(pc) - questions(client_of("advisor", s01)) == 2


def test_the_page_of_a_locked_screen_and_of_a_person_ask_few_questions(
    pc: Client, advisor: User, django_assert_max_num_queries
) -> None:
    pc.post("/lock/", headers=WORK)
    for address in ("/lock/", f"/switch-person/{advisor.pk}/"):
        with django_assert_max_num_queries(12):
            assert pc.get(address).status_code == 200
