"""The door: guessing is slowed down, nothing planted in the browser outlives a sign-in, nobody is sent elsewhere after it."""

import pytest
from django.core.cache import cache
from django.test import Client

from fours.kernel.models import Store, User

ADDRESS = "/accounts/login/"
PASSWORD = "correct-and-long-7"


@pytest.fixture
def cashier(s01: Store) -> User:
    cache.clear()
    user = User(username="cashier", name="收银", home_store=s01)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, password: str, **headers: str) -> bool:
    client.post(ADDRESS, {"login": "cashier", "password": password}, headers=headers)
    return "_auth_user_id" in client.session


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(cashier: User) -> None:
    for guess in range(5):
        # Another source address said by the client itself, and a fresh browser, change nothing.
        assert not sign_in(Client(), f"wrong-{guess}", **{"X-Forwarded-For": f"10.0.0.{guess}"})
    answer = Client().post(ADDRESS, {"login": "cashier", "password": PASSWORD})
    assert "登录失败次数过多" in answer.text
    assert not sign_in(Client(), PASSWORD, **{"X-Forwarded-For": "10.9.9.9"})


def test_a_session_planted_before_signing_in_is_not_the_one_after(cashier: User) -> None:
    client = Client()
    planted = client.session
    planted["x"] = 1
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    assert sign_in(client, PASSWORD)
    assert client.cookies["sessionid"].value != planted.session_key
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "http:evil"]
)  # fmt: skip
def test_signing_in_leads_to_no_other_host(elsewhere: str, cashier: User) -> None:
    answer = Client().post(ADDRESS, {"login": "cashier", "password": PASSWORD, "next": elsewhere})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}, {"X-CSRFToken": "x" * 64}])
@pytest.mark.parametrize(
    "address", ["/switch-store/", "/do/void_order/1/", "/comment/service.repairorder/1/", "/import/"]
)
def test_no_form_is_taken_without_its_token(address: str, headers: dict[str, str], cashier: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cashier, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(address, {"text": "x", "store": "1"}, headers=headers)
    assert answer.status_code == 403
    assert "页面停留过久" in answer.text
