"""A real store from `fours init` to its first delivered car: set up on screen, nothing of the demo in it (PF-15)."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fours.desk.checks import run_checks
from fours.intake.command import run_import
from fours.kernel.actor import Actor
from fours.kernel.models import Store, User
from fours.kernel.printing import set_papers
from fours.org.founding import found_store
from fours.org.models import Bay
from fours.parts.models import StockBalance
from fours.service.models import RepairOrder
from fours.survey.models import FollowUpCall
from tests.imports.workbooks import keep, table

from .one_car import one_car

MORNING = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in the store
# Customer, car and 25 verbs of a visit with their seven papers, savepoints counted: each one more is waited for at a counter.
MOST_STATEMENTS = 340
OK = ({"name": "作业完成", "result": "ok"},)
FACTS = {
    "legal_name": "苏州北汽车销售服务有限公司", "credit_code": "91320594MA1M00001H", "address": "苏州市相城区测试路 1 号",
    "postcode": "", "phone": "0512-66000001", "rescue_phone": "", "complaint_phone": "0512-66000009",
    "taxpayer_kind": "general", "bank": "", "bank_account": "", "opens_at": "08:30", "closes_at": "18:00",
    "print_footer": "",
}  # fmt: skip
PEOPLE = {
    "service_manager": "陈立新", "advisor": "林晓晴", "foreman": "钱志强", "team_leader": "吴建平", "technician": "赵大勇",
    "inspector": "孙卫东", "washer": "马小军", "parts_manager": "何永康", "parts_keeper": "郭文静", "cashier": "朱丽萍",
    "crm_agent": "唐嘉欣",
}  # fmt: skip


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=True) as traveller:
        yield traveller


@pytest.fixture
def store(db: None, clock: object) -> Store:
    return found_store(
        code="S08", name="苏州北店", username="laozhang", person="张工", password="laozhang-2026"
    )


@pytest.fixture
def admin(store: Store) -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": "laozhang", "password": "laozhang-2026"})
    return browser


def people_list(browser: Client, names: dict[str, str]) -> dict[str, str]:
    """The list as the page offers it, with these names beside their posts."""
    inputs = re.findall(r"<input[^>]*>", browser.get("/org/setup/people/").text)
    found = [dict(re.findall(r'(name|value)="([^"]*)"', tag)) for tag in inputs]
    sent = {tag["name"]: tag.get("value", "") for tag in found if tag.get("name", "").startswith("p-")}
    left = dict(names)
    for name, post in list(sent.items()):
        if name.endswith("-post") and post in left:
            sent[name.replace("-post", "-name")] = left.pop(post)
    return sent


def set_up(browser: Client, folder: Path) -> None:
    """Everything the road names, through its pages and imports."""
    assert browser.post("/r/store_facts/new/", FACTS).status_code == 302
    made = browser.post("/org/setup/people/", people_list(browser, PEOPLE))
    assert made.status_code == 200
    assert made.text.count("<code>") == len(PEOPLE)
    counts = {"mechanical": 4, "quick": 1, "body": 1, "paint": 1, "wash": 1}
    assert browser.post("/org/setup/bays/", counts).status_code == 302
    prices = {"mechanical": "200", "electrical": "220", "body": "260", "paint": "280", "care": "150"}
    assert browser.post("/service/setup/rates/", {**prices, "valid_from": "2026-03-16"}).status_code == 302
    parts = table(("配件编码", "名称", "单位", "零售价"), ("4GD698151", "前制动片", "套", 600))
    stock = table(("配件编码", "货位", "数量", "单价"), ("4GD698151", "A-01", 2, 300))
    run_import("parts", keep(folder, "parts.xlsx", parts), "S08")
    run_import("stock", keep(folder, "stock.xlsx", stock), "S08")


def test_the_road_marks_what_is_there(store: Store, admin: Client, tmp_path: Path) -> None:
    first = admin.get("/org/setup/")
    assert "已完成 0 / 5" in first.text
    assert "还没有人任：服务经理" in first.text
    assert "开业设置待完成" in admin.get("/").text
    set_up(admin, tmp_path)
    last = admin.get("/org/setup/").text
    assert "已完成 5 / 5" in last
    assert "可以接第一辆车了" in last


def test_from_an_empty_store_to_the_first_delivered_car(
    clock: time_machine.Traveller, store: Store, admin: Client, tmp_path: Path, see: Callable[..., None]
) -> None:
    set_up(admin, tmp_path)
    see(store)
    who = {post: Actor.of(User.objects.get(name=name), store) for post, name in PEOPLE.items()}
    order = None
    with CaptureQueriesContext(connection) as asked:
        for step in one_car(store, who, plate="苏E12345", phone="13812345678", vin="LFV2A21K6A3123456"):
            clock.shift(timedelta(minutes=10))
            order = step
    assert len(asked) <= MOST_STATEMENTS
    assert order is not None
    assert (order.number, order.estimated_total) == ("RO-S08-260316-0001", Decimal("900.00"))
    assert order.presence == RepairOrder.Presence.LEFT
    assert FollowUpCall.objects.count() == 1
    assert StockBalance.objects.get().on_hand == Decimal(1)
    assert not Store.objects.filter(is_demo=True).exists()
    set_papers(store)  # as the worker does every five minutes
    assert run_checks() == []


def test_wrong_lines_are_named_and_nobody_is_made(admin: Client) -> None:
    sent = people_list(admin, {"advisor": "林晓晴"})
    number = next(key.split("-")[1] for key, value in sent.items() if value == "林晓晴")
    before = User.objects.count()
    wrong = admin.post("/org/setup/people/", {**sent, f"p-{number}-username": "LAOZHANG"})
    assert wrong.status_code == 422
    assert "已被使用" in wrong.text
    assert "林晓晴" in wrong.text
    nameless = admin.post("/org/setup/people/", {**sent, f"p-{number}-name": "", f"p-{number}-phone": "138"})
    assert (nameless.status_code, "请填写姓名" in nameless.text) == (422, True)
    empty = admin.post("/org/setup/people/", {**sent, f"p-{number}-name": ""})
    assert (empty.status_code, "至少填写一个人" in empty.text) == (422, True)
    foreign = admin.post("/org/setup/people/", {**sent, f"p-{number}-post": "emperor"})
    assert foreign.status_code == 422
    assert User.objects.count() == before


def test_the_list_sent_twice_makes_everybody_once(admin: Client) -> None:
    sent = people_list(admin, {"advisor": "林晓晴", "receptionist": "林晓晴", "technician": "林晓勤"})
    assert admin.post("/org/setup/people/", sent).status_code == 200
    assert admin.post("/org/setup/people/", sent).status_code == 422
    assert sorted(User.objects.exclude(username="laozhang").values_list("username", "name")) == [
        ("linxiaoqin", "林晓勤"),
        ("linxiaoqing", "林晓晴"),
    ]


@pytest.mark.parametrize(
    ("address", "sent", "message"),
    [
        (
            "/org/setup/bays/",
            {"mechanical": "-1", "quick": "1", "body": "1", "paint": "1", "wash": "x"},
            "整数",
        ),
        ("/service/setup/rates/", {"mechanical": "0", "valid_from": "2026-03-16"}, "大于 0"),
        ("/service/setup/rates/", {"valid_from": "2026-03-16"}, "至少填写一个工种"),
    ],
)
def test_wrong_figures_are_told_beside_their_field(
    admin: Client, address: str, sent: dict[str, str], message: str
) -> None:
    answer = admin.post(address, sent)
    assert answer.status_code == 422
    assert message in answer.text


def test_bays_are_added_and_never_taken_away(admin: Client, store: Store, see: Callable[..., None]) -> None:
    counts = {"mechanical": "2", "quick": "0", "body": "0", "paint": "0", "wash": "0"}
    assert admin.post("/org/setup/bays/", counts).status_code == 302
    assert admin.post("/org/setup/bays/", {**counts, "mechanical": "3"}).status_code == 302
    assert admin.post("/org/setup/bays/", {**counts, "mechanical": "1"}).status_code == 422
    see(store)
    assert list(Bay.objects.values_list("code", flat=True)) == ["J01", "J02", "J03"]


def test_an_advisor_sets_nothing_up(s01: Store, client_of: Callable[..., Client]) -> None:
    browser = client_of("advisor", s01)
    for address in ("/org/setup/", "/org/setup/people/", "/org/setup/bays/", "/service/setup/rates/"):
        assert browser.get(address).status_code == 403
