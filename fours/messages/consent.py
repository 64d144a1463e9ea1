"""Whether a customer may be written to: consent, opt-outs, and not too often (PIPL 13, 消保法实施条例 24, PF-12)."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from fours.customers.models import Customer
from fours.kernel.models import Store
from fours.kernel.store_settings import settings_of

from .models import Message, MessageState, OptOut, Purpose
from .models.opt_out import OptOutScope

LIMIT, DAYS = "messages.marketing_limit", "messages.marketing_days"
NO_CONSENT = "客户没有同意营销联系"
DO_NOT_CALL = "客户要求请勿来电"
CHILD = "未满 14 周岁，须监护人同意"
OPTED_OUT = "客户已退订"
RESTING = "客户档案已停用"
TOO_OFTEN = "近期营销消息已达上限"
COUNTED = (MessageState.WAITING, MessageState.SENT)
ADULT_ENOUGH = 14


def why_not(store: Store, customer: Customer, channel: str, purpose: str, *, count: bool = True) -> str:
    """The reason the customer may not be written to, empty when they may. Without `count`, however often it was."""
    row = with_reasons(Customer.objects.filter(pk=customer.pk), store, channel, purpose, count=count)
    return str(row.values_list("why_not", flat=True).first() or "")


def with_reasons(
    customers: QuerySet[Customer], store: Store, channel: str, purpose: str, *, count: bool = True
) -> QuerySet[Any]:
    """The customers with `why_not`: the first reason each may not be written to, empty when they may.

    Service notices follow from the contract and need no consent; only an opt-out of everything holds them back.
    """
    out = OptOut.objects.filter(customer=OuterRef("pk"), lifted_at=None, channel__in=["", channel])
    if purpose == Purpose.SERVICE:
        out = out.filter(what=OptOutScope.ALL)
        return customers.annotate(why_not=_first([(Exists(out), OPTED_OUT)]))
    reasons: list[tuple[Exists | Q, str]] = [
        (Q(active=False), RESTING),
        (Exists(out), OPTED_OUT),
        (~Q(marketing_consent=True), NO_CONSENT),
        (Q(do_not_call=True), DO_NOT_CALL),
        (Q(birthday__gt=_born_after(timezone.localdate())), CHILD),
    ]
    if count:
        limits = settings_of(store, [LIMIT, DAYS])
        customers = customers.annotate(lately=_marketing_of_last(limits[DAYS]))
        reasons.append((Q(lately__gte=limits[LIMIT]), TOO_OFTEN))
    return customers.annotate(why_not=_first(reasons))


def _marketing_of_last(days: int) -> Coalesce:
    """How many marketing messages the customer got in these days, or is about to get."""
    since = timezone.now() - timedelta(days=days)
    sent = Message.objects.filter(
        customer=OuterRef("pk"), purpose=Purpose.MARKETING, state__in=COUNTED, created_at__gte=since
    )
    return Coalesce(Subquery(sent.order_by().values("customer").annotate(n=Count("pk")).values("n")), 0)


def _first(reasons: list[tuple[Exists | Q, str]]) -> Case:
    whens = [When(condition, then=Value(reason)) for condition, reason in reasons]
    return Case(*whens, default=Value(""), output_field=TextField())


def _born_after(day: date) -> date:
    """Who was born after this day is a child in the sense of PIPL 31; on 29 February the month ends a day earlier."""
    first = day.replace(year=day.year - ADULT_ENOUGH, day=1)
    return first + timedelta(days=day.day - 1)
