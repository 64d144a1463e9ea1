"""Lists of what is still owed, as dealers bring them along on the first day (PF-11, PF-15)."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from fours.customers.models import Customer
from fours.customers.verbs.customer import create_customer
from fours.desk.checks import run_checks
from fours.intake.command import run_import
from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.org.setup import road
from fours.service.models import OpeningReceivable
from fours.service.verbs.payment import Part
from fours.service.verbs.receivable import collect_receivable, reverse_receivable
from fours.vehicles.verbs.vehicle import create_vehicle
from tests.imports.loads import kept, load_of, undo
from tests.imports.workbooks import keep, table

PersonOf = Callable[..., Actor]
HEADINGS = (
    "单据编号",
    "客户名称",
    "联系电话",
    "车牌号",
    "结算日期",
    "应收金额",
    "已收金额",
    "未收金额",
    "备注",
)


@pytest.fixture
def load(tmp_path: Path, s01: Store, see: Callable[..., None]) -> Callable[..., dict[str, Any]]:
    """Loads rows under the usual headings; afterwards the store is in sight."""

    def loading(*rows: tuple[object, ...], dry_run: bool = False) -> dict[str, Any]:
        file = keep(tmp_path, "应收.xlsx", table(("四方一店应收款明细",), HEADINGS, *rows))
        result = run_import("receivables", file, "S01", dry_run=dry_run)
        see(s01)
        return dict(result)

    return loading


def said(result: dict[str, Any], kind: str) -> list[tuple[str, str]]:
    return [(one["column"], one["message"]) for one in result[kind]]


def outcome(result: dict[str, Any]) -> tuple[int, int, int, int]:
    read, made, same, no = (result[name] for name in ("read", "created", "unchanged", "rejected"))
    return (read, made, same, no)


FLEET = (
    "JS-1",
    "江州快运有限公司",
    "0512-65123456",
    "苏E12345",
    "2024年3月12日",
    "3,680.00",
    "1000",
    "",
    "月结",
)
PRIVATE = ("JS-2", "周明", "13812345678", "", "2024-05-01", "", "", "¥300", "")


def test_a_list_goes_in_once_however_often_it_is_loaded(load: Callable[..., dict[str, Any]]) -> None:
    rows = (FLEET, PRIVATE, FLEET, ("合计", "", "", "", "", "3980.00", "1000", "2980", ""))
    first = load(*rows)
    assert outcome(first) == (3, 2, 1, 0)
    company = OpeningReceivable.objects.get(foreign_number="JS-1")
    assert (company.billed, company.paid_before, company.due) == (3680, 1000, 2680)
    assert (company.plate, company.note, company.customer.kind) == ("苏E12345", "月结", "company")
    assert OpeningReceivable.objects.get(foreign_number="JS-2").due == 300
    assert outcome(load(*rows)) == (3, 0, 3, 0)
    assert (OpeningReceivable.objects.count(), Customer.objects.count()) == (2, 2)
    assert run_checks() == []


def test_a_try_writes_nothing(load: Callable[..., dict[str, Any]]) -> None:
    assert outcome(load(FLEET, dry_run=True)) == (1, 1, 0, 0)
    assert not OpeningReceivable.objects.exists()
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (("", "周明", "13812345678", "", "", "300", "", "", ""), "原单号", ""),
        (("JS-3", "", "", "", "", "300", "", "", ""), "客户名称", "请填写客户名称或电话"),
        (("JS-3", "", "13812345678", "", "", "300", "", "", ""), "客户名称", "没有此电话"),
        (("JS-3", "周明", "1381234567", "", "", "300", "", "", ""), "手机号码", ""),
        (("JS-3", "周明", "13812345678", "苏E1", "", "300", "", "", ""), "车牌号", ""),
        (("JS-3", "周明", "13812345678", "", "2999-01-01", "300", "", "", ""), "单据日期", ""),
        (("JS-3", "周明", "13812345678", "", "", "", "", "", ""), "应收金额", "请填写应收金额或未收金额"),
        (("JS-3", "周明", "13812345678", "", "", "三百", "", "", ""), "应收金额", "不是数字"),
        (("JS-3", "周明", "13812345678", "", "", "-300", "", "", ""), "应收金额", "太小"),
        (("JS-3", "周明", "13812345678", "", "", "300", "100", "250", ""), "未收金额", "不符"),
        (("JS-3", "周明", "13812345678", "", "", "300", "", "350", ""), "未收金额", "大于应收"),
        (("JS-3", "周明", "13812345678", "", "", "300", "400", "", ""), "已收金额", "应小于应收"),
    ],
)
def test_a_wrong_row_is_refused_beside_its_column(
    load: Callable[..., dict[str, Any]], row: tuple[object, ...], column: str, message: str
) -> None:
    result = load(row, PRIVATE)
    assert outcome(result) == (2, 1, 0, 1)
    assert [one for one in said(result, "errors") if one[0] == column and message in one[1]]
    assert OpeningReceivable.objects.get().foreign_number == "JS-2"


def test_what_was_paid_is_left_out_with_a_warning(load: Callable[..., dict[str, Any]]) -> None:
    result = load(("JS-4", "周明", "13812345678", "", "2024-05-01", "300", "300", "0", ""))
    assert outcome(result) == (1, 0, 1, 0)
    assert ("未收金额", "此单已收清，不用登记") in said(result, "warnings")
    assert not Customer.objects.exists()


def test_another_row_under_a_number_is_refused(load: Callable[..., dict[str, Any]]) -> None:
    load(FLEET)
    result = load((*FLEET[:5], "3,680.00", "900", "", ""))
    assert outcome(result) == (1, 0, 0, 1)
    assert "与本行不同" in said(result, "errors")[0][1]
    assert OpeningReceivable.objects.get().due == 2680


def test_money_taken_since_changes_nothing_for_the_file(
    load: Callable[..., dict[str, Any]], s01: Store, person: PersonOf
) -> None:
    load(FLEET)
    row = OpeningReceivable.objects.get()
    collect_receivable(row, parts=[Part("cash", Decimal(680))], actor=person("cashier", s01))
    assert outcome(load(FLEET)) == (1, 0, 1, 0)
    assert OpeningReceivable.objects.get().due == 2000


def test_what_was_reversed_comes_back_only_when_it_is_corrected(
    load: Callable[..., dict[str, Any]], s01: Store, person: PersonOf
) -> None:
    load(FLEET)
    row = OpeningReceivable.objects.get()
    reverse_receivable(row, reason="金额录错", actor=person("gm", s01))
    again = load(FLEET)
    assert outcome(again) == (1, 0, 1, 0)
    assert ("原单号", f"此单已登记为 {row.number} 并已冲销，未再登记") in said(again, "warnings")
    assert outcome(load((*FLEET[:5], "3,680.00", "900", "", ""))) == (1, 1, 0, 0)


@pytest.fixture
def files(s01: Store, person: PersonOf) -> list[Customer]:
    """Two people of one name, the second with a car, and a company."""
    clerk = person("advisor", s01)
    people = [create_customer(s01, name="周明", phones=[f"1381234567{n}"], actor=clerk) for n in (1, 2)]
    create_vehicle(s01, plate="苏E77777", brand="测试", owner=people[1], actor=clerk)
    company = create_customer(
        s01, name="江州快运有限公司", kind="company", phones=["0512-65123456"], actor=clerk
    )
    return [*people, company]


def owed_by(phone: str = "", name: str = "", plate: str = "") -> tuple[object, ...]:
    return ("JS-5", name, phone, plate, "2024-05-01", "300", "", "", "")


def test_the_debtor_is_found(load: Callable[..., dict[str, Any]], files: list[Customer]) -> None:
    first, second, company = files
    rows = [
        (owed_by(phone="13812345671"), first),
        (owed_by(phone="13812345672", name="周明"), second),
        (owed_by(name="周明", plate="苏E77777"), second),
        (owed_by(name="江州快运有限公司"), company),
        (owed_by(name="江州快运有限公司", phone="13900001111"), company),
    ]
    for number, (row, debtor) in enumerate(rows):
        assert load((f"JS-{number}", *row[1:]))["created"] == 1
        assert OpeningReceivable.objects.get(foreign_number=f"JS-{number}").customer == debtor
    assert Customer.objects.count() == 3


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (owed_by(name="周明"), "手机号码", "有多份这样的客户档案"),
        (owed_by(phone="13812345671", name="李四"), "客户名称", "另一姓名"),
    ],
)
def test_nobody_is_guessed(
    load: Callable[..., dict[str, Any]],
    files: list[Customer],
    row: tuple[object, ...],
    column: str,
    message: str,
) -> None:
    result = load(row)
    assert said(result, "errors")[0][0] == column
    assert message in said(result, "errors")[0][1]
    assert not OpeningReceivable.objects.exists()


def test_somebody_else_of_the_name_gets_a_file_and_it_is_said(
    load: Callable[..., dict[str, Any]], files: list[Customer]
) -> None:
    result = load(owed_by(name="周明", phone="13900001111"))
    assert ("客户名称", "客户档案中没有“周明”，已新建") in said(result, "warnings")
    assert Customer.objects.count() == 4


def test_the_setting_up_of_a_store_leads_there(
    load: Callable[..., dict[str, Any]],
    s01: Store,
    person: PersonOf,
    client_of: Callable[..., Client],
) -> None:
    load(FLEET, PRIVATE)
    step = next(shown for shown in road(person("it_admin", s01)) if shown.step.label == "期初应收")
    assert (step.found.sentence, step.step.optional) == ("已有 2 张旧单，共 2,980.00 元", True)
    assert [link.label for link in step.links] == ["导入", "逐张登记"]
    page = client_of("it_admin", s01).get("/import/").text
    assert "期初应收" in page


def test_a_load_is_taken_back_but_for_what_was_paid_and_loads_again(s01: Store, person: PersonOf) -> None:
    rows = [
        {"foreign_number": number, "name": name, "phone": phone, "billed": Decimal(300)}
        for number, name, phone in (("JS-1", "周明", "13812345678"), ("JS-2", "李梅", "13912345679"))
    ]
    load = load_of(s01, rows, "receivables")
    paid = OpeningReceivable.objects.get(foreign_number="JS-2")
    collect_receivable(paid, parts=[Part("cash", Decimal(50))], actor=person("cashier", s01))
    load = undo(load)
    assert (load.result["undo"]["undone"], list(kept(load))) == (1, [3])
    assert "收款" in kept(load)[3]
    assert OpeningReceivable.objects.get(foreign_number="JS-1", reverses=None).state == "reversed"
    again = load_of(s01, rows, "receivables")
    assert (again.result["loaded"]["created"], again.result["loaded"]["unchanged"]) == (1, 1)
    assert Customer.objects.count() == 2
    assert run_checks() == []
