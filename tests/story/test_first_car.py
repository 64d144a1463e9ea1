"""A real store from `fours init` to its first delivered car: set up on screen, nothing of the demo in it (PF-15)."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from fours.customers.verbs.customer import create_customer
from fours.desk.checks import run_checks
from fours.intake.command import run_import
from fours.kernel.actor import Actor
from fours.kernel.models import Store, User
from fours.org.founding import found_store
from fours.org.models import Bay
from fours.parts.models import Part, StockBalance
from fours.service.checklists import WASH_ITEMS
from fours.service.models import RepairOrder
from fours.service.tests.order_house import signature
from fours.service.verbs.check_in import save_check_in, sign_check_in, start_check_in
from fours.service.verbs.delivery import (
    check_handover,
    deliver_order,
    delivery_checklist,
    give_gate_pass,
    handover_checklist,
)
from fours.service.verbs.inspection import check_job, final_check
from fours.service.verbs.lines import add_labor, add_part
from fours.service.verbs.order import authorise_order, open_order
from fours.service.verbs.parts import Give, issue_to_order
from fours.service.verbs.payment import Part as Money
from fours.service.verbs.payment import receive_payments
from fours.service.verbs.settlement import issue_statements
from fours.service.verbs.wash import finish_wash, start_wash
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job
from fours.survey.models import FollowUpCall
from fours.vehicles.verbs.vehicle import create_vehicle
from tests.imports.workbooks import keep, table

MORNING = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in the store
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


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def test_from_an_empty_store_to_the_first_delivered_car(
    clock: time_machine.Traveller, store: Store, admin: Client, tmp_path: Path, see: Callable[..., None]
) -> None:
    set_up(admin, tmp_path)
    see(store)
    who = {post: Actor.of(User.objects.get(name=name), store) for post, name in PEOPLE.items()}
    advisor, technician, leader = who["advisor"], who["technician"], who["team_leader"]
    owner = create_customer(store, name="王建国", phones=["13812345678"], actor=advisor)
    car = create_vehicle(
        store, actor=advisor, vin="LFV2A21K6A3123456", plate="苏E12345", owner=owner, brand="大众"
    )
    check_in = start_check_in(
        store,
        vehicle=car,
        advisor=advisor.user,
        deliverer_name="王建国",
        deliverer_phone="13812345678",
        actor=advisor,
    )
    changes = {"mileage": 45_230, "fuel_level": 50, "valuables_reminded": True, "concern": "刹车异响"}
    check_in = save_check_in(check_in, changes=changes, actor=advisor)
    check_in = sign_check_in(check_in, signature=signature(), signed_by="王建国", actor=advisor)
    order = open_order(store, check_in=check_in, actor=advisor)
    job = add_labor(order, name="更换前制动片", hours=Decimal("1.5"), work_kind="mechanical", actor=advisor)
    pads = add_part(order, part=Part.objects.get(), quantity=Decimal(1), actor=advisor)
    promised = timezone.now() + timedelta(hours=5)
    order = authorise_order(
        fresh(order), signature=signature(), signed_by="王建国", promised_at=promised, actor=advisor
    )
    assert (order.number, order.estimated_total) == ("RO-S08-260316-0001", Decimal("900.00"))
    dispatch_job(job, technicians=[technician.user], bay="J01", actor=who["foreman"])
    issue_to_order(
        fresh(order), lines=[Give(pads.pk, Decimal(1))], receiver=technician.user, actor=who["parts_keeper"]
    )
    clock_on(fresh(job), actor=technician)
    clock.shift(timedelta(hours=1))
    finish_job(fresh(job), items=OK, actor=technician)
    check_job(fresh(job), passed=True, items=OK, actor=leader)
    order = final_check(fresh(order), passed=True, items=OK, actor=who["inspector"])
    if order.state == RepairOrder.State.AUTHORISED:
        start_wash(order.wash, actor=who["washer"])
        finish_wash(fresh(order.wash), items=WASH_ITEMS, actor=who["washer"])
    check_handover(fresh(order), items=handover_checklist(order), actor=advisor)
    (statement,) = issue_statements(fresh(order), actor=advisor)
    receive_payments(statement, parts=[Money("cash", Decimal("900.00"))], actor=who["cashier"])
    give_gate_pass(fresh(order), actor=who["cashier"])
    order = deliver_order(
        fresh(order), mileage_out=45_231, items=delivery_checklist(order), call_from=time(15),
        call_until=time(17), actor=advisor,
    )  # fmt: skip
    assert order.presence == RepairOrder.Presence.LEFT
    assert FollowUpCall.objects.filter(vehicle=car).count() == 1
    assert StockBalance.objects.get().on_hand == Decimal(1)
    assert not Store.objects.filter(is_demo=True).exists()
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
