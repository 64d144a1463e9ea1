"""Reads a spreadsheet as dealers send it: xls, xlsx, ods or csv in whatever encoding, title rows and all."""

import csv
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from fours.base.errors import Refused
from fours.intake import workbook
from fours.intake.cells import Cell, Duration
from fours.intake.columns import Column
from fours.intake.layout import Heading, Row, Skipped, heading_score, lay_out

MAX_BYTES = 30 * 1024 * 1024
MAX_UNPACKED = 600 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 300
CHILD_MEMORY = 2 * 1024**3
CHILD_SECONDS = 120

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DELIMITERS = ",;\t|"


class UnreadableFile(Refused):
    """The file as a whole cannot be taken; the message says why and what to do."""

    code = "unreadable_file"


@dataclass
class Sheet:
    """One table: its headings, its data rows with their row numbers in the file, and what was passed over."""

    filename: str
    name: str
    sheet_names: list[str]
    headings: list[Heading]
    rows: list[Row]
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def heading_texts(self) -> list[str]:
        return [heading.text for heading in self.headings]


@dataclass(frozen=True)
class RawSheet:
    """Cells from the first line of the file on, and merged ranges (first row, column, last row, column)."""

    name: str
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def read_sheet(
    source: Path | str | bytes, filename: str, *, columns: Sequence[Column] = (), sheet_name: str = ""
) -> Sheet:
    """The table in a file. `columns` are those expected: they help to find the heading among title rows.

    Without `sheet_name` the visible sheet whose heading fits best is taken. Raises `UnreadableFile`.
    """
    raws = _read_raw(source, filename)
    names = [raw.name for raw in raws]
    chosen = _choose(raws, columns, sheet_name)
    layout = lay_out(chosen.rows, chosen.merged, columns)
    if not layout.headings:
        raise UnreadableFile("没有找到表头：表格里要有一行列名，如“客户名称、手机号码、车牌号”。")
    if len(layout.headings) > MAX_COLUMNS:
        raise UnreadableFile(f"表格有 {len(layout.headings)} 列，最多 {MAX_COLUMNS} 列，请删去不用的列。")
    return Sheet(filename, chosen.name, names, layout.headings, layout.rows, layout.skipped)


def _choose(raws: list[RawSheet], columns: Sequence[Column], sheet_name: str) -> RawSheet:
    if sheet_name:
        for raw in raws:
            if raw.name == sheet_name:
                return raw
        raise UnreadableFile(f"文件里没有名为“{sheet_name}”的工作表。")
    filled = [raw for raw in raws if any(raw.rows)]
    if not filled:
        raise UnreadableFile("文件是空的：没有任何内容。")
    return max(filled, key=lambda raw: heading_score(raw.rows, columns))


