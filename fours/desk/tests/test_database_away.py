"""While the database is being started again, people and programs are told to wait, not that something is broken."""

from collections.abc import Callable

import pytest
from django.db import OperationalError, connection
from django.test import Client

from fours.desk.tokens import issue_token
from fours.kernel.models import Store, User


def away(*_given: object) -> None:
    raise OperationalError("the connection is lost")


@pytest.fixture
def browser(s01: Store, client_of: Callable[..., Client]) -> Client:
    client = client_of("advisor", s01)
    client.raise_request_exception = False
    return client


def test_a_page_says_in_chinese_to_wait(browser: Client) -> None:
    with connection.execute_wrapper(away):
        answer = browser.get("/customers/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "数据库暂时连接不上" in answer.content.decode()
    assert browser.get("/customers/").status_code == 200


def test_a_program_gets_a_problem_it_can_repeat(browser: Client, s01: Store) -> None:
    token = issue_token(User.objects.get(pk=browser.session["_auth_user_id"]).username)
    with connection.execute_wrapper(away):
        answer = browser.get("/api/v1/customers", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (503, "5", "away")
