"""Messages of people: write one, cancel it, try it again, post a letter (PF-12)."""

from django.utils import timezone

from fours.base.errors import Refused
from fours.base.text import clean
from fours.customers.models import Customer
from fours.customers.verbs.customer import check_goes_on
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.printing import freeze
from fours.kernel.verbs import keep, move, must_be, take, verb

from ..models import Channel, Message, MessageState, Purpose
from ..outbox import Draft, put
from ..papers import LETTER
from ..texts import COMMON, check_text
from ..transitions import MESSAGE_MOVES

TO_CUSTOMERS = (Channel.SMS, Channel.EMAIL, Channel.LETTER)
SUBJECT_LENGTH = 100


@verb("发消息", "messages.send")
def queue_message(
    customer: Customer,
    *,
    channel: str,
    text: str,
    purpose: str = Purpose.SERVICE,
    subject: str = "",
    to: str = "",
    actor: Actor,
) -> Message:
    """Put a message to a customer into the outbox; it leaves as soon as the quiet hours allow.

    Refused without consent for marketing, after an opt-out, when the customer was written to too often, or without a
    number or address.
    """
    check_goes_on(customer)
    if channel not in TO_CUSTOMERS:
        raise Refused("请选择通道。", field="channel")
    if purpose not in Purpose.values:
        raise Refused("请选择用途。", field="purpose")
    draft = Draft(
        channel=channel,
        purpose=purpose,
        text=check_text(text, COMMON),
        subject=check_subject(subject, channel),
        to=to.strip(),
    )
    message = put(customer.store, customer, draft, by=actor.user)
    announce(
        "messages.message_queued",
        message,
        actor=actor,
        sentence=f"写{message.get_channel_display()}，进入发件箱",
    )
    return message


def check_subject(subject: str, channel: str) -> str:
    """A mail has a subject; what else there is has none but may."""
    subject = clean(subject)
    if channel == Channel.EMAIL and not subject:
        raise Refused("邮件请填写标题。", field="subject")
    if len(subject) > SUBJECT_LENGTH:
        raise Refused(f"标题最多 {SUBJECT_LENGTH} 字，现在是 {len(subject)} 字。", field="subject")
    return subject


@verb("取消发送", "messages.send", states=["waiting", "failed"], confirm="不再发送这条消息？", plain=True)
def cancel_message(message: Message, *, actor: Actor, version: int | None = None) -> Message:
    """Take a message out of the outbox; refused while it is being handed over."""
    message = take(message, version=version)
    if message.state == MessageState.WAITING and message.is_being_sent(timezone.now()):
        raise Refused("这条消息正在发送，请稍后再看结果。")
    move(message, MessageState.CANCELLED, MESSAGE_MOVES)
    message.reason = f"{actor.name}取消"
    keep(message, "state", "reason")
    announce("messages.message_cancelled", message, actor=actor, sentence="取消发送")
    return message


@verb("重新发送", "messages.send", states=["failed"], plain=True)
def retry_message(message: Message, *, actor: Actor, version: int | None = None) -> Message:
    """Let a failed message be tried anew. It keeps its client id: what the provider has already, it does not send twice."""
    message = take(message, version=version)
    must_be(message, MessageState.FAILED, doing="重新发送")
    if message.cleared_at is not None:
        raise Refused("消息已满保存期限，内容已清除，不能再发。")
    move(message, MessageState.WAITING, MESSAGE_MOVES)
    message.tries, message.next_try, message.valid_until, message.reason = 0, timezone.now(), None, ""
    keep(message, "state", "tries", "next_try", "valid_until", "reason")
    announce("messages.message_retried", message, actor=actor, sentence="重新发送")
    return message


@verb("已寄出", "messages.send", states=["waiting"], plain=True)
def post_letter(message: Message, *, actor: Actor, version: int | None = None) -> Message:
    """A printed letter was put into the post, the one channel a person carries; what it said is kept as evidence."""
    message = take(message, version=version)
    must_be(message, MessageState.WAITING, doing="登记寄出")
    if message.channel != Channel.LETTER:
        raise Refused("只有信函由人寄出，其他消息由系统发送。")
    move(message, MessageState.SENT, MESSAGE_MOVES)
    message.sent_at = timezone.now()
    keep(message, "state", "sent_at")
    freeze(LETTER, message, actor=actor)
    announce("messages.message_sent", message, actor=actor, sentence="信函已寄出")
    return message
