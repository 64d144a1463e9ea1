from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fours.intake.cells import Cell, Duration, cell_text
from fours.intake.clean import (
    KILOMETRES,
    YUAN,
    choice,
    code,
    day,
    decimal,
    integer,
    tax_rate,
    text,
    yes_no,
)

kilometres = integer(units=KILOMETRES, maximum=2_000_000)
money = decimal(2, units=YUAN)

cells = st.one_of(
    st.text(max_size=30), st.floats(allow_nan=False, allow_infinity=False), st.integers(), st.booleans(),
    st.dates(), st.datetimes(), st.times(), st.text(max_size=8).map(Duration),
)  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (13812345678.0, "13812345678"),
        (1.5, "1.5"),
        (2087.0249999999996, "2087.025"),
        (0.1 + 0.2, "0.3"),
        (100.0, "100"),
        (True, "是"),
        (date(2024, 3, 5), "2024-03-05"),
        (datetime(2024, 3, 5, 14, 30), "2024-03-05 14:30"),
        (None, ""),
    ],
)
def test_a_cell_is_written_as_a_person_would(cell: Cell, written: str) -> None:
    assert cell_text(cell) == written


@pytest.mark.parametrize(
    "typed",
    [
        "2024-03-05",
        "2024/3/5",
        "2024.3.5",
        "2024．０３．０５",
        "20240305",
        "2024年3月5日",
        "2024 年 3 月 5 日",
        "2024年3月5号",
        "2024-03-05 14:30",
        "2024/3/5 下午 2:30:15",
        "2024-03-05T14:30:00.000",
        "2024年3月5日 星期二",
        "20240305143000",
        " 2024-3-5 ",
        date(2024, 3, 5),
        datetime(2024, 3, 5, 23, 59),
        20240305.0,
    ],
)
def test_a_date_is_read_in_its_many_shapes(typed: Cell) -> None:
    checked = day(typed)
    assert (checked.value, checked.error, checked.warning) == (date(2024, 3, 5), None, None)


@pytest.mark.parametrize("serial", [45356.0, 45356, "45356", 45356.6])
def test_an_excel_serial_is_read_with_a_warning(serial: Cell) -> None:
    checked = day(serial)
    assert checked.value == date(2024, 3, 5)
    assert "按 Excel 日期读作 2024-03-05" in (checked.warning or "")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("24-3-5", "年份只有两位"),
        ("24年3月5日", "年份只有两位"),
        ("03/05/2024", "分不清"),
        ("20152-1", "不是日期"),
        ("2024-3", "不完整"),
        ("2024年3月", "不完整"),
        ("2024", "不完整"),
        (2024.0, "不完整"),
        ("202403", "不完整"),
        ("2024-00-05", "没有 0 月"),
        ("2024-13-05", "没有 13 月"),
        ("2024-02-30", "2 月没有 30 日"),
        ("20230229", "2 月没有 29 日"),
        ("2024-3/5", "不是日期"),
        ("1899-12-31", "不合理"),
        ("2203-01-01", "不合理"),
        (12345.0, "不是日期"),
        (-1.0, "不是日期"),
        (True, "不是日期"),
        (time(15, 0), "没有日期"),
        (Duration("15:00:00"), "没有日期"),
        ("长期", "不是日期"),
        ("08.03->", "不是日期"),
        ("#VALUE!", "不是日期"),
    ],
)
def test_a_date_is_never_guessed(typed: Cell, message: str) -> None:
    checked = day(typed)
    assert checked.value is None
    assert message in (checked.error or "")


@pytest.mark.parametrize(
    ("cell", "unit", "value"),
    [
        ("32000", "", 32_000),
        (32000.0, "", 32_000),
        ("３２，０００公里", "", 32_000),
        ("32,000 KM", "", 32_000),
        ("3.2万公里", "", 32_000),
        (3.2, "万公里", 32_000),
        ("3.2", "万公里", 32_000),
        ("32000公里", "万公里", 32_000),
        (0.0, "", 0),
    ],
)
def test_kilometres_are_read(cell: Cell, unit: str, value: int) -> None:
    assert kilometres(cell, unit).value == value


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("32000.5", "不是整数"),
        ("3.2万", "不是数字"),
        ("约32000", "不是数字"),
        ("32,00", "不是数字"),
        ("-5", "太小"),
        ("300万公里", "太大"),
        (date(2024, 3, 5), "不是数字"),
        ("#REF!", "公式错误"),
    ],
)
def test_a_wrong_mileage_is_refused(cell: Cell, message: str) -> None:
    checked = kilometres(cell, "")
    assert checked.value is None
    assert message in (checked.error or "")


def test_amounts_are_read_and_rounding_is_said() -> None:
    assert money("¥1,234.50元", "").value == Decimal("1234.50")
    assert money("1.5万元", "").value == Decimal("15000.00")
    assert money(58.0, "").value == Decimal("58.00")
    rounded = money(2087.0249999999996, "")
    assert rounded.value == Decimal("2087.03")
    assert rounded.warning == "2087.025 已四舍五入为 2087.03"
    assert money("12元5角", "").error == "“12元5角”不是数字"


@pytest.mark.parametrize(
    ("cell", "unit", "rate", "warned"),
    [
        ("13%", "", "0.13", False),
        (0.13, "", "0.13", False),
        (13.0, "", "0.13", True),
        (13.0, "%", "0.13", False),
    ],
)
def test_tax_rates(cell: Cell, unit: str, rate: str, warned: bool) -> None:
    checked = tax_rate(cell, unit)
    assert checked.value == Decimal(rate)
    assert (checked.warning is not None) is warned


def test_a_wrong_tax_rate_is_refused() -> None:
    assert "不是税率" in (tax_rate("免税").error or "")


def test_text_and_codes() -> None:
    assert text(10)(" 张　三\n", "").value == "张 三"
    assert text(2)("张三丰", "").error == "有 3 个字，最多 2 个字"
    assert code()(" 06j 115－403Q ", "").value == "06J115-403Q"
    assert code()(12345.0, "").value == "12345"
    assert code()("1E10", "").value == "1E10"


def test_what_excel_has_spoiled_is_not_taken_silently() -> None:
    assert "15 位" in (code()(320583199001011234.0, "").error or "")
    assert "科学计数法" in (code()("3.20583E+17", "").error or "")
    assert "日期或时间格式" in (code()(date(2024, 3, 5), "").warning or "")
    assert "公式错误" in (text()("#N/A", "").error or "")


def test_choices() -> None:
    kinds = choice({"原厂件": "genuine", "副厂件": "same_quality"})
    assert kinds("原厂件 ", "").value == "genuine"
    assert kinds("正品", "").error == "“正品”不认识，可用：原厂件、副厂件"
    lenient = choice({"原厂件": "genuine"}, otherwise="other")("正品", "")
    assert lenient.value == "other"
    assert lenient.warning is not None
    assert [yes_no("√").value, yes_no("否").value, yes_no(True).value, yes_no(0.0).value] == [
        True,
        False,
        True,
        False,
    ]
    assert yes_no("也许").error == "“也许”不认识，请填“是”或“否”"


@given(cells)
def test_every_cell_gets_an_answer(cell: Cell) -> None:
    for cleaner in (text(), code(), kilometres, money, day, tax_rate, yes_no):
        checked = cleaner(cell, "")
        assert checked.value is None or checked.error is None
