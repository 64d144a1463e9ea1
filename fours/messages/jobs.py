"""What messages have done by the clock."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from fours.kernel.jobs import WORKS
from fours.kernel.models import Store
from fours.kernel.schedules import daily, every

from .occasions import ship_templates
from .sending import due, send_waiting

SEND = "messages.send"


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
    lock = f"{SEND}:{store.pk}"
    queue = configure_task(
        name=SEND, job_manager=JobManager(DjangoConnector()), lock=lock, queueing_lock=lock
    )
    try:
        with transaction.atomic():
            queue.defer(store_id=store.pk)
    except AlreadyEnqueued:
        return


@daily("messages.ship_templates", at="00:05")
def bring_templates(store: Store, due_at: datetime) -> None:
    """A new store, and one after an upgrade, gets the texts it does not have yet."""
    ship_templates(store)
