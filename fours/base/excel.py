"""Tables as Excel workbooks, for any list or report."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone

from fours.base.download import download

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def excel_answer(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """The table as a download called after its title and today."""
    return download(workbook(title, headings, rows), f"{title}{timezone.localdate():%Y%m%d}.xlsx", XLSX)


def workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """One sheet. Text is written as text, so a name like =1+1 never becomes a formula; times must be without zone."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"constant_memory": True})
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    formats = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        time: book.add_format({"num_format": "hh:mm"}),
    }
    sheet.set_column(0, len(headings) - 1, 16)
    sheet.freeze_panes(1, 0)
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, bold)
    for line, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            _write(sheet, line, place, value, formats)
    book.close()
    return written.getvalue()


def _write(sheet: Any, line: int, place: int, value: object, formats: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, Decimal | int):
        sheet.write_number(line, place, value)
    elif isinstance(value, date | time):
        kind = next(kind for kind in (datetime, date, time) if isinstance(value, kind))
        sheet.write_datetime(line, place, value, formats[kind])
    else:
        sheet.write_string(line, place, str(value))
