"""The Jinja2 environment of every page: what templates may call and how values are written on screen."""

import uuid
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from jinja2 import Environment, FileSystemBytecodeCache, StrictUndefined, pass_context
from jinja2.runtime import Context

from fours.base.money import round_money, round_to
from fours.base.personal import Personal, PersonalDay
from fours.desk.assets import icon
from fours.desk.personal import personal_of
from fours.kernel.personal import shown

NONE = "—"
Number = Decimal | int | str | None


def environment(**options: Any) -> Environment:
    """Django's hook: autoescaping, undefined names are errors, compiled templates kept between processes."""
    options |= {
        "trim_blocks": True,
        "lstrip_blocks": True,
        "undefined": StrictUndefined,
        "bytecode_cache": FileSystemBytecodeCache(pattern="__fours_masked_%s.cache"),
        "finalize": as_shown,
    }
    made = Environment(**options)  # noqa: S701 - Django's backend sets autoescape in the options
    made.globals.update(static=static, url=url, icon=icon, query=query)
    made.globals.update(now=timezone.localtime, new_key=new_key)
    made.globals.update(personal_of=personal_of)
    made.filters.update(
        money=money,
        qty=quantity,
        hours=hours,
        km=kilometres,
        date=day,
        datetime=moment,
        daytime=daytime,
        by_when=by_when,
        since=since,
        input_type=input_type,
    )
    return made


@pass_context
def as_shown(context: Context, value: object) -> object:
    """What an expression writes: personal data only as the page's reader may see it (PF-13).

    An identity number is hidden from everybody until it is asked for by a click.
    """
    if type(value) is not Personal and type(value) is not PersonalDay:
        return value
    if isinstance(value, Personal) and value.kind == "identity":
        return value.masked
    return shown(value, context.get("actor"))


def url(name: str, /, *args: Any, **kwargs: Any) -> str:
    """The address of a named route."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def new_key() -> str:
    """A fresh idempotency key for one form."""
    return uuid.uuid4().hex


@pass_context
def query(context: Context, **changes: Any) -> str:
    """The page's own query string with some parameters changed; None takes one out."""
    request: HttpRequest = context["request"]
    parameters = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


def money(value: Number, symbol: bool = False) -> str:
    """`1,234.50`, with symbol `¥1,234.50`; CNY, rounded half up to the cent."""
    if value is None or value == "":
        return NONE
    amount = round_money(Decimal(value))
    return f"{'-' if amount < 0 else ''}{'¥' if symbol else ''}{abs(amount):,.2f}"


def quantity(value: Number) -> str:
    """Up to three places, no trailing zeros: `4`, `4.5`."""
    return _plain(value, 3)


def hours(value: Number) -> str:
    """Labour hours, up to two places: `1.5`."""
    return _plain(value, 2)


def kilometres(value: int | None) -> str:
    """`32,100 km`."""
    return NONE if value is None else f"{value:,} km"


def day(value: date | datetime | None) -> str:
    """`2026-11-22`, a moment in the store's zone."""
    if value is None:
        return NONE
    text = f"{_local(value) if isinstance(value, datetime) else value:%Y-%m-%d}"
    return Personal(text, "day") if isinstance(value, PersonalDay) else text


def moment(value: datetime | None) -> str:
    """`11-22 14:05`, with the year when it is another year than now."""
    if value is None:
        return NONE
    local = _local(value)
    return f"{local:%m-%d %H:%M}" if local.year == timezone.localtime().year else f"{local:%Y-%m-%d %H:%M}"


def daytime(value: datetime | time | None) -> str:
    """`14:05`."""
    if value is None:
        return NONE
    return f"{_local(value) if isinstance(value, datetime) else value:%H:%M}"


def by_when(value: datetime | None) -> str:
    """A moment somebody waits for: `14:05` today, `明天 14:05`, else with its date."""
    if value is None:
        return NONE
    days = (_local(value).date() - timezone.localdate()).days
    near = {0: "", 1: "明天 ", -1: "昨天 "}
    return near[days] + daytime(value) if days in near else moment(value)


def since(value: datetime | None) -> str:
    """How long ago or how far ahead, in words; beyond a week the date."""
    if value is None:
        return NONE
    local, now = _local(value), timezone.localtime()
    ahead = local > now
    minutes = int(abs((local - now).total_seconds()) // 60)
    days = abs((local.date() - now.date()).days)
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes} 分钟{'后' if ahead else '前'}"
    if days == 0:
        return f"{minutes // 60} 小时{'后' if ahead else '前'}"
    if days == 1:
        return f"{'明天' if ahead else '昨天'} {local:%H:%M}"
    return f"{days} 天{'后' if ahead else '前'}" if days < 7 else day(local)


def input_type(bound_field: Any) -> str:
    """What kind of control a bound form field is: checkbox, group (radio or several checkboxes), or other."""
    kind = str(getattr(bound_field.field.widget, "input_type", ""))
    if kind == "checkbox" and not getattr(bound_field.field.widget, "allow_multiple_selected", False):
        return "checkbox"
    return "group" if kind in {"checkbox", "radio"} else "other"


def _plain(value: Number, places: int) -> str:
    if value is None or value == "":
        return NONE
    text = f"{round_to(Decimal(value), places):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else timezone.make_aware(value)
