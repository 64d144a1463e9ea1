"""`/api/v1/messages` and `/message-templates`: the outbox and its texts (PF-12); opting out under `/customers`."""

from decimal import Decimal
from typing import Literal

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from fours.customers.models import Customer
from fours.desk.api_tools import (
    ApiRequest,
    Asked,
    HiddenText,
    Id,
    Listed,
    Moment,
    Page,
    Text,
    Versioned,
    created,
    held,
    listing,
    reader,
    referred,
    rows_of,
    writer,
)
from fours.messages.models import Message, MessageTemplate, OptOut
from fours.messages.verbs.message import cancel_message, post_letter, queue_message, retry_message
from fours.messages.verbs.opt_out import lift_opt_outs, opt_out

router = Router()
messages_router = Router()
templates_router = Router()
customers_router = Router()

ChannelWord = Literal["sms", "email", "robot", "letter"]
PurposeWord = Literal["service", "marketing"]
StateWord = Literal["waiting", "sent", "failed", "refused", "cancelled"]


class MessageOut(Schema):
    """A message. `to` is where it goes, `reason` why it did not go, `cost` in yuan; once `cleared_at`, what it said is gone."""

    id: int
    store: str
    version: int
    client_id: str
    channel: str
    purpose: str
    template: str
    customer_id: int | None
    broadcast_id: int | None
    to: HiddenText
    subject: str
    text: str
    source_kind: str
    source_id: int | None
    state: str
    tries: int
    next_try: Moment
    valid_until: Moment | None
    sent_at: Moment | None
    cleared_at: Moment | None
    provider_id: str
    cost: Decimal | None
    reason: str
    created_at: Moment

    @staticmethod
    def resolve_store(row: Message) -> str:
        return row.store.code

    @staticmethod
    def resolve_client_id(row: Message) -> str:
        return str(row.client_id)


class MessageIn(Asked):
    """A message to a customer; without `to` it goes to the number or address of the customer's file."""

    customer_id: Id
    channel: Literal["sms", "email", "letter"]
    purpose: PurposeWord = "service"
    text: Text
    subject: Text = ""
    to: Text = ""


class MessagePage(Page):
    state: StateWord | None = None
    channel: ChannelWord | None = None
    purpose: PurposeWord | None = None
    customer_id: Id | None = None
    source_kind: str = Field("", max_length=40)
    source_id: Id | None = None


class TemplateOut(Schema):
    id: int
    store: str
    version: int
    code: str
    name: str
    channel: str
    purpose: str
    subject: str
    text: str
    active: bool

    @staticmethod
    def resolve_store(row: MessageTemplate) -> str:
        return row.store.code


class TemplatePage(Page):
    code: str = Field("", max_length=60)
    channel: ChannelWord | None = None
    active: bool | None = None


class OptOutIn(Asked):
    """`channel` left empty: every channel."""

    what: Literal["marketing", "all"]
    channel: Literal["", "sms", "email", "letter"] = ""


class OptOutOut(Schema):
    id: int
    customer_id: int
    what: str
    channel: str
    at: Moment
    lifted_at: Moment | None


def _whole(rows: QuerySet[Message]) -> QuerySet[Message]:
    return rows.select_related("store")


@messages_router.get("", response=Listed[MessageOut], url_name="messages")
def messages(request: ApiRequest, page: Query[MessagePage]) -> object:
    """The outbox, newest first: what waits, what went, what did not and why."""
    rows = rows_of(Message, reader(request, page.store))
    for name in ("state", "channel", "purpose", "customer_id", "source_kind", "source_id"):
        if (value := getattr(page, name)) not in (None, ""):
            rows = rows.filter(**{name: value})
    return listing(rows, page, _whole)


@messages_router.post("", response={201: MessageOut}, url_name="messages")
def create(request: ApiRequest, response: HttpResponse, data: MessageIn, store: str = "") -> object:
    """Put a message to a customer into the outbox."""
    actor = writer(request, store)
    customer = referred(Customer, data.customer_id, actor, "customer_id")
    assert customer is not None
    row = queue_message(
        customer,
        channel=data.channel,
        purpose=data.purpose,
        text=data.text,
        subject=data.subject,
        to=data.to,
        actor=actor,
    )
    return created(request, response, reverse("api:message", args=[row.pk]), row)


@messages_router.get("/{int:pk}", response=MessageOut, url_name="message")
def message(request: ApiRequest, pk: int) -> Message:
    """One message."""
    return held(request, Message, pk, "store")[0]


@messages_router.post("/{int:pk}/cancel", response=MessageOut)
def cancel(request: ApiRequest, pk: int, data: Versioned) -> Message:
    """Do not send it."""
    row, actor = held(request, Message, pk, "store")
    return cancel_message(row, actor=actor, version=data.version)


@messages_router.post("/{int:pk}/retry", response=MessageOut)
def retry(request: ApiRequest, pk: int, data: Versioned) -> Message:
    """Try a failed one anew."""
    row, actor = held(request, Message, pk, "store")
    return retry_message(row, actor=actor, version=data.version)


@messages_router.post("/{int:pk}/post-letter", response=MessageOut)
def letter_posted(request: ApiRequest, pk: int, data: Versioned) -> Message:
    """The letter was put into the post."""
    row, actor = held(request, Message, pk, "store")
    return post_letter(row, actor=actor, version=data.version)


@templates_router.get("", response=Listed[TemplateOut], url_name="message_templates")
def templates(request: ApiRequest, page: Query[TemplatePage]) -> object:
    """The texts messages are made of."""
    rows = rows_of(MessageTemplate, reader(request, page.store))
    for name in ("code", "channel", "active"):
        if (value := getattr(page, name)) not in (None, ""):
            rows = rows.filter(**{name: value})
    return listing(rows, page, lambda shown: shown.select_related("store"))


@templates_router.get("/{int:pk}", response=TemplateOut, url_name="message_template")
def template(request: ApiRequest, pk: int) -> MessageTemplate:
    """One text."""
    return held(request, MessageTemplate, pk, "store")[0]


@customers_router.post("/{int:pk}/opt-out", response=OptOutOut)
def opted_out(request: ApiRequest, pk: int, data: OptOutIn) -> OptOut:
    """The customer wants no more messages, from this moment."""
    row, actor = held(request, Customer, pk)
    return opt_out(row, what=data.what, channel=data.channel, actor=actor)


@customers_router.post("/{int:pk}/lift-opt-outs", response=list[OptOutOut])
def lifted(request: ApiRequest, pk: int, data: Versioned) -> list[OptOut]:
    """The customer wants messages again; answers every opt-out there was."""
    row, actor = held(request, Customer, pk)
    lift_opt_outs(row, actor=actor, version=data.version)
    return list(OptOut.objects.visible_to(actor).filter(customer=row).order_by("-pk"))


router.add_router("/messages", messages_router, tags=["messages"])
router.add_router("/message-templates", templates_router, tags=["messages"])
router.add_router("/customers", customers_router, tags=["messages"])
