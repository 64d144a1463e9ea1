"""How the value of a model's field is written for people: in lists, facts, history and workbooks."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from .personal import Personal, PersonalDay

NONE = "—"
MONEY_DIGITS = 14


def value_of(row: models.Model, name: str) -> Any:
    """The value as a workbook wants it: words for choices and references, figures as figures, days as days."""
    field = row._meta.get_field(name)
    value = getattr(row, name)
    if getattr(field, "choices", None):
        return getattr(row, f"get_{name}_display")()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, list):
        return "、".join(map(str, value))
    return timezone.localtime(value).replace(tzinfo=None) if isinstance(value, datetime) else value


def text_of(row: models.Model, name: str) -> str:
    """The value as people read it; a dash where there is none."""
    field = row._meta.get_field(name)
    return as_text(value_of(row, name), money=getattr(field, "max_digits", 0) == MONEY_DIGITS)


def as_text(value: object, *, money: bool = False) -> str:
    """Any value as people read it; decimals without their last zeros unless they are money."""
    if value is None or value == "":
        return NONE
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        text = f"{value:%Y-%m-%d}"
        return Personal(text, "day") if isinstance(value, PersonalDay) else text
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, Decimal):
        text = f"{value:,.2f}" if money else f"{value:,f}"
        return text if money or "." not in text else text.rstrip("0").rstrip(".")
    if isinstance(value, int):
        return f"{value:,}"
    return value if isinstance(value, Personal) else str(value)


def is_figure(model: type[models.Model], name: str) -> bool:
    """Whether a column stands to the right."""
    field = model._meta.get_field(name)
    return isinstance(field, (models.DecimalField, models.IntegerField)) and not field.choices
