"""What the outbox does when a customer's file changes: a refusal counts at once (消保法实施条例 24)."""

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
