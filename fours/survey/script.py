"""The words of the call (SU-01), line by line: texts a manager changes, filled in for the customer on the line."""

from dataclasses import dataclass

from fours.kernel.store_settings import settings_of

from .defaults import TEXTS
from .models import FollowUpCall


@dataclass(frozen=True)
class Script:
    """What is said when; each part is a list of lines."""

    opening: list[str]
    satisfied: list[str]
    unhappy: list[str]
    closing: list[str]
    closing_unhappy: list[str]


def script_of(call: FollowUpCall, *, agent: str, work: str) -> Script:
    """The store's words with the names of this call in them; words in braces that are none stay as they are."""
    texts = settings_of(call.store, TEXTS)
    names = {
        "客户": call.contact_name,
        "车牌": call.vehicle.plate or "您的车",
        "门店": call.store.name,
        "回访人": agent,
        "日期": f"{call.delivered_on.month} 月 {call.delivered_on.day} 日",
        "项目": work or "维修保养",
    }
    return Script(
        opening=_lines(texts["survey.script_second" if call.second_call else "survey.script_opening"], names),
        satisfied=_lines(texts["survey.script_satisfied"], names),
        unhappy=_lines(texts["survey.script_unhappy"], names),
        closing=_lines(texts["survey.script_closing"], names),
        closing_unhappy=_lines(texts["survey.script_closing_unhappy"], names),
    )


def _lines(text: str, names: dict[str, str]) -> list[str]:
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    return [line.strip() for line in text.splitlines() if line.strip()]
