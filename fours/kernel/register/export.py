"""A register's list as an Excel workbook."""

import io
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from .base import Register

EXPORT_LIMIT = 100_000


def workbook(register: Register, rows: Iterable[Any]) -> bytes:
    """The rows with their columns and form fields. Text is written as text: a name like =1+1 never becomes a formula."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"constant_memory": True})
    sheet = book.add_worksheet(register.label[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    formats = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        time: book.add_format({"num_format": "hh:mm"}),
    }
    names = exported(register)
    sheet.set_column(0, len(names) - 1, 16)
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(names):
        sheet.write_string(0, place, register.heading(name), bold)
    for line, row in enumerate(rows, 1):
        for place, name in enumerate(names):
            _write(sheet, line, place, register.value(row, name), formats)
    book.close()
    return written.getvalue()


def exported(register: Register) -> list[str]:
    """The list's columns, then what else the form knows."""
    return list(dict.fromkeys([*register.columns, *(name for _, names in register.form for name in names)]))


def _write(sheet: Any, line: int, place: int, value: object, formats: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, Decimal | int):
        sheet.write_number(line, place, value)
    elif type(value) in formats:
        sheet.write_datetime(line, place, value, formats[type(value)])
    else:
        sheet.write_string(line, place, str(value))
