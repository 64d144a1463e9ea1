"""Step 2: a dealer's messy workbook and a GBK csv go in through the three pages of the import."""

import io
from pathlib import Path

import openpyxl

from tests.browser.counter import Screen
from tests.imports.workbooks import GBK, messy_customers


def load_dealers_files(clerk: Screen, folder: Path) -> None:
    """The workbook twice, so that the second load changes nothing; then a csv as older systems write it."""
    book = folder / "客户档案.xlsx"
    book.write_bytes(messy_customers())
    clerk.sees("工作台", "今天要办")
    clerk.menu("导入")
    _upload(clerk, book)
    clerk.sees("手机号码", "已对应")
    clerk.press("核对数据")
    assert _counts(clerk) == ("8", "4", "1", "0", "3")
    clerk.sees("有 3 行不能导入")
    _read_errors(clerk)
    clerk.press("导入 5 行")
    clerk.sees("导入结果")
    assert _counts(clerk) == ("8", "4", "1", "0", "3")

    clerk.follow("再导一个")
    _upload(clerk, book)
    clerk.sees("再导一次不会重复")
    clerk.press("核对数据")
    clerk.press("导入 5 行")
    assert _counts(clerk) == ("8", "0", "0", "5", "3")

    table = folder / "老系统.csv"
    table.write_bytes(GBK)
    clerk.follow("再导一个")
    _upload(clerk, table)
    clerk.sees("周八")
    clerk.press("核对数据")
    clerk.press("导入 1 行")
    assert _counts(clerk) == ("1", "1", "0", "0", "0")


def _upload(clerk: Screen, file: Path) -> None:
    clerk.fill(kind="客户和车辆")
    clerk.page.set_input_files("main input[type=file]", file)
    clerk.press("上传")


def _counts(clerk: Screen) -> tuple[str, ...]:
    return tuple(clerk.figure(label) for label in ("读取", "新增", "更新", "未变", "拒绝"))


def _read_errors(clerk: Screen) -> None:
    """The workbook to correct says what is wrong with each refused row."""
    with clerk.page.expect_download() as waiting:
        clerk.main.get_by_role("link", name="下载错误表").click()
    sheet = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes())).active
    assert sheet is not None
    text = "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    for wrong in ("王五", "1381234567", "2024-13-5", "13812340007"):
        assert wrong in text
