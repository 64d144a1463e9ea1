"""`fours export`: what it writes goes in again and changes nothing; nobody's name becomes a formula (PF-11)."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.intake.command import run_import
from fours.intake.export import run_export
from fours.kernel.models import SecurityEntry, Store
from fours.parts.models import LotBalance, StockBalance
from fours.vehicles.models import Vehicle

from .workbooks import keep, messy_customers, table

FILES = {
    "customers": (messy_customers(), 4),
    "parts": (
        table(
            ("配件编码", "名称", "零售价", "最低库存"),
            ("06J115403Q", "机滤", 58, 3),
            ("N0138157", "垫圈", 3.5),
        ),
        2,
    ),
    "stock": (
        table(
            ("配件编码", "货位", "数量", "单价"),
            ("06J115403Q", "A-01", 12, 32.5),
            ("N0138157", "A-02", 200, 0.333333),
        ),
        2,
    ),
    "labor-operations": (
        table(("工时代码", "项目名称", "工种", "标准工时"), ("BY-0001", "更换机油机滤", "美容", 0.8)),
        1,
    ),
    "receivables": (
        table(
            ("单据编号", "欠款单位", "电话", "车牌", "结算日期", "应收金额", "已收金额", "备注"),
            ("JS-1", "江州快运有限公司", "0512-65123456", "苏E12345", "2024-03-12", 3680, 1000, "月结"),
            ("JS-2", "周明", "13812345678", "", "", 300, "", ""),
        ),
        2,
    ),
}


def load(kind: str, folder: Path) -> None:
    if kind == "stock":
        load("parts", folder)
    run_import(kind, keep(folder, f"{kind}.xlsx", FILES[kind][0]), "S01")


@pytest.mark.parametrize("kind", list(FILES))
def test_an_export_loaded_again_changes_nothing(s01: Store, tmp_path: Path, kind: str) -> None:
    load(kind, tmp_path)
    file = tmp_path / "out.xlsx"
    rows = FILES[kind][1]
    assert run_export(kind, file, "S01") == rows
    result = run_import(kind, file, "S01")
    assert (result["read"], result["unchanged"], result["errors"]) == (rows, rows, [])
    assert file.stat().st_mode & 0o777 == 0o600
    assert SecurityEntry.objects.get(kind="exported").store_id == s01.pk


def test_what_is_written_is_what_is_kept(s01: Store, tmp_path: Path) -> None:
    load("customers", tmp_path)
    run_export("customers", tmp_path / "out.xlsx", "S01")
    sheet = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    first = dict(zip(sheet[0], sheet[1], strict=True))
    assert (first["客户名称"], first["手机号码"], first["车牌号"], first["里程"]) == (
        *("张建国", "13812345678", "苏E12345"),
        33500,
    )


def test_a_name_like_a_formula_stays_a_name(s01: Store, tmp_path: Path) -> None:
    words = "配件编码,名称,零售价\r\n06J115403Q,=1+1 机滤,58\r\nN0138157,@垫圈,3.5\r\n"
    run_import("parts", keep(tmp_path, "parts.csv", words.encode()), "S01")
    run_export("parts", tmp_path / "out.xlsx", "S01")
    sheet = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    assert [row[1] for row in sheet[1:]] == ["=1+1 机滤", "@垫圈"]


def test_stock_of_today_loaded_again_is_not_booked_a_second_time(
    s01: Store, tmp_path: Path, see: Callable[..., None]
) -> None:
    load("stock", tmp_path)
    see(s01)
    # As after an issue: less lies there than was opened with.
    balance = LotBalance.objects.get(lot__part__number="06J115403Q")
    LotBalance.objects.filter(pk=balance.pk).update(quantity=7)
    StockBalance.objects.filter(part__number="06J115403Q").update(on_hand=7, value=Decimal("227.50"))
    run_export("stock", tmp_path / "out.xlsx", "S01")
    result = run_import("stock", tmp_path / "out.xlsx", "S01")
    assert (result["unchanged"], result["errors"]) == (2, [])
    see(s01)
    assert StockBalance.objects.get(part__number="06J115403Q").on_hand == 7


def test_only_the_stores_own_rows_are_written(s01: Store, s02: Store, tmp_path: Path) -> None:
    load("customers", tmp_path)
    assert run_export("customers", tmp_path / "two.xlsx", "S02") == 0


@pytest.mark.parametrize(
    ("kind", "name", "store", "message"),
    [
        ("nothing", "a.xlsx", "S01", "没有导入种类"),
        ("parts", "a.csv", "S01", "以 .xlsx 结尾"),
        ("parts", "a.xlsx", "S77", "没有代码为"),
        ("parts", "there.xlsx", "S01", "已存在"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_written(
    s01: Store, tmp_path: Path, kind: str, name: str, store: str, message: str
) -> None:
    (tmp_path / "there.xlsx").write_text("kept")
    with pytest.raises(Refused, match=message):
        run_export(kind, tmp_path / name, store)
    assert [path.name for path in tmp_path.iterdir()] == ["there.xlsx"]
    assert (tmp_path / "there.xlsx").read_text() == "kept"
    assert not Customer.objects.exists()
    assert not Vehicle.objects.exists()
