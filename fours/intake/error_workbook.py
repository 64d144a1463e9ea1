"""The workbook that sends the refused rows back: correct it and load it again."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

from fours.base.personal import Kind, mask
from fours.intake.cells import cell_text
from fours.intake.layout import Row
from fours.intake.plan import RowResult
from fours.intake.reader import Sheet

PROBLEM = "问题"
_LONGEST_CELL = 32_767


def write_error_workbook(
    path: Path | str, sheet: Sheet, results: Sequence[RowResult], hidden: Mapping[int, Kind] | None = None
) -> int:
    """Write the rows with errors, as they were in the file, with a column 问题 behind; the number of rows.

    Every cell is written as text, so nothing in it can become a formula. Columns in `hidden` are masked.
    """
    bad = {result.number: result for result in results if result.errors}
    shown = [index for index, text in enumerate(sheet.heading_texts) if text != PROBLEM]
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet("需要修改的行")
        bold = book.add_format({"bold": True, "bg_color": "#FFF3CD", "border": 1})
        red = book.add_format({"font_color": "#B42318", "text_wrap": True})
        page.freeze_panes(1, 0)
        page.set_column(0, len(shown), 16)
        page.set_column(len(shown), len(shown), 60)
        for place, text in enumerate([*(sheet.heading_texts[index] for index in shown), PROBLEM]):
            page.write_string(0, place, text[:_LONGEST_CELL], bold)
        rows = [row for row in sheet.rows if row.number in bad]
        for line, row in enumerate(rows, 1):
            for place, index in enumerate(shown):
                written = _cell(row, index)
                if hidden and index in hidden:
                    written = mask(written, hidden[index])
                if written:
                    page.write_string(line, place, written)
            page.write_string(line, len(shown), problems(bad[row.number])[:_LONGEST_CELL], red)
    return len(rows)


def problems(result: RowResult) -> str:
    """All errors of a row in one cell: 第 12 行 手机号码：手机号应为 11 位 …"""
    return f"第 {result.number} 行 " + "；".join(
        f"{issue.column}：{issue.message}" for issue in result.errors
    )


def _cell(row: Row, index: int) -> str:
    cell = row.cell(index)
    if cell is None and index in row.merged:
        cell = row.merged[index][0]
    return cell_text(cell)[:_LONGEST_CELL]
