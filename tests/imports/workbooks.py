"""A customer list as a dealer keeps it: title, merged heading over two rows, dates of all kinds, full-width digits."""

import io
from datetime import date
from functools import cache
from pathlib import Path

import xlsxwriter

ONE = "LFV2A21K6A3123456"
TWO = "LFV2A21K4A3123455"
HEADINGS = ("姓名", "手机号码", "车牌号", "车架号", "上牌日期", "行驶里程")


@cache
def messy_customers() -> bytes:
    """Rows 4 to 11: three good cars, the first once more, a bad phone, a bad date, no name, no car; 12 is the total."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written)
    page = book.add_worksheet("客户")
    as_date = book.add_format({"num_format": "yyyy/m/d"})
    page.merge_range(0, 0, 0, 6, "四方一店客户车辆档案（2026年10月）")
    page.merge_range(1, 0, 2, 0, "序号")
    page.merge_range(1, 1, 1, 2, "客户信息")
    page.merge_range(1, 3, 1, 6, "车辆信息")
    page.write_row(2, 1, HEADINGS)
    page.write_row(3, 0, (1, "张建国", "１３８１２３４５６７８", "苏Ｅ１２３４５", ONE))
    page.write_datetime(3, 5, date(2023, 5, 18), as_date)
    page.write_string(3, 6, "３２,０００")
    page.write_row(4, 0, (2, "李梅", 13912345678, "苏E67890", TWO, "2022年3月5日", 15000))
    page.write_row(5, 0, (3, "苏州远方物流有限公司", "0512-65123456", "苏EA1234", "", "20210630", "无"))
    page.write_row(6, 0, (4, "张建国", "13812345678", "苏E12345", ONE, "2023.05.18", 33500))
    page.write_row(7, 0, (5, "王五", "1381234567", "苏E22222", "", "2024-1-5", 100))
    page.write_row(8, 0, (6, "赵六", "13812340006", "苏E33333", "", "2024-13-5", 100))
    page.write_row(9, 0, (7, "", "13812340007", "苏E44444", "", "", 100))
    page.write_row(10, 0, (8, "孙七", "13812340008"))
    page.write_row(12, 0, ("合计", "", "", "", "", "", 81700))
    book.close()
    return written.getvalue()


MESSY_COUNTS = {"read": 8, "created": 4, "updated": 1, "unchanged": 0, "rejected": 3}
AGAIN_COUNTS = {"read": 8, "created": 0, "updated": 0, "unchanged": 5, "rejected": 3}
GBK = "客户名称,手机号,车牌,VIN码,里程(万公里)\r\n周八,13812340009,苏E55555,,3.2\r\n".encode("gbk")


def keep(folder: Path, name: str, data: bytes) -> Path:
    """The file on disk."""
    path = folder / name
    path.write_bytes(data)
    return path


def table(*rows: tuple[object, ...]) -> bytes:
    """A plain workbook of these rows."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written)
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return written.getvalue()
