"""The worker: delivers events to queued subscribers and does scheduled work (procrastinate, its queue in PostgreSQL)."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import DjangoApp
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.job_context import JobContext
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.retry import RetryStrategy

from fours.base.errors import NotThere

from .actor import Actor, open_scope
from .attachments import sweep
from .database import keeping_files
from .deadlines import DEADLINES, escalate, recount
from .events import DELIVER, SUBSCRIBERS, Subscriber
from .models import Event, IdempotencyKey, Occurrence, Store
from .schedules import daily, every, run_due
from .tasks import free_tasks_of_leavers
from .verbs import verb

log = logging.getLogger(__name__)
# What the apps let the worker do besides, by its name in the queue; it opens transactions of its own.
WORKS: dict[str, Callable[..., None]] = {}
LOOK = "fours.look_for_due_work"
RESCUE = "fours.rescue_stalled"
# Waits of 5, 25, 125 and 625 seconds: a restart of something outside is waited for, a fault shows within a quarter of an hour.
RETRY = RetryStrategy(max_attempts=4, exponential_wait=5)
STOP_SECONDS = 8
KEPT_DAYS = 30
MOST_RESCUES = 3
DONE = """update procrastinate_jobs set args = args || '{"done": true}' where id = %s"""


def deliver_event(
    context: JobContext, event_id: int, store_id: int, subscriber: str, done: bool = False
) -> None:
    """Hand an event to one subscriber, in one transaction that sees the event's store only.

    `done` is written on the job in that transaction: a worker killed before it could report the end does not deliver
    a second time.
    """
    if done:
        return
    with transaction.atomic():
        open_scope([store_id])
        event = Event.objects.select_related("store", "actor").get(pk=event_id)
        _subscriber(event.kind, subscriber).handler(event)
        with connection.cursor() as cursor:
            cursor.execute(DONE, [context.job.id])


def _subscriber(kind: str, name: str) -> Subscriber:
    found = next((s for s in SUBSCRIBERS.get(kind, ()) if s.name == name), None)
    if found is None:
        raise LookupError(f"nobody called {name} listens to {kind} any more")
    return found


def look_for_due_work(timestamp: int = 0) -> None:
    """Once a minute; procrastinate passes the minute it is for."""
    run_due()


def build_app(connector: Any) -> Any:
    """A queue application with the kernel's jobs, for a worker on this connection.

    An application of its own: what the jobs queue themselves still goes through Django's connection, in their transaction.
    """
    app = DjangoApp(connector=connector)

    async def rescue_stalled(timestamp: int = 0) -> None:
        await take_up_stalled(app.job_manager)

    app.task(name=DELIVER, retry=RETRY, pass_context=True)(deliver_event)
    for name, work in WORKS.items():
        app.task(name=name)(work)
    look = app.task(name=LOOK, lock=LOOK, queueing_lock=LOOK)(look_for_due_work)
    rescue = app.task(name=RESCUE, queueing_lock=RESCUE)(rescue_stalled)
    app.periodic(cron="* * * * *")(look)
    app.periodic(cron="*/2 * * * *")(rescue)
    return app


async def take_up_stalled(manager: Any) -> None:
    """Jobs of a worker that died begin again, at most three times; then they are shown as failed.

    What comes every minute is dropped: the next one waits already, behind this one's lock, and there may be no two.
    """
    for job in await manager.get_stalled_jobs():
        if job.task_name in (LOOK, RESCUE):
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)
        elif job.attempts >= MOST_RESCUES:
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)
        else:
            await manager.retry_job(job)


def run_worker(*, wait: bool = True) -> None:
    """Do queued and scheduled work until SIGTERM or SIGINT; with `wait=False` only what is waiting now."""
    app = build_app(DjangoConnector().get_worker_connector())
    # What fell due while nothing ran is made up at once, not at the next full minute.
    run_due()
    app.run_worker(
        name="fours",
        concurrency=2,
        wait=wait,
        listen_notify=wait,
        install_signal_handlers=wait,
        delete_jobs="successful",
        shutdown_graceful_timeout=STOP_SECONDS,
    )


def failed_deliveries(store: Store) -> list[dict[str, Any]]:
    """What could not be delivered in a store after all tries, newest first: id, event, subscriber, attempts."""
    jobs = ProcrastinateJob.objects.filter(
        status="failed", task_name=DELIVER, args__store_id=store.pk
    ).order_by("-id")[:100]
    rows = list(jobs.values("id", "attempts", "args"))
    events = Event.objects.filter(store=store, pk__in=[row["args"]["event_id"] for row in rows])
    known = {event.pk: event for event in events}
    return [
        {
            "id": row["id"],
            "attempts": row["attempts"],
            "subscriber": row["args"]["subscriber"],
            "event": known.get(row["args"]["event_id"]),
        }
        for row in rows
    ]


@verb("重新投递", "org.change_settings")
def retry_delivery(store: Store, *, job_id: int, actor: Actor) -> None:
    """Queue a failed delivery again."""
    failed = ProcrastinateJob.objects.filter(
        pk=job_id, status="failed", task_name=DELIVER, args__store_id=store.pk
    )
    if not failed.exists():
        raise NotThere()
    JobManager(DjangoConnector()).retry_job_by_id(job_id, timezone.now())


@every("kernel.escalate", minutes=10)
def escalate_late_tasks(store: Store, due_at: datetime) -> None:
    """Overdue tasks are shown to the superior (PF-07)."""
    escalate(store)


@daily("kernel.recount_deadlines", at="00:30")
def recount_deadlines(store: Store, due_at: datetime) -> None:
    """Working days counted before a year's holidays were entered are counted again."""
    for deadline in DEADLINES.values():
        if deadline.unit == "working_days":
            recount(store, deadline.name)


@daily("kernel.free_tasks", at="00:40")
def free_tasks(store: Store, due_at: datetime) -> None:
    """Work of somebody who left is seen by the colleagues the next morning."""
    free_tasks_of_leavers(store)


@daily("kernel.tidy", at="03:20")
def tidy(store: Store, due_at: datetime) -> None:
    """Drop what nobody asks for any more: answers to repeated requests, occurrences long done, files without a row."""
    IdempotencyKey.objects.filter(at__lt=due_at - timedelta(days=3)).delete()
    old = Occurrence.objects.filter(store=store, state=Occurrence.State.DONE)
    old.filter(due_at__lt=due_at - timedelta(days=KEPT_DAYS)).delete()
    paths = {
        path
        for model in keeping_files()
        for path in model._default_manager.filter(store=store).values_list("path", flat=True)
    }
    sweep(store, paths, due_at - timedelta(days=1))
