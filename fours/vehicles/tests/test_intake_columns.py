import io
from datetime import date

import openpyxl

from fours.intake.columns import Column, match_columns
from fours.intake.layout import Heading
from fours.intake.plan import dry_run, issues
from fours.intake.reader import read_sheet
from fours.vehicles.intake_columns import CUSTOMER_AND_VEHICLE_COLUMNS


def matched(headings: str, columns: tuple[Column, ...]) -> dict[str, str]:
    texts = headings.split()
    mapping = match_columns([Heading((text,)) for text in texts], columns).mapping()
    return {name: texts[index] for name, index in mapping.items()}


def test_headings_of_customer_files() -> None:
    headings = (
        "客户名称 手机号码 车牌号 车架号 地址 厂牌车型信息 发动机号 年审到期日期 商业险到期日期 交强险到期日期 颜色 "
        "驾驶证发证日期 上次保养日期 下次保养日期 下次保养里程 最近进店里程 最近进店日期 最近离店日期 来厂次数 备注"
    )
    assert matched(headings, CUSTOMER_AND_VEHICLE_COLUMNS) == {
        "name": "客户名称",
        "phone": "手机号码",
        "plate": "车牌号",
        "vin": "车架号",
        "address": "地址",
        "model_name": "厂牌车型信息",
        "engine_number": "发动机号",
        "inspection_until": "年审到期日期",
        "insurance_until": "商业险到期日期",
        "compulsory_insurance_until": "交强险到期日期",
        "color": "颜色",
        "last_service_on": "上次保养日期",
        "next_service_on": "下次保养日期",
        "next_service_mileage": "下次保养里程",
        "mileage": "最近进店里程",
        "last_visit_on": "最近进店日期",
        "note": "备注",
    }


def dealer_file() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (
        ["某某汽车客户档案"],
        ["车主信息", None, "车辆信息", None, None, None],
        ["姓名", "电话", "车牌", "车架号", "上牌日期", "行驶里程（万公里）"],
        ["张　三", "１３８１２３４５６７８", "苏ｅ·12345", "lfv2a21k6a3123456", "2024年3月5日", 3.2],
        ["李四", 13912345678, "未上牌", "LGXCE4CB9P0123456", date(2023, 5, 18), "1.5万公里"],
        ["王五", "1381234567", "苏E1234", "LFV2A21K5A3123456", "20152-1", "很多"],
        [None, "13712345678", "苏E54321", None, None, None],
        ["赵六", None, None, None, None, None],
        ["合计", None, 5, None, None, None],
    ):
        page.append(row)
    page.merge_cells("A1:F1")
    page.merge_cells("A2:B2")
    page.merge_cells("C2:F2")
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_dealers_file_is_read_row_by_row() -> None:
    columns = CUSTOMER_AND_VEHICLE_COLUMNS
    sheet = read_sheet(dealer_file(), "客户.xlsx", columns=columns)
    results = dry_run(sheet, match_columns(sheet.headings, columns).mapping(), columns)
    assert results[0].values == {
        "name": "张 三",
        "phone": "13812345678",
        "plate": "苏E12345",
        "vin": "LFV2A21K6A3123456",
        "registered_on": date(2024, 3, 5),
        "mileage": 32_000,
    }
    assert results[1].values == {
        "name": "李四",
        "phone": "13912345678",
        "vin": "LGXCE4CB9P0123456",
        "registered_on": date(2023, 5, 18),
        "mileage": 15_000,
    }
    errors, warnings = issues(results)
    assert [(issue.row, issue.column) for issue in errors] == [
        (6, "手机号码"),
        (6, "车牌号"),
        (6, "车架号"),
        (6, "上牌日期"),
        (7, "客户名称"),
    ]
    assert [(issue.row, issue.column, issue.message) for issue in warnings if issue.row != 7] == [
        (5, "车牌号", "“未上牌”：按没有车牌处理"),
        (5, "车牌号", "没有填写车牌号"),
        (6, "里程", "“很多”不是数字；没有采用"),
        (8, "手机号码", "没有填写手机号码"),
        (8, "车牌号", "没有填写车牌号"),
        (8, "车架号", "没有填写车架号"),
        (8, "上牌日期", "没有填写上牌日期"),
    ]
    assert [result.number for result in results] == [4, 5, 6, 7, 8]
