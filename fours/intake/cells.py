"""One cell of a sheet as it was found, and as text."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal


@dataclass(frozen=True)
class Duration:
    """A cell formatted as a length of time, which is never taken for a date."""

    text: str


Cell = str | int | float | bool | date | datetime | time | Duration | None

# Excel keeps 15 digits of a number; of a longer one the last digits are already zero.
EXACT_DIGITS = 15


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def lost_digits(cell: Cell) -> bool:
    """Whether a number is so long that the spreadsheet has already rounded it."""
    return isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= 10**EXACT_DIGITS


def cell_text(cell: Cell) -> str:
    """The cell as a person would write it down: 13812345678, 1.5, 2024-03-05, 2024-03-05 14:30, 是."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return _number_text(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S" if cell.second else "%Y-%m-%d %H:%M")
    if isinstance(cell, Duration):
        return cell.text
    return str(cell)


def _number_text(number: float) -> str:
    # A formula such as 0.1 + 0.2 leaves dust behind the digits that count.
    exact = Decimal(repr(number)).normalize()
    digits = format(exact, "f")
    if len(exact.as_tuple().digits) <= EXACT_DIGITS:
        return digits
    return format(Decimal(f"{number:.{EXACT_DIGITS}g}").normalize(), "f")
