"""Every error of the interface has one shape: {"code", "message", "fields"}."""

import pytest
from django.http import HttpResponse
from django.test import Client

from fours.customers.models import Customer
from fours.customers.verbs.customer import create_customer
from fours.desk.tokens import issue_token, revoke_tokens
from fours.kernel.models import ApiToken, SecurityEntry, Store

from .conftest import CallerOf


def problem(answer: HttpResponse, status: int, code: str) -> dict[str, str]:
    assert answer.status_code == status, answer.content.decode()
    body = answer.json()
    assert set(body) == {"code", "message", "fields"}
    assert body["code"] == code
    assert body["message"]
    return body["fields"]


def test_without_a_token_nothing_is_answered(s01: Store) -> None:
    problem(Client().get("/api/v1/customers"), 401, "unauthorized")
    problem(Client().get("/api/v1/customers", headers={"Authorization": "Bearer wrong"}), 401, "unauthorized")


def test_a_browser_session_is_no_token(s01: Store, client_of) -> None:
    problem(client_of("advisor", s01).get("/api/v1/customers"), 401, "unauthorized")


def test_a_revoked_token_and_one_of_somebody_who_left_are_worth_nothing(
    s01: Store, person, caller_of: CallerOf
) -> None:
    advisor = person("advisor", s01).user
    call = caller_of("advisor", s01)
    assert call.get("customers").status_code == 200
    advisor.is_active = False
    advisor.save()
    problem(call.get("customers"), 401, "unauthorized")
    advisor.is_active = True
    advisor.save()
    revoke_tokens(advisor)
    problem(call.get("customers"), 401, "unauthorized")


def test_only_a_hash_of_a_token_is_kept_and_its_making_is_logged(s01: Store, person) -> None:
    token = issue_token(person("advisor", s01).user.username)
    assert token not in str(list(ApiToken.objects.values_list("sha256", flat=True)))
    assert SecurityEntry.objects.get(kind="token_issued").user.username == "advisor-S01"


def test_a_body_that_is_no_json_is_unreadable(s01: Store, caller_of: CallerOf) -> None:
    call = caller_of("advisor", s01)
    problem(call.send("customers", "{"), 400, "unreadable")
    problem(call.send("customers", "\ufeffgarbage"), 400, "unreadable")
    form = call.client.post("/api/v1/customers", {"name": "王"}, headers=call.headers)
    problem(form, 400, "unreadable")


def test_unknown_fields_and_parameters_are_refused(s01: Store, caller_of: CallerOf) -> None:
    call = caller_of("advisor", s01)
    fields = problem(call.send("customers", {"name": "王小明", "grad": "key"}), 422, "invalid")
    assert fields == {"grad": "没有这个字段。"}
    assert not Customer.objects.exists()
    assert problem(call.get("customers", nam="王"), 422, "refused") == {"nam": "没有这个查询条件。"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": 5}, "name"),
        ({"name": "王", "kind": "robot"}, "kind"),
        ({"name": "王", "birthday": "2020-13-01"}, "birthday"),
        ({"name": "王", "phones": [{"number": "138"}]}, "phones"),
        ({"name": "王", "phones": [{"nummer": "13812345678"}]}, "phones.0.number"),
        ({"name": "王\0"}, "name"),
        ({"name": "王", "postcode": "12"}, "postcode"),
    ],
)
def test_a_wrong_field_is_named_with_a_chinese_word(s01: Store, caller_of: CallerOf, body, field) -> None:
    call = caller_of("advisor", s01)
    answer = call.send("customers", body)
    fields = problem(answer, 422, answer.json()["code"])
    assert field in fields, fields
    assert any("\u4e00" <= char <= "\u9fff" for char in fields[field])
    assert not Customer.objects.exists()


def test_a_body_too_large_is_413(s01: Store, caller_of: CallerOf, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    problem(caller_of("advisor", s01).send("customers", {"name": "王" * 500}), 413, "too_large")


def test_no_right_is_403_and_another_stores_row_404(
    s01: Store, s02: Store, person, caller_of: CallerOf
) -> None:
    advisor = person("advisor", s01)
    row = create_customer(s01, name="王小明", actor=advisor)
    problem(caller_of("tool_keeper", s01).get("customers"), 403, "no_right")
    problem(caller_of("technician", s01).get(f"customers/{row.pk}"), 403, "no_right")
    problem(caller_of("cashier", s01).send(f"customers/{row.pk}/stop-calls"), 403, "no_right")
    other = caller_of("advisor", s02)
    problem(other.get(f"customers/{row.pk}"), 404, "not_found")
    problem(other.send(f"customers/{row.pk}", {"name": "改名"}, method="patch"), 404, "not_found")
    problem(other.send("customers?store=S01", {"name": "李四"}), 404, "not_found")
    problem(other.get("customers", store="S01"), 404, "not_found")
    row.refresh_from_db()
    assert row.name == "王小明"
    problem(other.get("customers/99999999999999999999999"), 404, "not_found")
    problem(other.get("nothing-like-this"), 404, "not_found")
    problem(other.send("customers", method="delete"), 405, "method_not_allowed")


def test_a_stale_version_is_409_and_changes_nothing(s01: Store, person, caller_of: CallerOf) -> None:
    row = create_customer(s01, name="王小明", actor=person("advisor", s01))
    call = caller_of("advisor", s01)
    assert call.send(f"customers/{row.pk}", {"note": "一", "version": 1}, method="patch").status_code == 200
    stale = call.send(f"customers/{row.pk}", {"note": "二", "version": 1}, method="patch")
    problem(stale, 409, "stale_version")
    row.refresh_from_db()
    assert row.note == "一"


def test_a_repeated_key_gives_the_first_answer_and_writes_once(s01: Store, caller_of: CallerOf) -> None:
    call = caller_of("advisor", s01)
    first = call.send("customers", {"name": "王小明"}, key="k1")
    again = call.send("customers", {"name": "王小明"}, key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first["Location"] == again["Location"]
    assert Customer.objects.count() == 1


def test_a_key_with_another_body_is_refused(s01: Store, caller_of: CallerOf) -> None:
    call = caller_of("advisor", s01)
    call.send("customers", {"name": "王小明"}, key="k1")
    problem(call.send("customers", {"name": "李四"}, key="k1"), 409, "key_reused")
    assert Customer.objects.count() == 1


def test_a_refused_request_does_not_use_up_its_key(s01: Store, caller_of: CallerOf) -> None:
    call = caller_of("advisor", s01)
    assert call.send("customers", {"name": ""}, key="k1").status_code == 422
    assert call.send("customers", {"name": "王小明"}, key="k1").status_code == 201


def test_somebody_of_two_stores_must_say_in_which_to_write(
    s01: Store, s02: Store, person, caller_of: CallerOf
) -> None:
    person("advisor", s01, "both")
    person("advisor", s02, "both")
    call = caller_of("advisor", s01, "both")
    assert "store" in problem(call.send("customers", {"name": "王"}), 422, "refused")
    assert call.send("customers?store=S02", {"name": "李四"}).json()["store"] == "S02"
    assert call.send("customers?store=S01", {"name": "张三"}).json()["store"] == "S01"
    assert [item["name"] for item in call.get("customers").json()["items"]] == ["张三", "李四"]
    assert call.get("customers", store="S02").json()["count"] == 1


def test_the_description_and_its_page_are_there_without_the_internet(s01: Store) -> None:
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    assert "/api/v1/customers" in paths
    page = Client().get("/api/v1/docs")
    assert page.status_code == 200
    assert "//cdn" not in page.text
    assert "swagger-ui-bundle" in page.text
