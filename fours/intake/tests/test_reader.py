import contextlib
import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from fours.intake import reader
from fours.intake.clean import text
from fours.intake.columns import Column
from fours.intake.reader import Sheet, UnreadableFile, read_sheet

COLUMNS = (
    Column("name", "客户名称", text(), ("姓名",)),
    Column("phone", "手机号码", text(), ("手机", "电话")),
    Column("plate", "车牌号", text()),
    Column("insured", "交强险到期", text(), ("交强险到期日",)),
)


def workbook(*rows: list[object], merged: tuple[str, ...] = (), name: str = "客户") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = name
    for row in rows:
        page.append(row)
    for area in merged:
        page.merge_cells(area)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def table(sheet: Sheet) -> list[tuple[int, list[object]]]:
    return [(row.number, list(row.cells)) for row in sheet.rows]


def test_a_plain_table() -> None:
    sheet = read_sheet(workbook(["客户名称", "手机号码"], ["张三", 13812345678], ["李四", "139"]), "a.xlsx")
    assert sheet.heading_texts == ["客户名称", "手机号码"]
    assert table(sheet) == [(2, ["张三", 13812345678.0]), (3, ["李四", "139"])]
    assert sheet.sheet_names == ["客户"]


def test_title_rows_blank_rows_marks_totals_and_notes_are_no_data() -> None:
    data = workbook(
        ["某某汽车客户档案表"],
        ["导出时间：2026-11-01", None, "导出人：王五"],
        [],
        ["客户名称", "手机号码", "车牌号"],
        ["必填", "选填", "选填"],
        ["张三", "13812345678", "苏E12345"],
        [],
        ["小计", None, 1],
        ["客户名称", "手机号码", "车牌号"],
        ["李四", None, "苏E54321"],
        [None, "合计", 2],
        ["注：以上为 2026 年数据"],
    )
    sheet = read_sheet(data, "a.xlsx", columns=COLUMNS)
    assert [row.number for row in sheet.rows] == [6, 10]
    assert [(skipped.number, skipped.reason) for skipped in sheet.skipped] == [
        (1, "title"),
        (2, "title"),
        (4, "heading"),
        (5, "marks"),
        (8, "total"),
        (9, "heading"),
        (11, "total"),
        (12, "note"),
    ]


def test_a_name_that_only_sounds_like_a_total_stays_data() -> None:
    data = workbook(
        ["客户名称", "备注"], ["合计科技有限公司", "x"], ["王五", "小计"], ["注册会计师事务所", None]
    )
    assert [row.number for row in read_sheet(data, "a.xlsx", columns=COLUMNS).rows] == [2, 3, 4]


def test_groups_above_the_heading_are_joined_to_it() -> None:
    data = workbook(
        ["客户车辆档案"],
        ["客户信息", None, "车辆信息", None, "备注"],
        ["姓名", "手机", "车牌号", "车架号", None],
        ["张三", "13812345678", "苏E12345", None, "x"],
        merged=("A1:E1", "A2:B2", "C2:D2", "E2:E3"),
    )
    sheet = read_sheet(data, "a.xlsx", columns=COLUMNS)
    assert sheet.heading_texts == [
        "客户信息 姓名",
        "客户信息 手机",
        "车辆信息 车牌号",
        "车辆信息 车架号",
        "备注",
    ]
    assert [row.number for row in sheet.rows] == [4]


def test_names_below_a_merged_heading_are_joined_to_it() -> None:
    rows: list[list[object]] = [
        ["客户名称", "联系方式", None, "车牌号", "交强险"],
        [None, "手机", "固话", None, "到期日"],
        ["张三", "13812345678", None, "苏E12345", "2026-12-01"],
    ]
    merged = ("A1:A2", "B1:C1", "D1:D2")
    expected = ["客户名称", "联系方式 手机", "联系方式 固话", "车牌号", "交强险 到期日"]
    assert read_sheet(workbook(*rows, merged=merged), "a.xlsx", columns=COLUMNS).heading_texts == expected
    text_file = io.StringIO()
    csv.writer(text_file).writerows(rows)
    sheet = read_sheet(text_file.getvalue().encode("gbk"), "a.csv", columns=COLUMNS)
    assert sheet.heading_texts == expected
    assert [row.number for row in sheet.rows] == [3]


def test_a_vertically_merged_cell_is_known_to_the_rows_below() -> None:
    data = workbook(["姓名", "车牌号"], ["张三", "苏E1"], [None, "苏E2"], ["李四", "苏E3"], merged=("A2:A3",))
    sheet = read_sheet(data, "a.xlsx")
    assert [dict(row.merged) for row in sheet.rows] == [{}, {0: ("张三", 2)}, {}]


def test_dates_and_formulas_come_as_values() -> None:
    data = workbook(["姓名", "日期"], ["张三", date(2024, 3, 5)], ["李四", datetime(2024, 3, 5, 14, 30)])
    assert [row.cells[1] for row in read_sheet(data, "a.xlsx").rows] == [
        date(2024, 3, 5),
        datetime(2024, 3, 5, 14, 30),
    ]


