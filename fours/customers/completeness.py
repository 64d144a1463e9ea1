"""How complete a customer's and a car's files are, and what is missing (PF-03: every new file of the day is checked)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models

from .models import Customer

_PERSON = (("address", "地址"), ("birthday", "生日"), ("id_number", "身份证号"), ("source", "来源"))
_COMPANY = (("address", "地址"), ("credit_code", "统一社会信用代码"), ("source", "来源"))

Point = tuple[str, bool]


@dataclass(frozen=True)
class Completeness:
    """Whole percent of what a good file says, and the Chinese names of what is not there yet."""

    percent: int
    missing: list[str]

    @property
    def complete(self) -> bool:
        return not self.missing


def completeness(customer: Customer, more: Iterable[Point] = ()) -> Completeness:
    """Of the customer's file, with `more` that belongs to it, such as a car's; every point counts the same."""
    company = customer.kind == Customer.Kind.COMPANY
    points = [("电话", any(phone.valid for phone in customer.phones.all()))]
    points += [("联系人", bool(customer.contacts.all()))] if company else []
    points.append(("方便来电时间", customer.call_from is not None or customer.do_not_call))
    points.append(("营销联系意愿", customer.marketing_consent is not None))
    points += [*points_of(customer, _COMPANY if company else _PERSON), *more]
    missing = [label for label, there in points if not there]
    return Completeness(round(100 * (len(points) - len(missing)) / len(points)), missing)


def points_of(row: models.Model, fields: Iterable[tuple[str, str]]) -> list[Point]:
    """The label of each named field, and whether it says anything."""
    return [(label, getattr(row, name) not in ("", None)) for name, label in fields]
