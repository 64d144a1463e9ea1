"""Putting messages into the outbox and taking them out again. Nothing here talks to anybody outside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.kernel.models import Store, User
from fours.kernel.store_settings import settings_of
from fours.org.models import StoreFacts

from .addresses import address_of, check_address
from .consent import why_not
from .models import Message, MessageState, Purpose
from .quiet import DISTURBING, FROM, UNTIL, after_quiet
from .texts import check_length, dressed, fill

SIGN, HINT = "messages.sign", "messages.opt_out_hint"


@dataclass(frozen=True)
class Draft:
    """A message as it is asked for: the text still has its placeholders, `to` may be left to the customer's file."""

    channel: str
    purpose: str
    text: str
    subject: str = ""
    to: str = ""
    template: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    source_kind: str = ""
    source_id: int | None = None
    source_title: str = ""
    source_url: str = ""
    not_before: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True)
class House:
    """What a store's messages share, read once."""

    store: Store
    phone: str
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, store: Store) -> "House":
        phone = StoreFacts.objects.filter(store=store).values_list("phone", flat=True).first() or ""
        return cls(store, phone, settings_of(store, [SIGN, HINT, FROM, UNTIL]))

    def written(self, draft: Draft, name: str) -> str:
        """The text as it leaves, for a customer of this name."""
        facts = {"客户": name, "门店": self.store.name, "电话": self.phone, **draft.facts}
        return dressed(
            fill(draft.text, facts),
            channel=draft.channel,
            purpose=draft.purpose,
            sign=str(self.settings[SIGN] or self.store.name),
            opt_out_hint=str(self.settings[HINT]),
        )

    def allowed_at(self, channel: str, moment: datetime) -> datetime:
        if channel not in DISTURBING:
            return moment
        return after_quiet(moment, self.settings[FROM], self.settings[UNTIL])


def put(
    store: Store, customer: Customer | None, draft: Draft, *, cancelled: str = "", by: User | None = None
) -> Message:
    """The message in the outbox, to be sent when the quiet hours allow; refused when it may not be or has nowhere to go.

    With `cancelled` it is only put down as not sent, with the reason.
    """
    house = House.of(store)
    to = draft.to or (address_of(customer, draft.channel) if customer else "")
    if not cancelled:
        to = check_address(draft.channel, to)
    if customer is not None and not cancelled:
        if draft.purpose == Purpose.MARKETING:
            # Two messages at once count each other against the customer's limit.
            Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        if reason := why_not(store, customer, draft.channel, draft.purpose):
            raise Refused(f"{reason}，不能发送。", field="purpose")
    text = house.written(draft, customer.name if customer else "客户")
    if not cancelled:
        check_length(text, draft.channel)
    message = message_of(house, draft, customer, to=to, text=text, by=by)
    if cancelled:
        message.state, message.reason = MessageState.CANCELLED, cancelled[:300]
    message.save()
    return message


def message_of(
    house: House, draft: Draft, customer: Customer | None, *, to: str, text: str, by: User | None
) -> Message:
    """The unsaved row of a message that was checked."""
    return Message(
        store=house.store,
        customer=customer,
        channel=draft.channel,
        purpose=draft.purpose,
        template=draft.template,
        to=to,
        subject=draft.subject,
        text=text,
        key=draft.key,
        source_kind=draft.source_kind,
        source_id=draft.source_id,
        source_title=draft.source_title[:80],
        source_url=draft.source_url,
        next_try=house.allowed_at(draft.channel, draft.not_before or timezone.now()),
        valid_until=draft.valid_until,
        created_by=by,
    )


def withdraw(waiting: QuerySet[Message], reason: str) -> int:
    """Cancel those of the waiting messages that nobody is sending at this moment; how many were."""
    now = timezone.now()
    free = waiting.filter(Q(leased_until=None) | Q(leased_until__lte=now), state=MessageState.WAITING)
    return free.update(
        state=MessageState.CANCELLED, reason=reason[:300], updated_at=now, version=F("version") + 1
    )
