"""The history tab: every line with who and when, changed fields with old and new value, own store only (PF-13)."""

from collections.abc import Callable

from django.test import Client

from conftest import PersonOf
from fours.customers.models import Customer
from fours.kernel.events import announce
from fours.kernel.history import history_of
from fours.kernel.models import Store


def made(store: Store, person: PersonOf) -> Customer:
    customer = Customer.objects.create(store=store, name="王小明")
    advisor = person("advisor", store)
    announce("test.made", customer, actor=advisor, sentence="建立客户")
    data = {"changes": {"姓名": ["王小明", "王晓明"], "备注": ["", "老客户"], "会员": [False, True]}}
    announce("test.changed", customer, actor=advisor, sentence="修改客户", data=data)
    return customer


def test_it_shows_who_did_what_and_what_changed_newest_first(s01: Store, person: PersonOf) -> None:
    customer = made(s01, person)
    lines = history_of(customer, person("advisor", s01))
    assert [(line.text, line.who) for line in lines] == [
        ("修改客户", "advisorS01"),
        ("建立客户", "advisorS01"),
    ]
    assert set(lines[0].changes) == {"姓名：王小明 → 王晓明", "备注：空 → 老客户", "会员：否 → 是"}


def test_another_store_sees_nothing_of_it(s01: Store, s02: Store, person: PersonOf) -> None:
    customer = made(s01, person)
    assert history_of(customer, person("advisor", s02)) == []


def test_the_whole_history_has_a_page(
    s01: Store, s02: Store, person: PersonOf, client_of: Callable[..., Client]
) -> None:
    address = f"/history/customers.customer/{made(s01, person).pk}/"
    answer = client_of("advisor", s01).get(address)
    assert "姓名：王小明 → 王晓明" in answer.content.decode()
    assert client_of("advisor", s02).get(address).status_code == 404
    assert client_of("advisor", s01).get("/history/auth.permission/1/").status_code == 404
    assert client_of("advisor", s01).get("/history/kernel.nothing/1/").status_code == 404
