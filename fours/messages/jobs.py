"""What messages have done by the clock."""

from datetime import datetime, time

from django.utils import timezone

from fours.base.calendar import add_months
from fours.kernel.jobs import WORKS
from fours.kernel.models import Store
from fours.kernel.queueing import enqueue_once
from fours.kernel.schedules import daily, every
from fours.kernel.store_settings import setting

from .models import Message, MessageState
from .occasions import ship_templates
from .sending import due, send_waiting

SEND = "messages.send"
# In one night, so that a first run over years of messages holds its rows some seconds only.
CLEARED_AT_ONCE = 50_000


def send(store_id: int) -> None:
    """Hand over what is due (PF-12), outside of any transaction: a provider may take its time."""
    send_waiting(Store.objects.get(pk=store_id))


WORKS[SEND] = send


@every("messages.look_for_due", minutes=1)
def look_for_due(store: Store, due_at: datetime) -> None:
    """Let the sender begin when something is due."""
    if due(store, timezone.now()).exists():
        start(store)


def start(store: Store) -> None:
    """Queue a run of the sender; asked again while it waits, there is one, and a store's runs follow one another."""
    enqueue_once(SEND, lock=f"{SEND}:{store.pk}", store_id=store.pk)


@daily("messages.ship_templates", at="00:05")
def bring_templates(store: Store, due_at: datetime) -> None:
    """A new store, and one after an upgrade, gets the texts it does not have yet."""
    ship_templates(store)


@daily("messages.clear_old", at="04:10")
def clear_old(store: Store, due_at: datetime) -> None:
    """Receiver and words of messages go when the store has no more use for them (PIPL 19, 47); that one was sent stays."""
    months: int = setting(store, "messages.keep_months")
    if months <= 0:
        return
    day = add_months(timezone.localtime(due_at).date(), -months)
    old = Message.objects.filter(
        store=store, updated_at__lt=timezone.make_aware(datetime.combine(day, time())), cleared_at=None
    ).exclude(state=MessageState.WAITING)
    chosen = old.order_by("updated_at").values("pk")[:CLEARED_AT_ONCE]
    Message.objects.filter(store=store, pk__in=chosen).update(
        to="", subject="", text="", cleared_at=timezone.now()
    )
