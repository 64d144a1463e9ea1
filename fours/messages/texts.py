"""Texts with placeholders like {客户}: what they may name, filled in for one customer."""

import re
from collections.abc import Collection, Mapping

from fours.base.errors import Refused

from .models import Channel, Purpose

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# Known of every customer, whatever the occasion.
COMMON = ("客户", "门店", "电话")
SMS_LIMIT = 500
SMS_SINGLE, SMS_PART = 70, 67
LINE_BREAKS = str.maketrans({"\r": None, "\0": None})


def check_text(text: str, known: Collection[str], *, field: str = "text") -> str:
    """The text as it is stored; refused beside `field` when it is empty or names a placeholder that is not known."""
    text = text.translate(LINE_BREAKS).strip()
    if not text:
        raise Refused("请填写正文。", field=field)
    unknown = [name for name in PLACEHOLDER.findall(text) if name not in known]
    if unknown:
        shown, usable = (" ".join(f"{{{name}}}" for name in names) for names in (unknown, known))
        raise Refused(f"没有 {shown} 这样的占位符，可以用：{usable}。", field=field)
    if "{" in (rest := PLACEHOLDER.sub("", text)) or "}" in rest:
        raise Refused("大括号没有配对，占位符应写成 {客户} 这样。", field=field)
    return text


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The text with its placeholders filled in, in one pass: a customer called {电话} stays so."""
    return PLACEHOLDER.sub(lambda found: facts[found[1]], text)


def dressed(text: str, *, channel: str, purpose: str, sign: str, opt_out_hint: str) -> str:
    """The text as it leaves: a short message begins with who speaks, advertising ends with how to refuse more

    (广告法 43: sender and way of refusal are shown).
    """
    if purpose == Purpose.MARKETING and channel in (Channel.SMS, Channel.EMAIL) and opt_out_hint not in text:
        text = f"{text}{opt_out_hint}" if channel == Channel.SMS else f"{text}\n\n{opt_out_hint}"
    if channel == Channel.SMS and not text.startswith("【"):
        text = f"【{sign}】{text}"
    return text


def check_length(text: str, channel: str) -> None:
    """Refuse a short message that is too long for the networks."""
    if channel == Channel.SMS and len(text) > SMS_LIMIT:
        raise Refused(f"短信最多 {SMS_LIMIT} 字（含签名和退订提示），现在是 {len(text)} 字。", field="text")


def parts_of(text: str) -> int:
    """How many short messages the networks count: one up to 70 characters, else one for each 67."""
    return 1 if len(text) <= SMS_SINGLE else -(-len(text) // SMS_PART)
