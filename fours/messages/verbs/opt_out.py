"""A customer wants no more messages, or wants them again (消保法实施条例 24: at once)."""

from django.db.models import Q
from django.utils import timezone

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.customers.verbs.customer import check_goes_on
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.verbs import take, verb

from ..models import Channel, Message, MessageState, OptOut
from ..models.opt_out import OptOutScope
from ..outbox import withdraw


@verb("登记退订", "customers.change")
def opt_out(customer: Customer, *, what: str, channel: str = "", actor: Actor) -> OptOut:
    """No more messages of this channel (none: of any) from this moment; what still waits is cancelled with it."""
    customer = take(customer)
    check_goes_on(customer)
    if what not in OptOutScope.values:
        raise Refused("请选择退订内容。", field="what")
    if channel and channel not in Channel.values:
        raise Refused("请选择通道。", field="channel")
    known = OptOut.objects.filter(customer=customer, what=what, channel=channel, lifted_at=None).first()
    if known is not None:
        return known
    row = OptOut.objects.create(
        store=customer.store, customer=customer, what=what, channel=channel, by=actor.user
    )
    waiting = Message.objects.filter(customer=customer, state=MessageState.WAITING)
    fits = (Q(channel=channel) if channel else Q()) & (Q(purpose=what) if what != OptOutScope.ALL else Q())
    withdrawn = withdraw(waiting.filter(fits), "客户已退订")
    said = f"客户退订{row}" + (f"，取消待发 {withdrawn} 条" if withdrawn else "")
    announce(
        "messages.opted_out", customer, actor=actor, sentence=said, data={"what": what, "channel": channel}
    )
    return row


@verb("恢复接收", "customers.change", confirm="客户同意重新接收本店消息？", plain=True)
def lift_opt_outs(customer: Customer, *, actor: Actor, version: int | None = None) -> Customer:
    """The customer wants messages again: every opt-out ends. Marketing still needs the recorded consent."""
    customer = take(customer, version=version)
    check_goes_on(customer)
    rows = OptOut.objects.filter(customer=customer, lifted_at=None)
    if not rows.update(lifted_at=timezone.now(), lifted_by=actor.user):
        raise Refused("客户没有退订任何消息。")
    announce("messages.opt_outs_lifted", customer, actor=actor, sentence="客户恢复接收消息")
    return customer
