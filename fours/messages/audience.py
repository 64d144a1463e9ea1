"""Whom a broadcast is for: customers by what their file says, counted with the reasons against before anything goes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce

from fours.customers.models import Customer, Phone
from fours.kernel.models import Store

from .addresses import letter_address
from .consent import with_reasons
from .models import Channel

NO_ADDRESS = {Channel.SMS: "没有可用的手机号", Channel.EMAIL: "没有邮箱地址", Channel.LETTER: "没有地址"}
SAME_NUMBER = "与其他客户同一号码"


@dataclass(frozen=True)
class Preview:
    """How many will get it, and how many not, by reason."""

    reached: int
    left_out: Mapping[str, int]

    @property
    def asked(self) -> int:
        return self.reached + sum(self.left_out.values())


def customers_of(store: Store, asked: Mapping[str, Any]) -> QuerySet[Customer]:
    """The customers in use whom the filters mean; what is not asked does not narrow."""
    rows = Customer.objects.filter(store=store, active=True, merged_into=None)
    conditions = {
        "kind": "kind", "grade": "grade", "source": "source", "tag": "tags__contains", "advisor": "advisor_id",
        "birth_month": "birthday__month", "since": "created_at__date__gte", "until": "created_at__date__lte",
    }  # fmt: skip
    given = {conditions[name]: value for name, value in asked.items() if value not in (None, "")}
    return rows.filter(**given)


def judged(store: Store, asked: Mapping[str, Any], channel: str, purpose: str) -> QuerySet[Any]:
    """Those customers with `address` and `why_not`, the reason against each."""
    rows = with_reasons(customers_of(store, asked), store, channel, purpose)
    rows = rows.annotate(own_address=_address(channel))
    missing = When(Q(why_not="", own_address=""), then=Value(NO_ADDRESS[Channel(channel)]))
    judged_rows: QuerySet[Any] = rows.annotate(
        against=Case(missing, default=F("why_not"), output_field=TextField())
    )
    return judged_rows


def _address(channel: str) -> Coalesce | F:
    if channel == Channel.LETTER:
        return F("address")
    if channel == Channel.EMAIL:
        return F("email")
    mobiles = Phone.objects.filter(customer=OuterRef("pk"), valid=True, kind=Phone.Kind.MOBILE)
    return Coalesce(Subquery(mobiles.order_by("-primary", "pk").values("number")[:1]), Value(""))


def preview(store: Store, asked: Mapping[str, Any], channel: str, purpose: str) -> Preview:
    """Counted by the database, whatever the number of customers."""
    rows = judged(store, asked, channel, purpose)
    counts = {
        line["against"]: line["n"] for line in rows.order_by().values("against").annotate(n=Count("pk"))
    }
    reached = counts.pop("", 0)
    if channel != Channel.LETTER and reached:
        numbers = rows.filter(against="").aggregate(n=Count("own_address", distinct=True))["n"]
        if shared := reached - numbers:
            counts[SAME_NUMBER] = shared
        reached = numbers
    return Preview(reached, dict(sorted(counts.items(), key=lambda pair: -pair[1])))


def receivers(
    store: Store, asked: Mapping[str, Any], channel: str, purpose: str
) -> Iterator[tuple[Customer, str]]:
    """Each customer who gets it with the address; of several with one number only the first."""
    seen: set[str] = set()
    rows = judged(store, asked, channel, purpose).filter(against="").order_by("pk")
    for customer in rows.iterator(2000):
        address: str = customer.own_address
        if channel == Channel.LETTER:
            yield customer, letter_address(customer)
        elif address not in seen:
            seen.add(address)
            yield customer, address
