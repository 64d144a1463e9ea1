"""Handing over what waits: leased, sent outside of any transaction, marked (PF-12).

A message is sent at least once: who dies between sending and marking lets the lease run out, and the next sender hands it
over again under the same client id, by which the provider knows it.
"""

import logging
import time
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from fours.kernel.actor import Actor, open_scope
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.kernel.verbs import keep, move

from .channels import Carrier, NotSent, Outgoing, Receipt, ReceiverRefuses, Rejected, Unreachable, carrier_of
from .consent import why_not
from .models import Channel, Message, MessageState, Provider
from .quiet import allowed_at
from .texts import parts_of
from .transitions import MESSAGE_MOVES

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
TRIES = 5
WAITS = (1, 5, 15, 60)  # minutes after the first, second, … try that was answered
UNREACHABLE_WAIT = timedelta(minutes=5)
RUN_SECONDS = 50.0
OUTDATED_AT_ONCE = 500
OUTDATED, BROKEN_OFF = "已过时，不再发送", "多次发送中断，请查看服务商记录后再重发"


def due(store: Store, now: datetime) -> QuerySet[Message]:
    """What may be handed over now and nobody is handing over, the longest waiting first."""
    waiting = Message.objects.filter(store=store, state=MessageState.WAITING, next_try__lte=now)
    return waiting.filter(Q(leased_until=None) | Q(leased_until__lte=now)).order_by("next_try", "pk")


def outdate(store: Store, now: datetime) -> int:
    """Cancel what is no news any more, also where no provider is set, some at a time; how many were."""
    with transaction.atomic():
        open_scope([store.pk])
        late = due(store, now).filter(valid_until__lte=now).select_for_update(skip_locked=True)
        for message in (rows := list(late[:OUTDATED_AT_ONCE])):
            _end(message, MessageState.CANCELLED, OUTDATED)
    return len(rows)


def send_waiting(store: Store) -> int:
    """Send what is due in a store, as far as it gets in a minute; how many were sent.

    A channel whose provider can't be reached is left alone for the rest of the run.
    """
    outdate(store, timezone.now())
    open_channels = providers(store)
    stop, sent = time.monotonic() + RUN_SECONDS, 0
    while open_channels and time.monotonic() < stop:
        message = lease_next(store, list(open_channels))
        if message is None:
            break
        provider = open_channels[message.channel]
        try:
            receipt = hand_over(carrier_of(provider), message)
        except NotSent as problem:
            mark_not_sent(store, message, problem)
            if isinstance(problem, Unreachable):
                del open_channels[message.channel]
        else:
            mark_sent(store, message, receipt, provider.price)
            sent += 1
    return sent


def providers(store: Store) -> dict[str, Provider]:
    """Who carries which channel; a channel without an active provider keeps its messages (a fresh store: all of them)."""
    with transaction.atomic():
        open_scope([store.pk])
        return {row.channel: row for row in Provider.objects.filter(store=store, active=True)}


def lease_next(store: Store, channels: list[str]) -> Message | None:
    """The next message, ours alone for the time of the lease; what may no longer be sent is put aside on the way."""
    with transaction.atomic():
        open_scope([store.pk])
        now = timezone.now()
        loud = [channel for channel in channels if not _put_off(store, channel, now)]
        rows = due(store, now).filter(channel__in=loud).select_related("customer")
        while message := rows.select_for_update(skip_locked=True, of=("self",)).first():
            if _may_go(message, now):
                return message
    return None


def _put_off(store: Store, channel: str, now: datetime) -> bool:
    """In quiet hours all that is due of a channel waits for their end, in one statement however much it is."""
    allowed = allowed_at(store, channel, now)
    if allowed > now:
        due(store, now).filter(channel=channel).order_by().update(next_try=allowed)
    return allowed > now


def _may_go(message: Message, now: datetime) -> bool:
    """Lease the message, or end one that is not to go. What the customer says holds to the last moment."""
    customer = message.customer
    if message.tries >= TRIES:
        _end(message, MessageState.FAILED, BROKEN_OFF)
    elif customer and (
        reason := why_not(message.store, customer, message.channel, message.purpose, count=False)
    ):
        _end(message, MessageState.CANCELLED, reason)
    else:
        message.tries += 1
        message.leased_until = now + LEASE
        keep(message, "tries", "leased_until")
        return True
    return False


def hand_over(carrier: Carrier, message: Message) -> Receipt:
    """Give the message to the carrier; any fault of ours on the way counts as one try."""
    going = Outgoing(str(message.client_id), message.to, message.subject, message.text)
    try:
        return carrier.send(going)
    except NotSent:
        raise
    except Exception as error:
        # Without the error's own text: it may repeat the number or the words.
        log.error("message %s: %s", message.pk, type(error).__name__)
        raise NotSent(f"发送出错（{type(error).__name__}）。") from error


def mark_sent(store: Store, message: Message, receipt: Receipt, price: Decimal) -> None:
    """Note that the provider has it, with its number and what it costs."""
    with transaction.atomic():
        open_scope([store.pk])
        row = _still_waiting(message)
        if row is None:
            return
        parts = parts_of(row.text) if row.channel == Channel.SMS else 1
        row.sent_at, row.provider_id, row.cost = timezone.now(), receipt.provider_id, price * parts
        keep(row, "sent_at", "provider_id", "cost")
        _end(row, MessageState.SENT, "")


def mark_not_sent(store: Store, message: Message, problem: NotSent) -> None:
    """Note why it did not go, and when it is tried again or that it is not."""
    with transaction.atomic():
        open_scope([store.pk])
        row = _still_waiting(message)
        if row is None:
            return
        if isinstance(problem, ReceiverRefuses):
            _end(row, MessageState.REFUSED, str(problem))
        elif isinstance(problem, Rejected) or (row.tries >= TRIES and not isinstance(problem, Unreachable)):
            _end(row, MessageState.FAILED, str(problem))
        else:
            _try_later(row, problem)


def _still_waiting(message: Message) -> Message | None:
    """The row as it is now; none when another sender, after our lease ran out, has already marked it."""
    rows = Message.objects.select_for_update().filter(pk=message.pk, state=MessageState.WAITING)
    return rows.first()


def _try_later(row: Message, problem: NotSent) -> None:
    now = timezone.now()
    if isinstance(problem, Unreachable):
        row.tries -= 1
        row.next_try = now + UNREACHABLE_WAIT
    else:
        row.next_try = now + timedelta(minutes=WAITS[min(row.tries, len(WAITS)) - 1])
    row.leased_until, row.reason = None, str(problem)[:300]
    keep(row, "tries", "next_try", "leased_until", "reason")


_ENDS = {
    MessageState.SENT: ("messages.message_sent", "已发出"),
    MessageState.FAILED: ("messages.message_failed", "发送失败"),
    MessageState.REFUSED: ("messages.message_refused", "对方拒收"),
    MessageState.CANCELLED: ("messages.message_cancelled", "取消发送"),
}


def _end(row: Message, state: MessageState, reason: str) -> None:
    move(row, state, MESSAGE_MOVES)
    row.reason, row.leased_until = reason[:300], None
    keep(row, "state", "reason", "leased_until")
    kind, said = _ENDS[state]
    sentence = f"{said}：{reason}" if reason else said
    announce(kind, row, actor=Actor.system(row.store), sentence=sentence, data={"tries": row.tries})
