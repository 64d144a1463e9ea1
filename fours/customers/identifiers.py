"""Phone numbers, e-mail addresses, resident ids (身份证号) and credit codes (统一社会信用代码)."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from stdnum.cn import ric, uscc

from fours.base.checked import Checked, refused
from fours.base.text import half_width, squeeze

EMAIL_LENGTH = 100
_DASHES = re.compile(r"[‐‑‒–—―−－~]")
_COUNTRY = re.compile(r"^(?:\(?\+86\)?|0086)-?")
_MOBILE = re.compile(r"0?(1[3-9]\d{9})")
_SERVICE = re.compile(r"[48]00\d{7}")
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d\d))(\d{7,8})")
_EXTENSION = re.compile(r"(?:转|转分机|分机|ext|x|#|-)(\d{1,6})$", re.IGNORECASE)
_SEVERAL = re.compile(r"[/,，、;；]")


def check_phone(text: str) -> Checked[str]:
    """The number in its stored form: 13812345678 (`mobile`), 0512-65123456 or 0512-65123456-801
    (`landline`), 4008001234 (`service`).

    +86, spaces, dots, hyphens and full-width digits are understood; there is no list of number blocks.
    """
    phone = _DASHES.sub("-", half_width(squeeze(text)))
    if not phone:
        return Checked(None)
    if _SEVERAL.search(phone):
        return refused("一格只填一个电话，其余请填到备用电话")
    national = _COUNTRY.sub("", phone)
    plain = re.sub(r"[\-.()]", "", national)
    found = _plain_number(plain, abroad=national != phone) or _with_extension(national)
    return found or refused(_phone_problem(plain))


def _plain_number(digits: str, *, abroad: bool) -> Checked[str] | None:
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        return Checked(mobile[1], kind="mobile")
    if _SERVICE.fullmatch(digits):
        return Checked(digits, kind="service")
    # Behind +86 the 0 of the area code is left out.
    landline = _LANDLINE.fullmatch(f"0{digits}" if abroad and not digits.startswith("0") else digits)
    return Checked(f"{landline[1]}-{landline[2]}", kind="landline") if landline else None


def _with_extension(national: str) -> Checked[str] | None:
    extension = _EXTENSION.search(national)
    if not extension:
        return None
    landline = _LANDLINE.fullmatch(re.sub(r"[\-.()]", "", national[: extension.start()]))
    if not landline:
        return None
    return Checked(f"{landline[1]}-{landline[2]}-{extension[1]}", kind="landline")


def _phone_problem(plain: str) -> str:
    if not plain.isdigit():
        return "电话里有不是数字的字，应为 11 位手机号，或区号加固定电话，如 0512-65123456"
    if plain.startswith("1"):
        if len(plain) != 11:
            return f"手机号应为 11 位，现在是 {len(plain)} 位"
        return f"手机号第 2 位应为 3 到 9，现在是 {plain[1]}"
    if plain.startswith("0"):
        return "固定电话应为区号加 7 或 8 位号码，如 0512-65123456"
    if len(plain) in (7, 8):
        return "固定电话缺少区号，应像 0512-65123456"
    return f"电话 {plain} 不是手机号、带区号的固定电话或 400/800 号码"


def check_email(text: str) -> Checked[str]:
    """One e-mail address without spaces, its domain in small letters; full-width signs are understood."""
    address = half_width(squeeze(text)).removeprefix("mailto:")
    if not address:
        return Checked(None)
    if _SEVERAL.search(address):
        return refused("一格只填一个邮箱")
    if len(address) > EMAIL_LENGTH:
        return refused(f"邮箱最多 {EMAIL_LENGTH} 个字符")
    name, at, domain = address.rpartition("@")
    try:
        validate_email(address)
    except ValidationError:
        return refused("邮箱应写成 name@example.com 这样")
    return Checked(f"{name}{at}{domain.lower()}")


def check_resident_id(text: str) -> Checked[str]:
    """The 18-place resident id in capitals, checked for region, birth date and check digit (GB 11643)."""
    number = squeeze(text).upper()
    if not number:
        return Checked(None)
    if len(number) != 18:
        return refused(f"身份证号应为 18 位，现在是 {len(number)} 位")
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        return refused("身份证号前 17 位应为数字，末位为数字或 X")
    due = ric.calc_check_digit(number)
    if number[-1] != due:
        return refused(f"身份证号校验位不符：末位应为 {due}，现在是 {number[-1]}")
    if not ric.is_valid(number):
        return refused("身份证号里的地区或出生日期不存在，请核对")
    return Checked(number)


def check_credit_code(text: str) -> Checked[str]:
    """The 18-place unified social credit code in capitals, checked by GB 32100."""
    code = re.sub(r"-", "", squeeze(text)).upper()
    if not code:
        return Checked(None)
    if len(code) != 18:
        return refused(f"统一社会信用代码应为 18 位，现在是 {len(code)} 位")
    for place, char in enumerate(code, 1):
        if not re.match(r"[0-9A-HJ-NP-RTUW-Y]", char):
            return refused(f"统一社会信用代码第 {place} 位“{char}”不会出现：代码里没有字母 I、O、S、V、Z")
    if not re.match(r"\d{8}", code[:8]):
        return refused("统一社会信用代码前 8 位应为数字（第 3 到 8 位是地区码）")
    due = uscc.calc_check_digit(code[:17])
    if code[-1] != due:
        return refused(f"统一社会信用代码校验位不符：末位应为 {due}，现在是 {code[-1]}")
    return Checked(code)
