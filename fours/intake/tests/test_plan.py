from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from fours.intake.clean import KILOMETRES, day, integer, text
from fours.intake.columns import (
    Column,
    heading_unit,
    match_columns,
    missing_required,
    normal_heading,
)
from fours.intake.error_workbook import write_error_workbook
from fours.intake.kinds import IntakeKind, intake_kind, register_intake
from fours.intake.layout import Heading
from fours.intake.plan import dry_run, issues
from fours.intake.reader import Sheet, read_sheet

COLUMNS = (
    Column("name", "客户名称", text(20), ("姓名", "车主姓名"), required=True),
    Column("phone", "手机号码", text(20), ("电话", "联系电话"), wanted=True),
    Column("distance", "里程", integer(units=KILOMETRES), ("行驶里程",), spread_merged=False),
    Column("bought_on", "购买日期", day, ("购买时间", "交强险购买日期")),
    Column("note", "备注", text(20), plain=True),
)


def csv_sheet(content: str) -> Sheet:
    return read_sheet(content.encode(), "a.csv", columns=COLUMNS)


def headings(*texts: str) -> list[Heading]:
    return [Heading(tuple(text.split("/"))) for text in texts]


@pytest.mark.parametrize(
    ("text_", "normal"),
    [
        ("* 客户 名称（必填）：", "客户名称"),
        ("年检到期（年/月/日）", "年检到期"),
        ("车架号(VIN)\xa0", "车架号"),
        ("ＶＩＮ码", "vin码"),
        ("(元)", "(元)"),
    ],
)
def test_headings_are_compared_by_what_they_say(text_: str, normal: str) -> None:
    assert normal_heading(text_) == normal


def test_the_unit_of_a_heading() -> None:
    assert heading_unit("里程（万公里）") == "万公里"
    assert heading_unit("单价[单位：元]") == "元"
    assert heading_unit("客户名称（必填）") == ""


def test_columns_are_matched_once_each_the_surest_first() -> None:
    matching = match_columns(headings("电话", "姓名", "手机号码", "行驶里程(km)", "随便"), COLUMNS)
    assert matching.mapping() == {"name": 1, "phone": 2, "distance": 3}
    assert matching.left_over == {0: "电话", 4: "随便"}


def test_two_row_headings_match_joined_or_by_the_lower_row() -> None:
    found = match_columns(headings("客户信息/姓名", "销售顾问/电话", "交强险/购买日期"), COLUMNS)
    assert found.mapping() == {"name": 0, "bought_on": 2}
    assert [(match.column, match.index) for match in found.unsure] == [("phone", 1)]


def test_a_likeness_is_only_a_proposal() -> None:
    matching = match_columns(headings("姓名", "下次保养里程"), COLUMNS)
    assert matching.mapping() == {"name": 0}
    assert [(match.column, match.certain) for match in matching.unsure] == [("distance", False)]


def test_remembered_decisions_come_first() -> None:
    remembered = {normal_heading("车主"): "name", normal_heading("姓名"): ""}
    matching = match_columns(headings("姓名", "车主"), COLUMNS, remembered)
    assert matching.mapping() == {"name": 1}
    assert matching.left_over == {0: "姓名"}


def test_missing_required_columns_are_named() -> None:
    mapping = match_columns(headings("电话"), COLUMNS).mapping()
    assert [column.label for column in missing_required(mapping, COLUMNS)] == ["客户名称"]


def test_the_dry_run_tells_row_by_row() -> None:
    sheet = csv_sheet(
        "客户名称,手机号码,里程（万公里）,购买日期,备注\n"
        "张三,138,3.2,2024/3/5,无\n"
        ",139,1,24-3-5,\n"
        "李四,无,,,\n"
        "-,139,x,,\n"
    )
    results = dry_run(sheet, match_columns(sheet.headings, COLUMNS).mapping(), COLUMNS)
    assert results[0].values["distance"] == 32_000
    assert results[0].values["note"] == "无"
    assert [result.ok for result in results] == [True, False, True, False]
    errors, warnings = issues(results)
    assert [issue.as_dict() for issue in errors] == [
        {"row": 3, "column": "客户名称", "message": "没有填写客户名称"},
        {"row": 3, "column": "购买日期", "message": "“24-3-5”的年份只有两位，请写成 2024-03-05"},
        {"row": 5, "column": "客户名称", "message": "没有填写客户名称"},
        {"row": 5, "column": "里程", "message": "“x”不是数字"},
    ]
    assert [(issue.row, issue.message) for issue in warnings] == [
        (4, "“无”按未填写处理"),
        (4, "没有填写手机号码"),
        (5, "“-”按未填写处理"),
    ]


def test_merged_cells_are_taken_or_left_but_always_said(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    for row in (["客户名称", "里程"], ["张三", 500], [None, None]):
        page.append(row)
    page["C3"] = "x"
    page.merge_cells("A2:A3")
    page.merge_cells("B2:B3")
    book.save(tmp_path / "a.xlsx")
    sheet = read_sheet(tmp_path / "a.xlsx", "a.xlsx", columns=COLUMNS)
    second = dry_run(sheet, {"name": 0, "distance": 1}, COLUMNS)[1]
    assert second.values == {"name": "张三"}
    assert [issue.message for issue in second.warnings] == [
        "与第 2 行是合并单元格，取其值“张三”",
        "与第 2 行是合并单元格，本行没有取值",
    ]


def test_the_error_workbook_has_the_bad_rows_and_can_be_loaded_again(tmp_path: Path) -> None:
    sheet = csv_sheet("客户名称,购买日期,备注\n张三,2024-3-5,好\n=1+1,20152-1,=HYPERLINK(0)\n王五,2024-3,\n")
    columns = COLUMNS
    mapping = match_columns(sheet.headings, columns).mapping()
    path = tmp_path / "errors.xlsx"
    assert write_error_workbook(path, sheet, dry_run(sheet, mapping, columns)) == 2
    page = openpyxl.load_workbook(path).active
    assert isinstance(page, Worksheet)
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["客户名称", "购买日期", "备注", "问题"],
        ["=1+1", "20152-1", "=HYPERLINK(0)", "第 3 行 购买日期：“20152-1”不是日期，请写成 2024-03-05"],
        ["王五", "2024-3", None, "第 4 行 购买日期：“2024-3”不完整，缺少月或日，请写成 2024-03-05"],
    ]
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value} == {"s"}
    again = read_sheet(path, "errors.xlsx", columns=columns)
    assert match_columns(again.headings, columns).mapping() == mapping
    assert write_error_workbook(path, again, dry_run(again, mapping, columns)) == 2
    assert read_sheet(path, "errors.xlsx").heading_texts == ["客户名称", "购买日期", "备注", "问题"]


def test_a_kind_is_registered_once() -> None:
    kind = IntakeKind("test-kind", "测试", COLUMNS, load_row=print, permission="test.import")
    assert register_intake(kind) is intake_kind("test-kind")
    with pytest.raises(ValueError, match="twice"):
        register_intake(kind)
    with pytest.raises(ValueError, match="column twice"):
        register_intake(
            IntakeKind("other-kind", "测试", (*COLUMNS, COLUMNS[0]), load_row=print, permission="test.import")
        )
