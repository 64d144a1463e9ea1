"""Text as people type it: cleaned for storing, and cut into keys for searching."""

import unicodedata
from datetime import date
from functools import lru_cache
from typing import Literal

from django.utils.dateparse import parse_date

_FULL_WIDTH_SHIFT = 0xFEE0
_HALF_WIDTH = {0x3000: " "} | {code: chr(code - _FULL_WIDTH_SHIFT) for code in range(0xFF01, 0xFF5F)}
# Full-width marks that are right in Chinese prose; a remark keeps them.
_PROSE_MARKS = "，！？：；（）"
_STORED = {code: half for code, half in _HALF_WIDTH.items() if chr(code) not in _PROSE_MARKS}
_UNSEEN = {"Cc", "Cf", "Cs"}
# What is worth remembering: names, plates, numbers; no letter somebody pasted into a cell.
SHORT = 80
# No id of the database is longer.
ID_DIGITS = 18

# Surnames that are read otherwise than the same character elsewhere.
_SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "查": "zha",
    "区": "ou",
    "盖": "ge",
    "朴": "piao",
    "覃": "qin",
    "乐": "yue",
    "缪": "miao",
    "翟": "zhai",
    "种": "chong",
    "秘": "bi",
    "黑": "he",
    "重": "chong",
    "召": "shao",
    "繁": "po",
    "员": "yun",
    "折": "she",
}


def half_width(text: str) -> str:
    """Every full-width letter, digit, mark and space as its ordinary one: for codes, numbers and dates."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def clean(text: str) -> str:
    """One line fit for storing: full-width letters, digits and spaces made ordinary, control and invisible
    characters taken out, runs of spaces made one, none at the ends. Chinese punctuation stays."""
    half = text.translate(_STORED)
    if half.isprintable():
        return " ".join(half.split())
    spaced = "".join(" " if char.isspace() else char for char in half)
    seen = "".join(char for char in spaced if unicodedata.category(char) not in _UNSEEN)
    return " ".join(seen.split())


def squeeze(text: str) -> str:
    """The text as a code is compared: cleaned, all half width, without any space."""
    return _squeezed(text) if len(text) <= SHORT else half_width(clean(text)).replace(" ", "")


# A cell is looked at several times: whether it says "none", as a code, as a name, for its keys.
@lru_cache(maxsize=4000)
def _squeezed(text: str) -> str:
    return half_width(clean(text)).replace(" ", "")


def number_in(text: object) -> int:
    """The id, version or page an address or hidden field carries; 0 for what is none.

    `isdigit` alone would let "²" through, which is no number to `int`, and thousands of digits, which `int` refuses.
    """
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= ID_DIGITS else 0


def date_in(text: str) -> date | None:
    """The date an address carries as `2026-11-22`; nothing for what is none, or outside 1900–2100.

    At the ends of the calendar the week before or after would not exist.
    """
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and 1900 <= found.year <= 2100 else None


def pinyin(name: str, *, person: bool = False) -> str:
    """The whole reading without tones or spaces, lower case: 王小明 → wangxiaoming.

    With `person` the first character is read as a surname: 单, 曾, 仇 … Letters and digits
    stay as they are.
    """
    return "".join(_syllables(squeeze(name), person))


def initials(name: str, *, person: bool = False) -> str:
    """The first letter of each character, lower case; letters and digits stay whole: 机滤A6 → jla6."""
    text = squeeze(name)
    syllables = _syllables(text, person)
    # With a syllable for each character nothing stays whole, and nothing has to be read again.
    if len(syllables) == len(text):
        return "".join(syllable[:1] for syllable in syllables)
    return "".join(_read(text, person, "first_letter"))


def suffixes(text: str, minimum: int) -> list[str]:
    """The text and each of its endings of at least `minimum` characters, longest first.

    A text shorter than that is its own only ending, an empty one has none.
    """
    if not text:
        return []
    last = max(len(text) - minimum, 0)
    return [text[start:] for start in range(last + 1)]


def mask_phone(phone: str) -> str:
    """The number with the four digits before the last four hidden: 138****5678."""
    if len(phone) < 8:
        return "****" + phone[-2:] if phone else ""
    return f"{phone[:-8]}****{phone[-4:]}"


# A file's name is read for the customer's keys and again for the car's; reading is slow. An import reads 500 at a time.
@lru_cache(maxsize=2000)
def _syllables(text: str, person: bool) -> tuple[str, ...]:
    if person and text[:1] not in _SURNAMES:
        return _syllables(text, False)
    return _read(text, person, "normal")


def _read(text: str, person: bool, style: Literal["normal", "first_letter"]) -> tuple[str, ...]:
    # Its dictionaries take a fifth of the program's start, and most commands never read a name.
    from pypinyin import Style, lazy_pinyin

    how = Style.FIRST_LETTER if style == "first_letter" else Style.NORMAL
    spoken = _SURNAMES.get(text[:1]) if person else None
    if spoken is None:
        return tuple(part.lower() for part in lazy_pinyin(text, style=how))
    head = spoken[0] if style == "first_letter" else spoken
    return (head, *(part.lower() for part in lazy_pinyin(text[1:], style=how)))