def test_the_sheet_whose_heading_fits_is_taken_and_hidden_ones_are_not() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["填写说明很长", "第二列", "第三列", "第四列"])
    page = book.create_sheet("数据")
    page.append(["姓名", "手机"])
    page.append(["张三", "138"])
    hidden = book.create_sheet("旧")
    hidden.append(["姓名", "手机", "车牌号"])
    hidden.sheet_state = "hidden"
    data = io.BytesIO()
    book.save(data)
    sheet = read_sheet(data.getvalue(), "a.xlsx", columns=COLUMNS)
    assert (sheet.name, sheet.sheet_names) == ("数据", ["Sheet", "数据"])
    assert read_sheet(data.getvalue(), "a.xlsx", sheet_name="Sheet").rows == []
    with pytest.raises(UnreadableFile, match="没有名为"):
        read_sheet(data.getvalue(), "a.xlsx", sheet_name="旧")


def test_a_table_that_begins_away_from_the_corner() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page["C4"], page["D4"], page["C5"], page["D5"] = "姓名", "手机", "张三", "138"
    data = io.BytesIO()
    book.save(data)
    sheet = read_sheet(data.getvalue(), "a.xlsx")
    assert sheet.heading_texts == ["", "", "姓名", "手机"]
    assert table(sheet) == [(5, ["", "", "张三", "138"])] or table(sheet) == [
        (5, [None, None, "张三", "138"])
    ]


def test_old_excel_files_and_wrong_endings() -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("客户")
    for row, cells in enumerate([["姓名", "手机"], ["张三", "138"]]):
        for column, cell in enumerate(cells):
            page.write(row, column, cell)
    data = io.BytesIO()
    book.save(data)
    assert table(read_sheet(data.getvalue(), "a.xls")) == [(2, ["张三", "138"])]
    assert table(read_sheet(workbook(["姓名", "手机"], ["张三", "138"]), "a.xls")) == [(2, ["张三", "138"])]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_in_its_many_shapes(encoding: str, end: str, mark: str) -> None:
    lines = [
        ["客户名称", "phone number", "plate"],
        ["张三", "13812345678", "E12345"],
        ["李四, 王五", "", "E54321"],
    ]
    shown = [[f'"{cell}"' if "," in cell else cell for cell in line] for line in lines]
    data = end.join(mark.join(line) for line in shown).encode(encoding)
    sheet = read_sheet(data, "客户.csv")
    assert sheet.heading_texts == ["客户名称", "phone number", "plate"]
    assert table(sheet) == [(2, ["张三", "13812345678", "E12345"]), (3, ["李四, 王五", None, "E54321"])]


def test_csv_digits_protected_from_excel_and_empty_columns() -> None:
    data = '姓名,电话,a,,,,\n张三,="051265123456",\'0138,,,,\n\n李四,"第一行\n第二行",,,,,\n'.encode()
    sheet = read_sheet(data, "a.csv")
    assert len(sheet.headings) == 3
    assert table(sheet) == [(2, ["张三", "051265123456", "0138"]), (4, ["李四", "第一行\n第二行"])]


def zipped(unpacked: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * unpacked)
    return data.getvalue()


def far_cell() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page["A1"], page["XFD1048576"] = "姓名", "x"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "空的"),
        (b"\n\n  \n", "空的"),
        (b"PK\x03\x04 broken", "已损坏"),
        (zipped(1000), "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "已损坏"),
        (b"%PDF-1.7 ...", "不是表格文件"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "网页格式"),
        (bytes(range(256)) * 4, "编码"),
        ('姓名,电话\n"张三,138\n李四,139\n'.encode(), "引号不成对"),
        (b"1,2,3\n4,5,6\n", "没有找到表头"),
        (far_cell(), "超出可读取的范围"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read_sheet(data, "a.xlsx")


@given(
    st.one_of(st.binary(max_size=300), st.text(alphabet='a1,;\t"\r\n王合计 :*', max_size=200).map(str.encode))
)
def test_whatever_the_bytes_are_there_is_a_table_or_a_reason(data: bytes) -> None:
    with contextlib.suppress(UnreadableFile):
        assert read_sheet(data, "a.csv", columns=COLUMNS).headings


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"打不开文件 x\.xlsx"):
        read_sheet(tmp_path / "x.xlsx", "x.xlsx")


def test_files_beyond_the_limits_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_UNPACKED", 10_000_000)
    with pytest.raises(UnreadableFile, match="展开后"):
        read_sheet(zipped(20_000_000), "a.xlsx")
    monkeypatch.setattr(reader, "MAX_ROWS", 3)
    too_long: list[list[object]] = [["姓名"], *[["张三"]] * 3]
    with pytest.raises(UnreadableFile, match="超过"):
        read_sheet(workbook(*too_long), "a.xlsx")
    with pytest.raises(UnreadableFile, match="超过"):
        read_sheet("姓名\n张三\n李四\n王五\n".encode(), "a.csv")
    with pytest.raises(UnreadableFile, match="301 列"):
        read_sheet(",".join(f"列{n}" for n in range(301)).encode(), "a.csv")
    monkeypatch.setattr(reader, "MAX_BYTES", 3)
    with pytest.raises(UnreadableFile, match="MB"):
        read_sheet(b"name", "a.csv")
