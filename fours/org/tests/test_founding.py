"""A real store begins once, on nothing, and whole (PF-15)."""

import pytest
from django.test import Client

from fours.base.errors import Refused
from fours.kernel.actor import grants_of, open_scope
from fours.kernel.models import Event, Group, Store, User
from fours.org.founding import found_store
from fours.org.models import Department, TaxRate

GIVEN = {
    "code": "s08",
    "name": "苏州北店",
    "username": "laozhang",
    "person": "张工",
    "password": "laozhang-2026",
}


def test_an_empty_installation_becomes_a_store_whose_administrator_signs_in(db: None) -> None:
    store = found_store(**GIVEN)
    assert (store.code, store.name, store.is_demo) == ("S08", "苏州北店", False)
    open_scope([store.pk])
    assert Department.objects.filter(store=store).count() == 9
    assert sorted(str(rate) for rate in TaxRate.objects.all()) == ["一般纳税人 13%", "小规模纳税人 3%"]
    assert Event.objects.get().kind == "org.store_founded"
    browser = Client()
    assert (
        browser.post("/accounts/login/", {"login": "laozhang", "password": "laozhang-2026"}).status_code
        == 302
    )
    assert browser.get("/").status_code == 200
    admin = User.objects.get()
    assert "org.manage_users" in grants_of(admin).permissions[store.pk]
    assert not admin.must_change_password


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": "四方"}, "门店代码"),
        ({"code": "S01-X"}, "门店代码"),
        ({"name": " "}, "门店名称"),
        ({"username": "老张"}, "用户名"),
        ({"password": "123"}, "密码"),
        ({"person": ""}, "姓名"),
    ],
)
def test_wrong_words_found_nothing(db: None, change: dict[str, str], message: str) -> None:
    with pytest.raises(Refused, match=message):
        found_store(**{**GIVEN, **change})
    for model in (Store, Group, User, TaxRate):
        assert not model.objects.exists(), model


def test_it_refuses_where_there_is_data(s01: Store) -> None:
    with pytest.raises(Refused, match="已有数据"):
        found_store(**GIVEN)
    assert list(Store.objects.values_list("code", flat=True)) == ["S01"]
    assert not User.objects.exists()
