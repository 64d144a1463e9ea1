"""Taking many rows out takes a right and a reason, and the log keeps both (PF-13)."""

from collections.abc import Callable

import pytest
from django.test import Client

from fours.customers.models import Customer
from fours.kernel.models import SecurityEntry, Setting, Store

ClientOf = Callable[..., Client]


@pytest.fixture
def many(s01: Store) -> Store:
    """Three customers where two may be taken without a word."""
    Setting.objects.create(store=s01, key="kernel.export_rows", value=2)
    for name in ("赵一", "钱二", "孙三"):
        Customer.objects.create(store=s01, name=name)
    return s01


def test_a_few_rows_need_no_reason(many: Store, client_of: ClientOf) -> None:
    Customer.objects.filter(name="孙三").update(active=False)
    answer = client_of("crm_manager", many).get("/customers/export/")
    assert answer["Content-Type"].endswith("sheet")
    assert SecurityEntry.objects.get(kind="exported").detail.startswith("客户 2 行")


def test_many_rows_need_the_right(many: Store, client_of: ClientOf) -> None:
    assert client_of("crm_manager", many).get("/customers/export/").status_code == 403
    assert client_of("crm_manager", many).post("/customers/export/", {"reason": "x"}).status_code == 403
    assert not SecurityEntry.objects.filter(kind="exported").exists()


def test_many_rows_need_a_reason_that_is_kept(many: Store, client_of: ClientOf) -> None:
    gm = client_of("gm", many)
    asked = gm.get("/customers/export/?kind=person")
    assert "共 3 行" in asked.text
    refused = gm.post("/customers/export/?kind=person", {"reason": " "})
    assert (refused.status_code, "请写明导出原因" in refused.text) == (422, True)
    assert not SecurityEntry.objects.filter(kind="exported").exists()
    answer = gm.post("/customers/export/?kind=person", {"reason": "年度回访名单"})
    assert answer["Content-Type"].endswith("sheet")
    assert SecurityEntry.objects.get(kind="exported").detail == "客户 3 行 原因：年度回访名单 kind=person"
