"""Occasions on which the product writes by itself, declared by the apps above with the text they ship (PF-12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from django.utils import timezone

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.kernel.events import kind_of
from fours.kernel.models import Store, StoreScoped
from fours.kernel.store_settings import declare_setting, setting

from .addresses import is_mobile
from .defaults import GROUP
from .models import Channel, Message, MessageState, MessageTemplate, Purpose
from .outbox import Draft, put, withdraw
from .texts import COMMON, check_text

NO_FACTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Occasion:
    """What the product may write about: `name` is the template's code, `text` what holds until a store words it anew.

    `placeholders` are known besides those of every customer. After `hours` it is no news any more and is not sent.
    """

    name: str
    label: str
    text: str
    placeholders: tuple[str, ...] = ()
    channel: str = Channel.SMS
    purpose: str = Purpose.SERVICE
    subject: str = ""
    hours: int = 24

    @property
    def known(self) -> tuple[str, ...]:
        return (*COMMON, *self.placeholders)

    @property
    def switch(self) -> str:
        """The key of the setting that turns it on."""
        return f"messages.on.{self.name}"


OCCASIONS: dict[str, Occasion] = {}


def declare_occasion(occasion: Occasion) -> Occasion:
    """Register an occasion at start. It is off until a manager turns it on, so no store writes to anybody unasked."""
    if occasion.name in OCCASIONS:
        raise ValueError(f"two occasions are called {occasion.name}")
    check_text(occasion.text, occasion.known)
    declare_setting(
        occasion.switch,
        f"自动发送：{occasion.label}",
        False,
        kind="bool",
        group=GROUP,
        help="文字和通道在“消息模板”中修改。",
    )
    OCCASIONS[occasion.name] = occasion
    return occasion


def is_on(store: Store, occasion: Occasion) -> bool:
    """Whether the store writes on this occasion; asked first, so that nothing is looked up in vain."""
    return bool(setting(store, occasion.switch))


def notify(
    occasion: Occasion,
    source: StoreScoped,
    *,
    customer: Customer | None,
    to: str = "",
    facts: Mapping[str, str] = NO_FACTS,
    not_before: datetime | None = None,
    once: str = "",
    url: str = "",
) -> Message | None:
    """Put the occasion's message about a document into the outbox; nothing when the store has it turned off.

    A document causes it once for each `once`; asked again, the first one is given back. `to` is the phone the document
    names; when it is no mobile number, the customer's own. What may not be sent (opted out, no number) stands in the outbox as
    cancelled with the reason, so that people see that the customer knows nothing. Never refuses: the document's work
    goes on whatever becomes of the message.
    """
    store = source.store
    key = f"{occasion.name}:{source.pk}:{once}"
    known = Message.objects.filter(store=store, key=key).first()
    if known is not None:
        return known
    template = template_of(store, occasion)
    if not template.active or not is_on(store, occasion):
        return None
    begin = max(timezone.now(), not_before or timezone.now())
    draft = Draft(
        channel=template.channel,
        purpose=occasion.purpose,
        text=template.text,
        subject=template.subject,
        to=to if template.channel == Channel.SMS and is_mobile(to) else "",
        template=occasion.name,
        facts=facts,
        key=key,
        source_kind=kind_of(source),
        source_id=source.pk,
        source_title=str(source),
        source_url=url,
        not_before=begin,
        valid_until=begin + timedelta(hours=occasion.hours),
    )
    try:
        return put(store, customer, draft)
    except Refused as refusal:
        return put(store, customer, draft, cancelled=refusal.message)


def take_back(source: StoreScoped, occasion: Occasion, reason: str) -> int:
    """Withdraw what still waits of this occasion about a document that has changed; how many were."""
    waiting = Message.objects.filter(
        store=source.store,
        state=MessageState.WAITING,
        template=occasion.name,
        source_kind=kind_of(source),
        source_id=source.pk,
    )
    return withdraw(waiting, reason)


def template_of(store: Store, occasion: Occasion) -> MessageTemplate:
    """The store's text for an occasion, else the shipped one (not saved)."""
    own = MessageTemplate.objects.filter(store=store, code=occasion.name).first()
    return own or shipped(store, occasion)


def shipped(store: Store, occasion: Occasion) -> MessageTemplate:
    return MessageTemplate(
        store=store,
        code=occasion.name,
        name=occasion.label,
        channel=occasion.channel,
        purpose=occasion.purpose,
        subject=occasion.subject,
        text=occasion.text,
    )


def ship_templates(store: Store) -> int:
    """Write the shipped texts a store does not have yet, so that they can be read and changed; how many are new."""
    there = set(MessageTemplate.objects.filter(store=store).values_list("code", flat=True))
    missing = [shipped(store, occasion) for name, occasion in OCCASIONS.items() if name not in there]
    MessageTemplate.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)
