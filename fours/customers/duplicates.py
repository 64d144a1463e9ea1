"""Files that may be of one customer (PF-03): the same identity number, the same phone, with or without the name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from fours.base.text import clean, squeeze
from fours.kernel.actor import Actor

from .identifiers import check_phone
from .models import Customer, Phone

_GROUPS = 100


@dataclass
class Duplicate:
    """A file alike, with what is alike; `sure` when hardly another customer can be meant."""

    customer: Customer
    reasons: list[str] = field(default_factory=list)
    sure: bool = False


def find_duplicates(
    actor: Actor,
    *,
    name: str = "",
    phones: Iterable[str] = (),
    id_number: str = "",
    credit_code: str = "",
    besides: int = 0,
) -> list[Duplicate]:
    """Files the actor may see that share an identity number or a phone with what is said; the surest first."""
    numbers = {checked.value for checked in map(check_phone, phones) if checked.value}
    ids = {
        kind: squeeze(text).upper() for kind, text in (("id_number", id_number), ("credit_code", credit_code))
    }
    wanted = Q(phones__number__in=numbers)
    for kind, number in ids.items():
        if number:
            wanted |= Q(**{kind: number})
    rows = Customer.objects.visible_to(actor).filter(wanted, merged_into=None).exclude(pk=besides)
    found = [
        _alike(row, clean(name), numbers, ids) for row in rows.distinct().prefetch_related("phones")[:20]
    ]
    return sorted(found, key=lambda one: (not one.sure, one.customer.pk))


def _alike(row: Customer, name: str, numbers: set[str], ids: dict[str, str]) -> Duplicate:
    found = Duplicate(row)
    for kind, label in (("id_number", "身份证号相同"), ("credit_code", "信用代码相同")):
        if ids[kind] and getattr(row, kind) == ids[kind]:
            found.reasons.append(label)
            found.sure = True
    if any(phone.number in numbers for phone in row.phones.all()):
        found.reasons.append("电话相同")
        if row.name == name:
            found.reasons.append("姓名相同")
            found.sure = True
    return found


@dataclass(frozen=True)
class Alike:
    """Files that share one value."""

    reason: str
    value: str
    customers: Sequence[Customer]


def groups_alike(actor: Actor) -> list[Alike]:
    """The sets of files that share an identity number, a credit code or a phone; at most 100 of each kind."""
    files = Customer.objects.visible_to(actor).filter(merged_into=None, active=True)
    asked = [
        ("身份证号相同", _shared(files.exclude(id_number=""), "id_number"), "id_number"),
        ("信用代码相同", _shared(files.exclude(credit_code=""), "credit_code"), "credit_code"),
        ("电话相同", _shared_phones(actor), "phones__number"),
    ]
    groups = []
    for reason, values, path in asked:
        rows = files.filter(**{f"{path}__in": values}).prefetch_related("phones").order_by("pk").distinct()
        for value in values:
            alike = [row for row in rows if value in _values(row, path)]
            if len(alike) > 1:
                groups.append(Alike(reason, value, alike))
    return groups


def _shared(files: QuerySet[Customer], name: str) -> list[str]:
    counted = files.values(name).annotate(times=Count("pk")).filter(times__gt=1).order_by(name)
    return list(counted.values_list(name, flat=True)[:_GROUPS])


def _shared_phones(actor: Actor) -> list[str]:
    phones = Phone.objects.visible_to(actor).filter(customer__merged_into=None, customer__active=True)
    counted = phones.values("number").annotate(times=Count("customer", distinct=True)).filter(times__gt=1)
    return list(counted.order_by("number").values_list("number", flat=True)[:_GROUPS])


def _values(row: Customer, path: str) -> list[str]:
    if path == "phones__number":
        return [phone.number for phone in row.phones.all()]
    return [getattr(row, path)]
