"""Reads a workbook in a process of its own, with bounds on memory and time.

A small file can claim billions of cells; the library then ends the whole process. Run as a script:
`python workbook.py FILE MAX_ROWS MEMORY_BYTES SECONDS`; it prints one JSON object and imports
nothing of FourS.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine as calamine


def read(path: str, max_rows: int) -> dict[str, Any]:
    """The visible sheets with their rows from the first line on, or `error` as one word."""
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            sheets = [_sheet(book, meta.name, max_rows) for meta in book.sheets_metadata if _is_shown(meta)]
    except calamine.PasswordError:
        return {"error": "password"}
    except OverflowError:
        return {"error": "rows"}
    except Exception as error:
        # Whatever the library stumbles over in a foreign file means the same to the person who sent it.
        return {"error": "password" if "password" in str(error).lower() else "format"}
    return {"sheets": sheets}


def _is_shown(meta: calamine.SheetMetadata) -> bool:
    return meta.typ == calamine.SheetTypeEnum.WorkSheet and meta.visible == calamine.SheetVisibleEnum.Visible


def _sheet(book: calamine.CalamineWorkbook, name: str, max_rows: int) -> dict[str, Any]:
    sheet = book.get_sheet_by_name(name)
    indent = [""] * (sheet.start[1] if sheet.start else 0)
    rows: list[list[Any]] = []
    filled = 0
    for raw in sheet.iter_rows():
        row = _trimmed(raw)
        filled += bool(row)
        if filled > max_rows:
            raise OverflowError
        rows.append(indent + row if row else [])
    return {"name": name, "rows": _trimmed_end(rows), "merged": sheet.merged_cell_ranges or []}


def _trimmed(raw: list[Any]) -> list[Any]:
    end = len(raw)
    while end and raw[end - 1] == "":
        end -= 1
    return [_cell(value) for value in raw[:end]]


def _trimmed_end(rows: list[list[Any]]) -> list[list[Any]]:
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _cell(value: Any) -> Any:
    """What JSON has no word for goes as a pair of its kind and its ISO text."""
    if isinstance(value, datetime):
        return ["datetime", value.isoformat()]
    if isinstance(value, date):
        return ["date", value.isoformat()]
    if isinstance(value, time):
        return ["time", value.isoformat()]
    if isinstance(value, timedelta):
        return ["duration", str(value)]
    return value


def _main() -> None:
    path, max_rows, memory, seconds = sys.argv[1], *map(int, sys.argv[2:5])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.write(json.dumps(read(path, max_rows), allow_nan=False, ensure_ascii=True))


if __name__ == "__main__":
    _main()
