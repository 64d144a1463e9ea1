"""Cleaners: one cell → the value to store, or the Chinese sentence that says what is wrong. None guesses."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from fours.base.checked import Checked, refused
from fours.base.money import round_to
from fours.base.text import clean, half_width, squeeze
from fours.intake.cells import Cell, Duration, cell_text, lost_digits
from fours.intake.columns import Cleaner

FIRST_YEAR, LAST_YEAR = 1950, 2099
# Excel counts days from here; its serials are understood for the years above.
_EXCEL_ZERO = date(1899, 12, 30)
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
_EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}
_NO_UNITS: Mapping[str, Decimal] = MappingProxyType({})
KILOMETRES = MappingProxyType(
    {
        "万公里": Decimal(10_000),
        "万km": Decimal(10_000),
        "公里": Decimal(1),
        "km": Decimal(1),
        "千米": Decimal(1),
    }
)
YUAN = MappingProxyType({"元": Decimal(1), "万元": Decimal(10_000)})


def text(longest: int = 200) -> Cleaner:
    """One line of text of at most `longest` characters."""

    def cleaner(cell: Cell, unit: str) -> Checked[str]:
        problem = _cell_problem(cell)
        if problem:
            return refused(problem)
        line = clean(cell_text(cell))
        if len(line) > longest:
            return refused(f"有 {len(line)} 个字，最多 {longest} 个字")
        return Checked(line, warning=_date_warning(cell, line))

    return cleaner


def code(longest: int = 40) -> Cleaner:
    """A number or code (零件号, 工时代码) in capitals without spaces."""

    def cleaner(cell: Cell, unit: str) -> Checked[str]:
        problem = _cell_problem(cell) or _scientific_problem(cell)
        if problem:
            return refused(problem)
        value = squeeze(cell_text(cell)).upper()
        if len(value) > longest:
            return refused(f"有 {len(value)} 个字，最多 {longest} 个字")
        return Checked(value, warning=_date_warning(cell, value))

    return cleaner


def checked_by(check: Callable[[str], Checked[str]]) -> Cleaner:
    """A cleaner made of a check of typed text, such as that of a phone number."""

    def cleaner(cell: Cell, unit: str) -> Checked[str]:
        problem = _cell_problem(cell) or _scientific_problem(cell)
        return refused(problem) if problem else check(cell_text(cell))

    return cleaner


def choice(words: Mapping[str, str], *, otherwise: str | None = None) -> Cleaner:
    """One of the stored words by what people call it. `otherwise` takes any other, with a warning."""
    allowed = "、".join(dict.fromkeys(words))

    def cleaner(cell: Cell, unit: str) -> Checked[str]:
        said = squeeze(cell_text(cell))
        if said in words:
            return Checked(words[said])
        if otherwise is None:
            return refused(f"“{said}”不认识，可用：{allowed}")
        return Checked(otherwise, warning=f"“{said}”不认识，按默认值处理；可用：{allowed}")

    return cleaner


_YES = frozenset(["是", "有", "对", "√", "✓", "Y", "YES", "TRUE", "1", "含", "含税"])
_NO = frozenset(["否", "无", "没有", "×", "✗", "N", "NO", "FALSE", "0", "不含", "不含税"])


def yes_no(cell: Cell, unit: str = "") -> Checked[bool]:
    """是/否 in its usual spellings."""
    said = squeeze(cell_text(cell)).upper()
    if said in _YES or said in _NO:
        return Checked(said in _YES)
    return refused(f"“{said}”不认识，请填“是”或“否”")


def decimal(
    places: int,
    *,
    units: Mapping[str, Decimal] = _NO_UNITS,
    minimum: Decimal | None = Decimal(0),
    maximum: Decimal = Decimal("9999999999"),
) -> Cleaner:
    """A number; thousands marks, ¥ and units are understood. Further places are rounded with a warning."""

    def cleaner(cell: Cell, unit: str) -> Checked[Decimal]:
        problem = _cell_problem(cell)
        if problem:
            return refused(problem)
        number = _number(cell, unit, units)
        if number is None:
            return refused(f"“{clean(cell_text(cell))}”不是数字")
        if minimum is not None and number < minimum:
            return refused(f"{number:f} 太小，最小 {minimum:f}")
        if number > maximum:
            return refused(f"{number:f} 太大，最大 {maximum:f}")
        rounded = round_to(number, places)
        warning = None if rounded == number else f"{number:f} 已四舍五入为 {rounded:f}"
        return Checked(rounded, warning=warning)

    return cleaner


def integer(
    *, units: Mapping[str, Decimal] = _NO_UNITS, minimum: int = 0, maximum: int = 2_000_000_000
) -> Cleaner:
    """A whole number; 3.2万公里 is 32000 where the units say so. A fraction is refused."""
    exact = decimal(6, units=units, minimum=Decimal(minimum), maximum=Decimal(maximum))

    def cleaner(cell: Cell, unit: str) -> Checked[int]:
        checked = exact(cell, unit)
        if checked.error or checked.value is None:
            return refused(checked.error or "不是数字")
        if checked.value != int(checked.value):
            return refused(f"{checked.value.normalize():f} 不是整数")
        return Checked(int(checked.value))

    return cleaner


def tax_rate(cell: Cell, unit: str = "") -> Checked[Decimal]:
    """A share from 13%, 13 or 0.13; a number of 1 and more is read as a percentage, with a warning."""
    said = half_width(squeeze(cell_text(cell)))
    percent = said.endswith("%") or unit == "%"
    number = _decimal_or_none(said.removesuffix("%"))
    if number is None or number < 0 or number >= 100:
        return refused(f"“{said}”不是税率，应像 13% 或 0.13")
    if percent:
        return Checked(number / 100)
    if number < 1:
        return Checked(number)
    return Checked(number / 100, warning=f"{number:f} 按 {number:f}% 处理")


def day(cell: Cell, unit: str = "") -> Checked[date]:
    """A date from an Excel date, its serial number, or text with the year first; a time behind it is dropped."""
    if isinstance(cell, time | Duration):
        return refused("只有时间，没有日期")
    if isinstance(cell, datetime):
        return _in_range(cell.date())
    if isinstance(cell, date):
        return _in_range(cell)
    if isinstance(cell, bool):
        return refused(f"“{cell_text(cell)}”不是日期")
    said = re.sub(r"\s*([年月])\s*", r"\1", clean(half_width(cell_text(cell))))
    return _date_from_text(said)


_DATE = re.compile(
    r"(?P<year>\d{4})(?:(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
    r"|年(?P<month_cn>\d{1,2})月(?P<day_cn>\d{1,2})\s?[日号]?)"
)
_TIME = r"(?:[ T]?(?:(?:上午|下午|AM|PM) ?)?\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?(?: ?[AP]M)?)?"
_WEEKDAY = r"(?: ?(?:星期|周)[一二三四五六日天])?"
_FULL_DATE = re.compile(_DATE.pattern + _WEEKDAY + _TIME, re.IGNORECASE)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6}|\d{4})?")


def _date_from_text(said: str) -> Checked[date]:
    found = _FULL_DATE.fullmatch(said)
    if found:
        month, day_ = found["month"] or found["month_cn"], found["day"] or found["day_cn"]
        return _real_date(int(found["year"]), int(month), int(day_))
    packed = _PACKED.fullmatch(said)
    if packed:
        return _real_date(*(int(part) for part in packed.groups()))
    if re.fullmatch(r"\d{5}(\.\d+)?", said):
        return _serial(Decimal(said))
    return refused(_date_problem(said))


def _serial(number: Decimal) -> Checked[date]:
    found = _in_range(_EXCEL_ZERO + timedelta(days=int(number)))
    if found.error or found.value is None:
        return refused(f"“{number}”不是日期")
    return Checked(found.value, warning=f"数字 {number} 按 Excel 日期读作 {found.value}")


def _real_date(year: int, month: int, day_: int) -> Checked[date]:
    if not 1 <= month <= 12:
        return refused(f"没有 {month} 月")
    try:
        return _in_range(date(year, month, day_))
    except ValueError:
        return refused(f"{year} 年 {month} 月没有 {day_} 日")


def _in_range(found: date) -> Checked[date]:
    if FIRST_YEAR <= found.year <= LAST_YEAR:
        return Checked(found)
    return refused(f"日期 {found} 不合理，年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间")


def _date_problem(said: str) -> str:
    right = "请写成 2024-03-05"
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*", said):
        return f"“{said}”分不清哪个是日、哪个是月，{right}"
    if re.fullmatch(r"\d{2}([-/.年])\d{1,2}[-/.月]\d{1,2}日?.*", said):
        return f"“{said}”的年份只有两位，{right}"
    if re.fullmatch(r"\d{4}([-/.年]\d{1,2}月?)?年?", said) or re.fullmatch(r"(19|20)\d{4}", said):
        return f"“{said}”不完整，缺少月或日，{right}"
    return f"“{said}”不是日期，{right}"


def _cell_problem(cell: Cell) -> str | None:
    if isinstance(cell, str) and cell.strip().upper() in _EXCEL_ERRORS:
        return f"单元格是公式错误 {cell.strip()}"
    if lost_digits(cell):
        return "单元格是数字格式，超过 15 位的部分已经丢失，请改为文本格式重新填写"
    return None


def _scientific_problem(cell: Cell) -> str | None:
    if isinstance(cell, str) and _SCIENTIFIC.fullmatch(cell.strip()):
        return f"“{cell.strip()}”是科学计数法，后面的数字已经丢失，请改为文本格式重新填写"
    return None


def _date_warning(cell: Cell, written: str) -> str | None:
    if isinstance(cell, date | time | Duration):
        return f"单元格是日期或时间格式，读作 {written}，请核对是否被 Excel 改过"
    return None


def _number(cell: Cell, unit: str, units: Mapping[str, Decimal]) -> Decimal | None:
    if isinstance(cell, bool | date | time | Duration) or cell is None:
        return None
    said = half_width(squeeze(cell_text(cell))).lower().lstrip("¥￥")
    for name in sorted(units, key=len, reverse=True):
        if said.endswith(name):
            number = _decimal_or_none(said.removesuffix(name))
            return None if number is None else number * units[name]
    number = _decimal_or_none(said)
    return None if number is None else number * units.get(unit, Decimal(1))


def _decimal_or_none(said: str) -> Decimal | None:
    """A plain number; commas only where thousands are."""
    if not re.fullmatch(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?|[+-]?\.\d+", said, re.ASCII):
        return None
    try:
        return Decimal(said.replace(",", ""))
    except InvalidOperation:
        return None
