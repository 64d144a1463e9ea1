"""What is refused before any screen looks at it: sizes, methods, strange numbers and dates, foreign addresses."""

from collections.abc import Callable
from datetime import date

import pytest
from django import forms
from django.conf import settings
from django.db import DataError, IntegrityError
from django.test import Client
from psycopg.errors import UniqueViolation

from fours.base.text import date_in, number_in
from fours.desk import middleware
from fours.desk.tokens import issue_token
from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.models import Store


def _twice() -> Exception:
    """What Django raises when a unique index refuses the second row."""
    error = IntegrityError("duplicate key")
    error.__cause__ = UniqueViolation()
    return error


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("0", 0), ("", 0), ("-1", 0), ("²", 0), ("١٢", 0), ("1.0", 0), (" 1", 0), ("9" * 18, 10**18 - 1)],
)  # fmt: skip
def test_only_plain_digits_are_a_number_in_an_address(text: str, number: int) -> None:
    assert number_in(text) == number


def test_a_number_longer_than_any_id_is_none() -> None:
    assert number_in("9" * 19) == 0
    assert number_in("9" * 5000) == 0


@pytest.mark.parametrize("text", ["", "x", "2026-02-30", "0001-01-01", "9999-12-31", "2026-13-01", "20261"])
def test_a_date_in_an_address_that_is_none_is_nothing(text: str) -> None:
    assert date_in(text) is None


def test_a_date_in_an_address_is_read() -> None:
    assert date_in("2026-11-22") == date(2026, 11, 22)


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2101-01-01", "9999-12-31"])
def test_no_form_takes_a_date_outside_of_our_time(day: str) -> None:
    class Form(TablerForm, forms.Form):
        day = forms.DateField(label="日期")

    assert Form({"day": "2026-11-22"}).is_valid()
    form = Form({"day": day})
    assert not form.is_valid()
    assert form.errors["day"] == ["日期应在 1900 年到 2100 年之间。"]


@pytest.mark.parametrize("day", ["2026-02-30", "9999-12-31"])
def test_a_cashiers_day_that_does_not_exist_is_today(
    day: str, client_of: Callable[..., Client], s01: Store
) -> None:
    assert client_of("cashier", s01).get(f"/service/cashier/day/?date={day}").status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_appointments_at_the_ends_of_the_calendar_are_todays(
    day: str, client_of: Callable[..., Client], s01: Store
) -> None:
    assert client_of("advisor", s01).get(f"/service/appointments/?day={day}").status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_a_screen_answers_to_get_and_post_only(
    method: str, client_of: Callable[..., Client], s01: Store
) -> None:
    client = client_of("advisor", s01)
    assert getattr(client, method)("/customers/new/").status_code == 405
    assert client.head("/customers/new/").status_code == 200


def test_a_form_beyond_the_limit_is_413_in_chinese(client_of: Callable[..., Client], s01: Store) -> None:
    big = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    answer = client_of("advisor", s01).post(
        "/customers/new/", f"name={big}", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413
    assert "提交的内容过大" in answer.text


def test_nobodys_upload_is_read_when_it_is_larger_than_all_one_may_send(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "MOST_BYTES", 1000)
    answer = Client().post("/accounts/login/", b"x" * 1001, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    answer = Client().post("/api/v1/customers", b"x" * 1001, content_type="application/json")
    assert answer.json()["code"] == "too_large"


def test_a_page_of_a_person_is_not_kept_for_the_next_one(
    client_of: Callable[..., Client], s01: Store
) -> None:
    answer = client_of("advisor", s01).get("/customers/")
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_button_pressed_by_hand_with_a_version_its_verb_does_not_know_is_no_fault(
    client_of: Callable[..., Client], s01: Store
) -> None:
    assert client_of("advisor", s01).post("/do/claim_task/1/", {"version": "²"}).status_code == 404


def test_a_text_the_database_cannot_hold_is_refused_not_a_fault(
    client_of: Callable[..., Client], s01: Store
) -> None:
    client = client_of("advisor", s01)
    assert client.get("/search/", {"q": "a\0b"}).status_code == 400
    assert client.post("/customers/new/", {"name": "a\0b"}).status_code == 400


@pytest.mark.parametrize(("error", "status"), [(DataError("numeric field overflow"), 422), (_twice(), 409)])
def test_what_only_the_database_refuses_is_said_in_chinese(
    error: Exception,
    status: int,
    client_of: Callable[..., Client],
    s01: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr("fours.desk.views.search.search", refuse)
    answer = client_of("advisor", s01).get("/search/", {"q": "66K88"})
    assert answer.status_code == status
    assert "保存" in answer.text


@pytest.mark.parametrize("text", ["\\ud800", "a\\u0000"])
def test_half_a_character_in_the_interface_is_refused_beside_its_field(
    text: str, person: Callable[..., Actor], s01: Store
) -> None:
    user = person("advisor", s01).user
    assert user is not None
    headers = {"Authorization": f"Bearer {issue_token(user.username)}"}
    body = f'{{"name": "王{text}"}}'
    answer = Client().post("/api/v1/customers", body, content_type="application/json", headers=headers)
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {"name"}
