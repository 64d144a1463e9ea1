"""VIN (车架号) and plate (车牌号): read as people type them, checked, and put into the one stored form.

Sources: GB 16735-2019 appendix A for the VIN, GA 36-2018 for plates.
"""

import re

from fours.base.checked import Checked, refused
from fours.base.text import squeeze

_VIN_VALUES = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "012345678912345678123457923456789"), strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_NO_YEAR = "UZ0"
_LOOKS_LIKE = {"I": "数字 1", "O": "数字 0", "Q": "数字 0 或 9"}
# Makers outside China whose cars are met here, by first and second character; any other is asked about.
_KNOWN_ABROAD = {
    "1": "BCFGHJLMNVZ",
    "2": "BCFGHLMT",
    "3": "CFGHKLMNVW",
    "4": "AJSTU",
    "5": "FJLNTUXY",
    "7": "S",
    "J": "ADFHKLMNST",
    "K": "LMNP",
    "M": "AMNPR",
    "N": "M",
    "R": "L",
    "S": "ABCDFHJ",
    "T": "MRSW",
    "U": "5U",
    "V": "AFNRSX",
    "W": "01ABDFMPUV",
    "X": "4LT",
    "Y": "SV",
    "Z": "ACDFHLN",
}

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SEPARATORS = re.compile(r"[\s·•・‧∙⋅.。\-_]")
_PURE_ELECTRIC = "DABCE"
_NOT_PURE = "FGHJK"
_NEV = _PURE_ELECTRIC + _NOT_PURE
_PLACE = "A-HJ-NP-Z0-9"


def check_vin(text: str, *, old_car: bool = False) -> Checked[str]:
    """The VIN in capital letters without spaces, or what is wrong with it.

    A Chinese VIN (it begins with L) must have the right check digit and a possible year letter. Elsewhere the
    digit is not compulsory, and it was not for an `old_car`: there it is a warning.
    """
    vin = re.sub(r"[\-.·*]", "", squeeze(text)).upper()
    if not vin:
        return Checked(None)
    error = _vin_form_error(vin)
    if error:
        return refused(error)
    doubt = _vin_digit_doubt(vin) or _vin_year_doubt(vin)
    if vin.startswith("L"):
        if doubt and not old_car:
            return refused(doubt)
        return Checked(vin, warning=doubt, kind="domestic")
    if vin[0] != "H" and vin[1] not in _KNOWN_ABROAD.get(vin[0], ""):
        doubt = doubt or f"未见过的厂家代号 {vin[:3]}，请对照行驶证核对"
    return Checked(vin, warning=doubt, kind="domestic" if vin[0] == "H" else "imported")


