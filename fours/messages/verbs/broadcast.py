"""One text to many customers: activity news, festival greetings (PF-12)."""

from collections.abc import Mapping
from typing import Any

from fours.base.errors import Gone, Refused
from fours.base.text import clean
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.kernel.verbs import verb

from ..audience import customers_of, preview, receivers
from ..models import Broadcast, Message, Purpose
from ..outbox import Draft, House, message_of, withdraw
from ..texts import COMMON, check_length, check_text
from .message import TO_CUSTOMERS, check_subject

BATCH = 500
MOST = 20_000


@verb("群发", "messages.broadcast")
def broadcast_message(
    store: Store,
    *,
    name: str,
    channel: str,
    purpose: str,
    text: str,
    subject: str = "",
    audience: Mapping[str, Any],
    expected: int,
    actor: Actor,
) -> Broadcast:
    """Queue the text for every customer the filters mean and who may be written to.

    `expected` is the number the person has seen; when it is another by now, nothing is queued and Gone says so.
    """
    if channel not in TO_CUSTOMERS:
        raise Refused("请选择通道。", field="channel")
    if purpose not in Purpose.values:
        raise Refused("请选择用途。", field="purpose")
    if not (name := clean(name)[:60]):
        raise Refused("请填写名称。", field="name")
    draft = Draft(
        channel=channel,
        purpose=purpose,
        text=check_text(text, COMMON),
        subject=check_subject(subject, channel),
    )
    # Two broadcasts at once count each other against the customers' limits.
    list(customers_of(store, audience).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    found = preview(store, audience, channel, purpose)
    check_size(found.reached, expected)
    sent = Broadcast.objects.create(
        store=store, name=name, channel=channel, purpose=purpose, subject=draft.subject, text=draft.text,
        audience=plain(audience), queued=found.reached, left_out=dict(found.left_out), created_by=actor.user,
    )  # fmt: skip
    _queue(sent, draft, audience, actor)
    announce(
        "messages.broadcast_queued",
        sent,
        actor=actor,
        sentence=f"群发 {found.reached} 条，未发 {sum(found.left_out.values())} 位",
        data={"queued": found.reached},
    )
    return sent


def check_size(reached: int, expected: int) -> None:
    if not reached:
        raise Refused("没有可以发送的客户，请放宽条件。")
    if reached > MOST:
        raise Refused(f"共 {reached} 位，一次最多群发 {MOST} 位，请按条件分批。")
    if reached != expected:
        raise Gone(f"可发送的客户已由 {expected} 位变为 {reached} 位，请核对后再发。")


def plain(audience: Mapping[str, Any]) -> dict[str, str]:
    """The filters as they are kept."""
    return {name: str(value) for name, value in audience.items() if value not in (None, "")}


def _queue(sent: Broadcast, draft: Draft, audience: Mapping[str, Any], actor: Actor) -> None:
    house = House.of(sent.store)
    rows: list[Message] = []
    for customer, address in receivers(sent.store, audience, sent.channel, sent.purpose):
        rows.append(_row(sent, house, draft, customer, address, actor))
        if len(rows) == BATCH:
            Message.objects.bulk_create(rows)
            rows = []
    Message.objects.bulk_create(rows)


def _row(
    sent: Broadcast, house: House, draft: Draft, customer: Customer, address: str, actor: Actor
) -> Message:
    text = house.written(draft, customer.name)
    check_length(text, draft.channel)
    row = message_of(house, draft, customer, to=address, text=text, by=actor.user)
    row.broadcast = sent
    return row


@verb("撤回待发", "messages.broadcast", confirm="取消这次群发中还没有发出的消息？", plain=True)
def recall_broadcast(broadcast: Broadcast, *, actor: Actor) -> Broadcast:
    """Cancel what of a broadcast still waits; what has left, has left."""
    waiting = Message.objects.filter(broadcast=broadcast)
    recalled = withdraw(waiting, f"{actor.name}撤回群发")
    if not recalled:
        raise Refused("这次群发已经没有待发的消息。")
    announce("messages.broadcast_recalled", broadcast, actor=actor, sentence=f"撤回待发 {recalled} 条")
    return broadcast
