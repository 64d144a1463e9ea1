"""What is said of a customer, checked and put into its stored form (PF-03); every problem stands beside its field."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any, TypedDict, cast

from django.db import models

from fours.base.checked import Checked
from fours.base.errors import Refused
from fours.base.text import clean
from fours.kernel.business_date import today
from fours.kernel.models import User

from .identifiers import check_credit_code, check_email, check_phone, check_resident_id
from .models import Contact, Customer, Phone


class CustomerFacts(TypedDict, total=False):
    """What a file may hold besides name, kind, phones and contacts."""

    id_number: str
    credit_code: str
    birthday: date | None
    address: str
    postcode: str
    email: str
    grade: str
    source: str
    advisor: User | None
    tags: list[str]
    call_from: time | None
    call_until: time | None
    note: str


class CustomerChanges(CustomerFacts, total=False):
    """What of a file may be changed besides phones and contacts."""

    name: str
    kind: str
    active: bool


@dataclass(frozen=True)
class PhoneEntry:
    """A number as it was typed; the first entry, or the one marked, is called first."""

    number: str
    valid: bool = True
    primary: bool = False
    kind: str = Phone.Kind.MOBILE


@dataclass(frozen=True)
class ContactEntry:
    """Somebody else to speak to for the customer."""

    name: str
    relation: str
    phone: str = ""
    for_calls: bool = False
    note: str = ""


class Problems:
    """Gathers what is wrong, by field, and refuses once with all of it."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def add(self, field: str, message: str) -> None:
        self.fields.setdefault(field, message)

    def take(self, field: str, checked: Checked[str]) -> str:
        """The checked value, empty when there is none; its error is noted."""
        if checked.error:
            self.add(field, checked.error)
        return checked.value or ""

    def refuse(self) -> None:
        """Raise Refused if there is anything wrong."""
        if self.fields:
            raise Refused("；".join(dict.fromkeys(self.fields.values())), fields=self.fields)


def checked_facts(
    model: type[models.Model], facts: Mapping[str, Any], allowed: Iterable[str]
) -> dict[str, Any]:
    """The facts cleaned: text in one line and not too long, choices that exist. Raises Refused beside the fields.

    An unknown name is the caller's mistake and raises TypeError.
    """
    unknown = set(facts) - set(allowed)
    if unknown:
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(unknown))} to change")
    problems = Problems()
    values = {name: _checked(model, name, value, problems) for name, value in facts.items()}
    problems.refuse()
    return values


def label_of(model: type[models.Model], name: str) -> str:
    """How a field is called on screen."""
    return str(cast("models.Field[Any, Any]", model._meta.get_field(name)).verbose_name)


def _checked(model: type[models.Model], name: str, value: Any, problems: Problems) -> Any:
    field = cast("models.Field[Any, Any]", model._meta.get_field(name))
    if isinstance(field, models.CharField):
        value = clean(str(value or ""))
        if field.max_length and len(value) > field.max_length:
            problems.add(name, f"{field.verbose_name}最多 {field.max_length} 字，现在是 {len(value)} 字")
    if field.choices and value not in dict(field.flatchoices):
        problems.add(name, f"请选择{field.verbose_name}")
    return value


def checked_customer(facts: Mapping[str, Any], allowed: Iterable[str]) -> dict[str, Any]:
    """What is said of a customer, in stored form; raises Refused with every problem beside its field."""
    values = checked_facts(Customer, facts, allowed)
    problems = Problems()
    if not values.get("name", "-"):
        problems.add("name", "请填写姓名或单位名称")
    checks: dict[str, Callable[[str], Checked[str]]] = {
        "id_number": check_resident_id,
        "credit_code": check_credit_code,
        "email": check_email,
    }
    for name, check in checks.items():
        if name in values:
            values[name] = problems.take(name, check(values[name]))
    if (birthday := values.get("birthday")) and not date(1900, 1, 1) <= birthday <= today():
        problems.add("birthday", "生日应在 1900 年以后、今天以前")
    postcode = values.get("postcode") or "000000"
    if not (postcode.isascii() and postcode.isdigit() and len(postcode) == 6):
        problems.add("postcode", "邮编应为 6 位数字")
    if "tags" in values:
        values["tags"] = list(dict.fromkeys(filter(None, map(clean, values["tags"]))))
    problems.refuse()
    return values


def check_call_window(start: time | None, end: time | None) -> None:
    """Raise Refused unless both ends are given in order, or neither."""
    if (start is None) != (end is None):
        raise Refused(
            "方便来电的起止时间请都填，或都不填", field="call_from" if start is None else "call_until"
        )
    if start is not None and end is not None and start >= end:
        raise Refused("方便来电的结束时间应晚于开始时间", field="call_until")


def checked_phones(phones: Sequence[PhoneEntry | str]) -> list[PhoneEntry]:
    """The numbers in stored form, each once, exactly one of them first; refusals name `phones`."""
    entries: dict[str, PhoneEntry] = {}
    problems = Problems()
    for given in phones:
        entry = PhoneEntry(given) if isinstance(given, str) else given
        checked = check_phone(entry.number)
        number = problems.take("phones", checked)
        if number and number not in entries:
            entries[number] = replace(entry, number=number, kind=checked.kind)
    problems.refuse()
    listed = list(entries.values())
    first = next((i for i, entry in enumerate(listed) if entry.primary), None)
    if first is None:
        first = next((i for i, entry in enumerate(listed) if entry.valid), 0)
    return [replace(entry, primary=i == first) for i, entry in enumerate(listed)]


def checked_contacts(contacts: Sequence[ContactEntry]) -> list[ContactEntry]:
    """The contacts in stored form; entries without name and phone are left out; refusals name `contacts`."""
    problems = Problems()
    listed = []
    for entry in contacts:
        name, phone = clean(entry.name), problems.take("contacts", check_phone(entry.phone))
        if not name and not entry.phone.strip():
            continue
        if not name:
            problems.add("contacts", "联系人请填写姓名")
        if len(name) > 40 or len(clean(entry.note)) > 100:
            problems.add("contacts", "联系人姓名最多 40 字，备注最多 100 字")
        if entry.relation not in Contact.Relation.values:
            problems.add("contacts", f"请选择联系人 {name} 的关系")
        listed.append(replace(entry, name=name, phone=phone, note=clean(entry.note)))
    problems.refuse()
    return listed