def vin_check_digit(vin: str) -> str:
    """The check digit due at position 9 of a VIN of 17 allowed characters, whatever stands there now."""
    rest = sum(_VIN_VALUES[char] * weight for char, weight in zip(vin, _VIN_WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def _vin_form_error(vin: str) -> str | None:
    for place, char in enumerate(vin, 1):
        if char in _LOOKS_LIKE:
            return f"车架号第 {place} 位是字母 {char}：车架号里没有字母 I、O、Q，应为{_LOOKS_LIKE[char]}"
        if char not in _VIN_VALUES:
            return f"车架号第 {place} 位“{char}”不是字母或数字"
    if len(vin) != 17:
        return f"车架号应为 17 位，现在是 {len(vin)} 位"
    return None


def _vin_digit_doubt(vin: str) -> str | None:
    due = vin_check_digit(vin)
    if vin[8] == due:
        return None
    return f"车架号校验位不符：第 9 位按其余各位应为 {due}，现在是 {vin[8]}，请对照行驶证逐位核对"


def _vin_year_doubt(vin: str) -> str | None:
    if vin[9] not in _NO_YEAR:
        return None
    return f"车架号第 10 位（年款）不会是 {vin[9]}，请对照行驶证核对"


def check_plate(text: str) -> Checked[str]:
    """The plate in capital letters without dots or spaces, its kind, or what is wrong with it.

    Kinds: ordinary, nev_small_pure, nev_small_other, nev_large_pure, nev_large_other, trailer, training,
    police, consulate, embassy, hong_kong, macau, rescue.
    """
    plate = _SEPARATORS.sub("", squeeze(text)).upper()
    if not plate:
        return Checked(None)
    if plate.startswith("使"):
        return _embassy(plate)
    error = _plate_head_error(plate)
    if error:
        return refused(error)
    special = _special(plate)
    if special:
        return special
    if len(plate) == 7:
        checked = _ordinary(plate)
    elif len(plate) == 8:
        checked = _new_energy(plate)
    else:
        return refused(f"车牌号 {plate} 是 {len(plate)} 位：普通号牌 7 位，新能源号牌 8 位")
    if checked.ok and plate[1] == "O":
        return Checked(plate, warning="发牌机关代号 O 只用于特殊号牌，请核对", kind=checked.kind)
    return checked


def _embassy(plate: str) -> Checked[str]:
    if re.fullmatch(r"使\d{6}", plate):
        return Checked(plate, kind="embassy")
    return refused("使馆号牌应为“使”加 6 位数字，如 使123456")


def _plate_head_error(plate: str) -> str | None:
    if plate[0] not in PROVINCES:
        return f"车牌号开头“{plate[0]}”不是省、自治区、直辖市简称，应像 苏E12345"
    if len(plate) < 2 or not re.match(r"[A-HJ-Z]", plate[1]):
        found = plate[1:2]
        hint = "字母 I 不使用" if found == "I" else "应为字母"
        return f"车牌号第 2 位“{found}”不是发牌机关代号：{hint}"
    return None


_SPECIAL = {
    "挂": ("trailer", 4, "挂车号牌"),
    "学": ("training", 4, "教练号牌"),
    "警": ("police", 4, "警用号牌"),
    "领": ("consulate", 4, "领馆号牌"),
    "港": ("hong_kong", 4, "港澳号牌"),
    "澳": ("macau", 4, "港澳号牌"),
    "应急": ("rescue", 4, "应急号牌"),
}


def _special(plate: str) -> Checked[str] | None:
    for mark, (kind, places, label) in _SPECIAL.items():
        if not plate.endswith(mark):
            continue
        serial = plate[2 : -len(mark)]
        if mark in "港澳" and not plate.startswith("粤Z"):
            return refused("以“港”“澳”结尾的号牌应以 粤Z 开头，如 粤Z1234港")
        if re.fullmatch(rf"[{_PLACE}]{{{places}}}", serial):
            return Checked(plate, kind=kind)
        problem = _letter_problem(serial)
        return refused(
            problem or f"{label}在“{plate[:2]}”和“{mark}”之间应为 {places} 位，现在是 {len(serial)} 位"
        )
    return None


def _letter_problem(serial: str) -> str | None:
    for char in serial:
        if char in "IO":
            return f"车牌号序号里没有字母 {char}，应为{_LOOKS_LIKE[char]}"
        if not re.match(rf"[{_PLACE}]", char):
            return f"车牌号里的“{char}”不是字母或数字"
    return None


def _ordinary(plate: str) -> Checked[str]:
    serial = plate[2:]
    problem = _letter_problem(serial)
    if problem:
        return refused(problem)
    letters = sum(char.isalpha() for char in serial)
    if letters > 3:
        return refused(f"车牌号 {plate} 的序号有 {letters} 个字母：普通号牌最多 2 个")
    warning = "序号有 3 个字母，普通号牌一般最多 2 个，请核对" if letters == 3 else None
    return Checked(plate, warning=warning, kind="ordinary")


def _new_energy(plate: str) -> Checked[str]:
    serial = plate[2:]
    problem = _letter_problem(serial)
    if problem:
        return refused(problem)
    if re.fullmatch(rf"[{_NEV}][A-HJ-NP-Z0-9]\d{{4}}", serial):
        return Checked(plate, kind=f"nev_small_{_drive(serial[0])}")
    if re.fullmatch(rf"\d{{5}}[{_NEV}]", serial):
        return Checked(plate, kind=f"nev_large_{_drive(serial[-1])}")
    return refused(_new_energy_problem(plate, serial))


def _drive(letter: str) -> str:
    return "pure" if letter in _PURE_ELECTRIC else "other"


def _new_energy_problem(plate: str, serial: str) -> str:
    if serial.isdigit():
        return f"8 位号牌 {plate} 没有新能源字母：小型如 京AD12345，大型如 京A12345D；普通号牌只有 7 位"
    if serial[0].isalpha() and serial[0] not in _NEV:
        return f"新能源号牌没有字母 {serial[0]}：纯电动用 D、A、B、C、E，非纯电动用 F、G、H、J、K"
    if serial[:5].isdigit():
        return f"大型新能源号牌末位没有字母 {serial[-1]}：纯电动用 D、A、B、C、E，非纯电动用 F、G、H、J、K"
    if serial[:4].isdigit():
        return f"8 位号牌 {plate} 末尾有两个字母：大型新能源号牌为 5 位数字加 1 个字母，如 京A12345D"
    return f"8 位号牌 {plate} 的字母位置不对：小型新能源为字母、字母或数字、4 位数字，如 京AD12345"
