"""The screens of customers: list, page, form, duplicates, merge, consent."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

from fours.customers.models import Customer
from fours.customers.registers import CUSTOMERS
from fours.customers.verbs.customer import change_customer, create_customer, merge_customers
from fours.desk.search import search
from fours.kernel.actor import Actor
from fours.kernel.models import SecurityEntry, Store
from fours.register.checks import errors_of

PersonOf = Callable[..., Actor]
ClientOf = Callable[..., Client]


@pytest.fixture
def zhang(person: PersonOf, s01: Store) -> Customer:
    advisor = person("advisor", s01)
    return create_customer(s01, actor=advisor, name="张建国", phones=["13812345678", "0512-65123456"])


def typed(name: str = "李四", *phones: str, **more: str) -> dict[str, str]:
    rows = {f"phones-{place}-number": number for place, number in enumerate(phones)}
    valid = {f"phones-{place}-valid": "on" for place in range(len(phones))}
    return {
        "name": name,
        "kind": "person",
        "grade": "normal",
        "phones-TOTAL_FORMS": str(len(phones) + 1),
        "phones-INITIAL_FORMS": "0",
        "contacts-TOTAL_FORMS": "1",
        "contacts-INITIAL_FORMS": "0",
        "contacts-0-relation": "deliverer",
        **rows,
        **valid,
        **more,
    }


def test_the_list_declares_only_what_exists() -> None:
    assert list(errors_of(CUSTOMERS)) == []


def test_the_list_finds_by_initials_and_last_four_digits(
    client_of: ClientOf, s01: Store, zhang: Customer
) -> None:
    client = client_of("advisor", s01)
    for text in ("zjg", "5678", "65123456", "建国"):
        assert "张建国" in client.get("/customers/", {"q": text}).text
    assert "张建国" not in client.get("/customers/", {"q": "lisi"}).text
    assert "/customers/new/" in client.get("/customers/").text


def test_merged_files_are_not_listed(
    client_of: ClientOf, person: PersonOf, s01: Store, zhang: Customer
) -> None:
    clerk = person("info_clerk", s01)
    old = create_customer(s01, actor=clerk, name="张建國")
    merge_customers(old, into=zhang, actor=clerk)
    client = client_of("advisor", s01)
    assert "张建國" not in client.get("/customers/").text
    assert "此档案已并入" in client.get(f"/customers/{old.pk}/").text


def test_the_export_opens_again_and_is_noted(client_of: ClientOf, s01: Store, zhang: Customer) -> None:
    answer = client_of("service_manager", s01).get("/customers/export/")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert [row[:2] for row in sheet.values] == [("姓名/名称", "电话"), ("张建国", "13812345678")]
    assert SecurityEntry.objects.filter(kind="exported").count() == 1
    assert client_of("advisor", s01).get("/customers/export/").status_code == 403


@pytest.mark.parametrize(
    "address", ["/customers/", "/customers/{pk}/", "/customers/{pk}/tab/comments/", "/customers/{pk}/edit/"]
)
def test_screens_take_few_queries(
    client_of: ClientOf,
    person: PersonOf,
    s01: Store,
    zhang: Customer,
    django_assert_max_num_queries: Callable[..., Any],
    address: str,
) -> None:
    for number in range(12):
        create_customer(
            s01, actor=person("advisor", s01), name=f"客户{number}", phones=[f"1390000{number:04}"]
        )
    client = client_of("advisor", s01)
    address = address.format(pk=zhang.pk)
    client.get(address)
    # Two of them are the savepoint of the test's own transaction.
    with django_assert_max_num_queries(17):
        assert client.get(address).status_code == 200


def test_a_new_customer_is_made_with_phones_and_contact(client_of: ClientOf, s01: Store) -> None:
    answer = client_of("advisor", s01).post(
        "/customers/new/",
        typed(
            "李四",
            "139 0000 1111",
            "0512 65123456",
            **{"contacts-0-name": "王芳", "contacts-0-phone": "13700002222"},
        ),
    )
    made = Customer.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/customers/{made.pk}/")
    assert [p.number for p in made.phones.order_by("-primary")] == ["13900001111", "0512-65123456"]
    assert made.contacts.get().phone == "13700002222"


def test_an_e_mail_address_is_kept_and_shown_to_who_may_see_it(client_of: ClientOf, s01: Store) -> None:
    client_of("advisor", s01).post("/customers/new/", typed("李四", "13900001111", email=" lisi＠QQ.com"))
    made = Customer.objects.get()
    assert made.email == "lisi@qq.com"
    address = f"/customers/{made.pk}/"
    assert "lisi@qq.com" in client_of("advisor", s01).get(address).text
    masked = client_of("foreman", s01).get(address).text
    assert "l****@qq.com" in masked
    assert "lisi@qq.com" not in masked


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"phones-0-number": "1381234567"}, "手机号应为 11 位，现在是 10 位"),
        ({"id_number": "12345"}, "身份证号应为 18 位，现在是 5 位"),
        ({"email": "lisi@qq"}, "邮箱应写成 name@example.com 这样"),
        ({"name": ""}, "必填"),
        ({"contacts-0-phone": "13700002222"}, "请填写联系人姓名"),
        ({"call_from": "18:00"}, "方便来电的起止时间请都填，或都不填"),
    ],
)
def test_a_wrong_form_is_refused_and_nothing_typed_is_lost(
    client_of: ClientOf, s01: Store, wrong: dict[str, str], message: str
) -> None:
    given = {**typed("李四", "13900001111", address="人民路 1 号"), **wrong}
    answer = client_of("advisor", s01).post("/customers/new/", given)
    assert answer.status_code == 422
    assert message in answer.text or (message == "必填" and "is-invalid" in answer.text)
    assert "人民路 1 号" in answer.text
    assert not Customer.objects.exists()


def test_a_surely_known_customer_is_asked_about_before_a_second_file_is_made(
    client_of: ClientOf, s01: Store, zhang: Customer
) -> None:
    client = client_of("advisor", s01)
    answer = client.post("/customers/new/", typed("张建国", "13812345678"))
    assert answer.status_code == 422
    assert f"/customers/{zhang.pk}/" in answer.text
    assert Customer.objects.count() == 1
    assert client.post("/customers/new/", typed("张建国", "13812345678", not_same="1")).status_code == 302
    assert Customer.objects.count() == 2


def test_files_alike_are_shown_while_typing(
    client_of: ClientOf, s01: Store, s02: Store, zhang: Customer
) -> None:
    asked = {"name": "李四", "phones-0-number": "138 1234 5678"}
    assert "电话相同" in client_of("advisor", s01).get("/customers/alike/", asked).text
    assert "张建国" not in client_of("advisor", s02).get("/customers/alike/", asked).text


def test_an_edit_keeps_rows_and_takes_out_emptied_ones(
    client_of: ClientOf, s01: Store, zhang: Customer
) -> None:
    client = client_of("advisor", s01)
    page = client.get(f"/customers/{zhang.pk}/edit/").text
    assert "13812345678" in page
    given = typed("张建国", "0512-65123456", "", version="1", active="on", **{"phones-INITIAL_FORMS": "2"})
    assert client.post(f"/customers/{zhang.pk}/edit/", given).status_code == 302
    assert [phone.number for phone in zhang.phones.all()] == ["0512-65123456"]


def test_an_edit_keeps_the_advisor_who_has_left(
    client_of: ClientOf, person: PersonOf, s01: Store, zhang: Customer
) -> None:
    left = person("advisor", s01, "left").user
    assert left is not None
    left.assignments.update(ends_on=left.assignments.get().starts_on)
    Customer.objects.filter(pk=zhang.pk).update(advisor=left)
    given = typed("张建国", "13812345678", advisor=str(left.pk), version="1", active="on", note="常客")
    assert client_of("advisor", s01).post(f"/customers/{zhang.pk}/edit/", given).status_code == 302
    zhang.refresh_from_db()
    assert (zhang.note, zhang.advisor) == ("常客", left)


def test_a_stale_edit_shows_both_versions_and_the_next_save_goes_over(
    client_of: ClientOf, person: PersonOf, s01: Store, zhang: Customer
) -> None:
    change_customer(zhang, actor=person("advisor", s01), address="新地址 9 号")
    client = client_of("receptionist", s01)
    given = typed("张建国", "13812345678", version="1", active="on", address="旧地址 1 号")
    answer = client.post(f"/customers/{zhang.pk}/edit/", given)
    assert answer.status_code == 409
    assert "新地址 9 号" in answer.text
    assert "旧地址 1 号" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert Customer.objects.get().address == "新地址 9 号"
    assert client.post(f"/customers/{zhang.pk}/edit/", {**given, "version": "2"}).status_code == 302
    assert Customer.objects.get().address == "旧地址 1 号"


def test_consent_and_do_not_call_are_pressed_on_the_page(
    client_of: ClientOf, s01: Store, zhang: Customer
) -> None:
    client = client_of("crm_agent", s01)
    assert client.post(f"/customers/{zhang.pk}/consent/", {"agreed": "0"}).status_code == 302
    assert client.post(f"/do/stop_calls/{zhang.pk}/").status_code == 302
    zhang.refresh_from_db()
    assert (zhang.marketing_consent, zhang.do_not_call) == (False, True)
    assert "请勿来电" in client.get(f"/customers/{zhang.pk}/").text
    assert client.post(f"/customers/{zhang.pk}/consent/", {"agreed": "x"}).status_code == 422


def test_duplicates_are_listed_and_merged(
    client_of: ClientOf, person: PersonOf, s01: Store, zhang: Customer
) -> None:
    old = create_customer(s01, actor=person("advisor", s01), name="张建國", phones=["13812345678"])
    client = client_of("info_clerk", s01)
    assert f"/customers/{old.pk}/merge/?into={zhang.pk}" in client.get("/customers/duplicates/").text
    assert client.get(f"/customers/{old.pk}/merge/", {"into": zhang.pk}).status_code == 200
    assert client.post(f"/customers/{old.pk}/merge/", {"into": old.pk}).status_code == 422
    assert client.post(f"/customers/{old.pk}/merge/", {"into": zhang.pk}).status_code == 302
    old.refresh_from_db()
    assert old.merged_into == zhang


@pytest.mark.parametrize(
    ("key", "shown"), [("history", "新建客户"), ("attachments", "还没有附件"), ("comments", "保存备注")]
)
def test_a_tab_is_fetched_alone_or_opened_with_the_page(
    client_of: ClientOf, s01: Store, zhang: Customer, key: str, shown: str
) -> None:
    client = client_of("advisor", s01)
    alone = client.get(f"/customers/{zhang.pk}/tab/{key}/").text
    whole = client.get(f"/customers/{zhang.pk}/?tab={key}").text
    assert shown in alone
    assert shown in whole
    assert "<html" not in alone
    assert client.get(f"/customers/{zhang.pk}/tab/none/").status_code == 404


# post → (list and page, form, merge)
RIGHTS = {
    "advisor": (200, 200, 403),
    "info_clerk": (200, 200, 200),
    "crm_agent": (200, 200, 403),
    "cashier": (200, 403, 403),
    "technician": (403, 403, 403),
    "tool_keeper": (403, 403, 403),
}


@pytest.mark.parametrize("post", RIGHTS)
def test_each_post_enters_only_what_it_may(
    client_of: ClientOf, s01: Store, zhang: Customer, post: str
) -> None:
    client, (look, form, merge) = client_of(post, s01), RIGHTS[post]
    for address, status in (
        ("/customers/", look),
        (f"/customers/{zhang.pk}/", look),
        ("/customers/new/", form),
        (f"/customers/{zhang.pk}/edit/", form),
        ("/customers/duplicates/", merge),
        (f"/customers/{zhang.pk}/merge/", merge),
    ):
        assert client.get(address).status_code == status, address


def test_another_stores_customer_is_not_there(
    client_of: ClientOf, see: Callable[..., None], s01: Store, s02: Store, zhang: Customer
) -> None:
    client = client_of("service_manager", s02)
    for tail in ("", "tab/history/", "edit/", "merge/"):
        assert client.get(f"/customers/{zhang.pk}/{tail}").status_code == 404
    assert client.post(f"/customers/{zhang.pk}/edit/", typed()).status_code == 404
    assert client.post(f"/customers/{zhang.pk}/consent/", {"agreed": "1"}).status_code == 404
    see(s01)
    zhang.refresh_from_db()
    assert (zhang.name, zhang.marketing_consent) == ("张建国", None)


def test_search_and_picker_find_customers_of_the_own_store_only(
    client_of: ClientOf, person: PersonOf, s01: Store, s02: Store, zhang: Customer
) -> None:
    hits = search(person("advisor", s01), "zjg")
    assert [(hit.kind, hit.title, hit.url) for hit in hits] == [
        ("customer", "张建国", f"/customers/{zhang.pk}/")
    ]
    assert search(person("advisor", s02), "zjg") == []
    picked = client_of("advisor", s01).get("/pick/customers/", {"q": "5678"}).json()["items"]
    assert [item["value"] for item in picked] == [zhang.pk]
    assert client_of("advisor", s01).get("/pick/customers/").json()["items"][0]["text"] == "张建国"
