"""What the outbox does when a customer's file changes: a refusal counts at once (消保法实施条例 24)."""

from django.db.models import F
from django.utils import timezone

from fours.customers.models import Customer
from fours.kernel.events import subscribe
from fours.kernel.models import Event

from .consent import why_not
from .models import Message, MessageState
from .outbox import withdraw


@subscribe("customers.consent_recorded", inline=True)
@subscribe("customers.calls_stopped", inline=True)
@subscribe("customers.customer_merged", inline=True)
def withdraw_what_is_no_longer_wanted(event: Event) -> None:
    """Whatever waits for this customer and would be refused now is cancelled."""
    waiting = Message.objects.filter(
        store=event.store, customer_id=event.aggregate_id, state=MessageState.WAITING
    )
    for channel, purpose in set(waiting.values_list("channel", "purpose")):
        customer = Customer.objects.get(store=event.store, pk=event.aggregate_id)
        if reason := why_not(event.store, customer, channel, purpose, count=False):
            withdraw(waiting.filter(channel=channel, purpose=purpose), reason)


@subscribe("customers.customer_erased", inline=True)
def write_no_more(event: Event) -> None:
    """Who was erased has no number any more: nothing waits, nothing is tried again, nor by who is sending just now."""
    open_ones = Message.objects.filter(
        store=event.store,
        customer_id=event.aggregate_id,
        state__in=(MessageState.WAITING, MessageState.FAILED),
    )
    open_ones.update(
        state=MessageState.CANCELLED,
        reason="客户个人信息已删除",
        updated_at=timezone.now(),
        version=F("version") + 1,
    )
