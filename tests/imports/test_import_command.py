"""`fours import` on the files dealers have: what is counted, what is said, and that the same file again changes nothing."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.intake.command import run_import
from fours.intake.reader import UnreadableFile
from fours.kernel.models import Event, IntakeLoad, IntakeMapping, IntakeRow, Store
from fours.parts.models import Part, StockBalance
from fours.service.models import LaborOperation
from fours.vehicles.models import Vehicle

from .workbooks import AGAIN_COUNTS, GBK, MESSY_COUNTS, ONE, keep, messy_customers, table

See = Callable[..., None]


def counts(result: dict[str, object]) -> dict[str, object]:
    return {name: result[name] for name in MESSY_COUNTS}


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    return keep(tmp_path, "客户档案.xlsx", messy_customers())


def test_a_messy_customer_list_goes_in_row_by_row(s01: Store, see: See, messy: Path) -> None:
    result = run_import("customers", messy, "S01")
    see(s01)
    assert counts(result) == MESSY_COUNTS
    assert [(said["row"], said["column"]) for said in result["errors"]] == [
        (8, "手机号码"),
        (9, "上牌日期"),
        (10, "客户名称"),
    ]
    assert {(said["row"], said["column"]) for said in result["warnings"]} >= {
        (6, "里程"),
        (6, "车架号"),
        (11, "车牌号"),
    }
    car = Vehicle.objects.get(vin=ONE)
    assert (car.plate, car.mileage, car.registered_on) == ("苏E12345", 33500, date(2023, 5, 18))
    assert car.owner is not None
    assert car.owner.name == "张建国"
    assert [phone.number for phone in car.owner.phones.all()] == ["13812345678"]
    assert Vehicle.objects.get(plate="苏E67890").registered_on == date(2022, 3, 5)
    assert Vehicle.objects.count() == 3
    assert sorted(Customer.objects.values_list("name", flat=True)) == sorted(
        ["张建国", "李梅", "苏州远方物流有限公司", "孙七"]
    )


def test_each_row_is_kept_with_its_load_and_number(s01: Store, see: See, messy: Path) -> None:
    run_import("customers", messy, "S01")
    see(s01)
    load = IntakeLoad.objects.get()
    assert (load.state, load.created_by, load.result["upto"]) == ("loaded", None, 11)
    assert list(IntakeRow.objects.filter(load=load).order_by("number").values_list("number", "outcome")) == [
        (4, "created"),
        (5, "created"),
        (6, "created"),
        (7, "updated"),
        (8, "rejected"),
        (9, "rejected"),
        (10, "rejected"),
        (11, "created"),
    ]
    assert not IntakeMapping.objects.exists()
    assert "读取 8 行，新增 4" in Event.objects.get(kind="kernel.intake_loaded").sentence


def test_the_same_file_again_changes_nothing(s01: Store, see: See, messy: Path) -> None:
    run_import("customers", messy, "S01")
    see(s01)
    before = list(Vehicle.objects.order_by("pk").values()), list(Customer.objects.order_by("pk").values())
    assert counts(run_import("customers", messy, "S01")) == AGAIN_COUNTS
    see(s01)
    assert (
        list(Vehicle.objects.order_by("pk").values()),
        list(Customer.objects.order_by("pk").values()),
    ) == before


def test_a_dry_run_says_the_same_and_keeps_nothing(s01: Store, see: See, messy: Path) -> None:
    rehearsed = run_import("customers", messy, "S01", dry_run=True)
    see(s01)
    assert counts(rehearsed) == MESSY_COUNTS
    for model in (Customer, Vehicle, IntakeLoad, IntakeRow, Event):
        assert not model.objects.exists(), model
    assert run_import("customers", messy, "S01") == rehearsed
    again = run_import("customers", messy, "S01", dry_run=True)
    assert counts(again) == AGAIN_COUNTS


def test_small_batches_come_to_the_same(
    s01: Store, see: See, messy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fours.intake.command.BATCH", 3)
    assert counts(run_import("customers", messy, "S01")) == MESSY_COUNTS


def test_a_gbk_csv_with_ten_thousands_of_kilometres(s01: Store, see: See, tmp_path: Path) -> None:
    result = run_import("customers", keep(tmp_path, "客户.csv", GBK), "S01")
    see(s01)
    assert (result["created"], result["errors"]) == (1, [])
    car = Vehicle.objects.get()
    assert car.owner is not None
    assert (car.plate, car.mileage, car.owner.name) == ("苏E55555", 32000, "周八")


def test_an_unsure_column_is_left_out_and_said(s01: Store, see: See, tmp_path: Path) -> None:
    data = table(("客户名称", "车牌", "客户联系手机说明"), ("张三", "苏E12345", "13812345678"))
    result = run_import("customers", keep(tmp_path, "a.xlsx", data), "S01")
    see(s01)
    assert result["created"] == 1
    assert {"row": 1, "column": "客户联系手机说明"}.items() <= result["warnings"][0].items()
    assert not Customer.objects.get().phones.exists()


def test_what_another_store_has_is_neither_found_nor_changed(
    s01: Store, s02: Store, see: See, messy: Path
) -> None:
    run_import("customers", messy, "S02")
    assert counts(run_import("customers", messy, "S01")) == MESSY_COUNTS
    see(s01, s02)
    assert Vehicle.objects.filter(store=s01).count() == Vehicle.objects.filter(store=s02).count() == 3


def test_parts_stock_and_labor_go_in(s01: Store, see: See, tmp_path: Path) -> None:
    parts = table(("配件编码", "配件名称", "单位", "销售价"), ("06J115403Q", "机油滤清器", "个", 58))
    assert run_import("parts", keep(tmp_path, "p.xlsx", parts), "S01")["created"] == 1
    stock = table(
        ("配件编码", "货位", "数量", "成本价"), ("06J115403Q", "A-01", 12, 32.5), ("NOTHERE", "A-02", 1, 1)
    )
    result = run_import("stock", keep(tmp_path, "s.xlsx", stock), "S01")
    assert (result["created"], result["rejected"]) == (1, 1)
    assert result["errors"] == [
        {"row": 3, "column": "配件编码", "message": "配件目录中没有 NOTHERE，请先导入配件目录。"}
    ]
    labor = table(
        ("工时代码", "项目名称", "标准工时"), ("by-01", "更换机油机滤", 0.8), ("by-02", "四轮定位", "")
    )
    path = keep(tmp_path, "l.xlsx", labor)
    assert run_import("labor-operations", path, "S01")["created"] == 2
    assert run_import("labor-operations", path, "S01")["unchanged"] == 2
    changed = table(("工时代码", "项目名称", "工种"), ("BY-01", "更换机油和机滤", "保养"))
    assert run_import("labor-operations", keep(tmp_path, "m.xlsx", changed), "S01")["updated"] == 1
    see(s01)
    assert Part.objects.get().retail_price == Decimal("58.00")
    assert StockBalance.objects.get().on_hand == 12
    assert list(LaborOperation.objects.values_list("code", "name", "hours", "pinyin")) == [
        ("BY-01", "更换机油和机滤", Decimal("0.80"), "ghjyhjl"),
        ("BY-02", "四轮定位", Decimal("0.00"), "sldw"),
    ]


@pytest.mark.parametrize(
    ("kind", "store", "data", "message"),
    [
        ("cars", "S01", GBK, "没有导入种类“cars”"),
        ("customers", "S99", GBK, "没有代码为“S99”的门店"),
        ("customers", "S01", b"", "文件是空的"),
        ("customers", "S01", b"PK\x03\x04broken", "文件已损坏"),
        ("customers", "S01", b"%PDF-1.7", "不是表格文件"),
        ("customers", "S01", "品牌,备注\r\n大众,好\r\n".encode(), "没有哪一列对应“客户名称”"),
    ],
)
def test_what_cannot_be_loaded_at_all_is_refused(
    s01: Store, see: See, tmp_path: Path, kind: str, store: str, data: bytes, message: str
) -> None:
    with pytest.raises(Refused, match=message):
        run_import(kind, keep(tmp_path, "x.csv", data), store)
    see(s01)
    assert not IntakeLoad.objects.exists()


def test_a_file_with_a_heading_only_is_read_and_has_no_rows(s01: Store, see: See, tmp_path: Path) -> None:
    result = run_import("customers", keep(tmp_path, "x.csv", "客户名称,手机号\r\n".encode()), "S01")
    see(s01)
    assert result == {**dict.fromkeys(MESSY_COUNTS, 0), "warnings": [], "errors": []}
    assert not IntakeLoad.objects.exists()


def test_a_file_that_is_not_there_is_unreadable(s01: Store, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="打不开文件"):
        run_import("customers", tmp_path / "gone.xlsx", "S01")


def test_e_mail_addresses_come_along_and_a_wrong_one_is_left_out(
    s01: Store, see: See, tmp_path: Path
) -> None:
    text = "客户名称,手机号,电子邮箱\r\n周八,13812340009,Zhou@QQ.com\r\n吴九,13812340010,没有@\r\n"
    result = run_import("customers", keep(tmp_path, "x.csv", text.encode()), "S01")
    see(s01)
    assert (result["created"], result["errors"]) == (2, [])
    assert (3, "邮箱") in {(said["row"], said["column"]) for said in result["warnings"]}
    assert dict(Customer.objects.values_list("name", "email")) == {"周八": "Zhou@qq.com", "吴九": ""}
    again = run_import("customers", keep(tmp_path, "x.csv", text.encode()), "S01")
    assert again["unchanged"] == 2