def _read_raw(source: Path | str | bytes, filename: str) -> list[RawSheet]:
    size = len(source) if isinstance(source, bytes) else _size(Path(source))
    if not size:
        raise UnreadableFile("文件是空的：没有任何内容。")
    if size > MAX_BYTES:
        raise UnreadableFile(
            f"文件有 {size / 1024**2:.0f} MB，最多 {MAX_BYTES // 1024**2} MB，请分成几个文件。"
        )
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    start = data[:512].lstrip().lower()
    if data.startswith(_ZIP):
        _refuse_zip_bomb(data)
        return _read_workbook(data)
    if data.startswith(_OLE):
        return _read_workbook(data)
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta", b"\xef\xbb\xbf<")):
        raise UnreadableFile("这是网页格式的表格，请用 Excel 或 WPS 打开后另存为 xlsx 再导入。")
    if start.startswith((b"%pdf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"rar!", b"7z\xbc")):
        raise UnreadableFile("这不是表格文件，请选择 xlsx、xls、ods 或 csv 文件。")
    return [RawSheet(Path(filename).stem, _read_csv(_decode(data)))]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise UnreadableFile(f"打不开文件 {path.name}。") from error


def _refuse_zip_bomb(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            encrypted = any(entry.flag_bits & 1 for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableFile("文件已损坏，请重新导出，或用 Excel 打开后另存为 xlsx。") from error
    if encrypted:
        raise UnreadableFile("文件有密码，请去掉密码后再导入。")
    if unpacked > MAX_UNPACKED:
        raise UnreadableFile(f"文件展开后有 {unpacked / 1024**2:.0f} MB，太大，请分成几个文件。")


_CHILD_MESSAGES = {
    "password": "文件有密码，请去掉密码后再导入。",
    "rows": f"表格超过 {MAX_ROWS:,} 行，请分成几个文件。",
    "format": "文件已损坏，或不是 xlsx、xls、ods、csv 表格；请用 Excel 打开后另存为 xlsx。",
}


def _read_workbook(data: bytes) -> list[RawSheet]:
    with _temporary(data) as path:
        limits = [str(MAX_ROWS), str(CHILD_MEMORY), str(CHILD_SECONDS)]
        command = [sys.executable, str(Path(workbook.__file__)), path, *limits]
        try:
            done = subprocess.run(command, capture_output=True, timeout=2 * CHILD_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise UnreadableFile("读取文件用时太长，请分成几个文件。") from error
    if done.returncode:
        raise UnreadableFile("文件内容超出可读取的范围（单元格太多）或已损坏，请另存为新的 xlsx 再试。")
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise UnreadableFile(_CHILD_MESSAGES[answer["error"]])
    return [_raw_sheet(sheet) for sheet in answer["sheets"]]


@contextmanager
def _temporary(data: bytes) -> Any:
    with tempfile.NamedTemporaryFile(prefix="intake-") as file:
        file.write(data)
        file.flush()
        yield file.name


def _raw_sheet(sheet: dict[str, Any]) -> RawSheet:
    rows = [[_cell(value) for value in row] for row in sheet["rows"]]
    return RawSheet(sheet["name"], rows, [(*first, *last) for first, last in sheet["merged"]])


def _cell(value: Any) -> Cell:
    if not isinstance(value, list):
        return None if value == "" else value
    kind, text = value
    if kind == "datetime":
        return datetime.fromisoformat(text)
    if kind == "date":
        return date.fromisoformat(text)
    return time.fromisoformat(text) if kind == "time" else Duration(text)


def _decode(data: bytes) -> str:
    """The text in UTF-8, UTF-16 or GB18030 (GBK is part of it); never with replaced characters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif data[1:200:2].count(0) > 40:
        encodings = ["utf-16-le"]
    elif data[0:200:2].count(0) > 40:
        encodings = ["utf-16-be"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableFile("认不出文件的编码，或不是文字表格；请另存为 UTF-8 编码的 csv 或 xlsx。")


def _read_csv(text: str) -> list[list[Cell]]:
    lines = io.StringIO(text, newline=None)
    reader = csv.reader(lines, delimiter=_delimiter(text), strict=True)
    rows: list[list[Cell]] = []
    try:
        for record in reader:
            if len(rows) >= MAX_ROWS:
                raise UnreadableFile(_CHILD_MESSAGES["rows"])
            rows.append(_csv_cells(record))
    except csv.Error as error:
        message = f"第 {len(rows) + 1} 行附近读不下去：引号不成对，或一格太长。请检查该行的双引号。"
        raise UnreadableFile(message) from error
    return rows


def _csv_cells(record: list[str]) -> list[Cell]:
    end = len(record)
    while end and not record[end - 1].strip():
        end -= 1
    return [_unwrapped(text) or None for text in record[:end]]


def _unwrapped(text: str) -> str:
    """Exports protect digits from Excel as ="0512" or '0512; only what is inside was meant."""
    bare = text.strip()
    if bare.startswith('="') and bare.endswith('"') and len(bare) > 2:
        return bare[2:-1]
    if bare.startswith("'") and bare[1:2].isdigit():
        return bare[1:]
    return bare


def _delimiter(text: str) -> str:
    """The mark that cuts most of the first lines into the same number of pieces."""
    lines = [line for line in text[:20_000].splitlines()[:30] if line.strip()]
    counts = {mark: [line.count(mark) for line in lines] for mark in _DELIMITERS}

    def steadiness(mark: str) -> tuple[int, int]:
        found = [count for count in counts[mark] if count]
        usual = max(set(found), key=lambda count: (found.count(count), count)) if found else 0
        return found.count(usual), usual

    return max(_DELIMITERS, key=steadiness)
