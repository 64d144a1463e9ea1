"""A worker with one queued subscriber, which dies by its own hand at the moment KILL names.

`python -m tests.reliability.listener CODE announce|work|schedules` on the database of the environment.
"""

import asyncio
import os
import signal
import sys
import time
from datetime import datetime

import django

django.setup()

from django.db import transaction  # noqa: E402
from procrastinate.contrib.django.django_connector import DjangoConnector  # noqa: E402

from fours.kernel import jobs  # noqa: E402
from fours.kernel.actor import Actor, open_scope  # noqa: E402
from fours.kernel.events import announce, subscribe  # noqa: E402
from fours.kernel.models import Comment, Event, Store, User  # noqa: E402
from fours.kernel.schedules import every, run_due  # noqa: E402

KILL = os.environ.get("KILL", "")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@subscribe("test.made", inline=False)
def listen(event: Event) -> None:
    author = User.objects.order_by("pk")[0]
    Comment.objects.create(store=event.store, aggregate_kind="x", aggregate_id=1, text="听到", author=author)
    if KILL == "in the handler":
        die()
    if KILL == "after the commit":
        transaction.on_commit(die)


@every("test.every_hour", minutes=60)
def on_the_hour(store: Store, due_at: datetime) -> None:
    author = User.objects.order_by("pk")[0]
    Comment.objects.create(store=store, aggregate_kind="x", aggregate_id=1, text="整点", author=author)
    time.sleep(0.5)


def work() -> None:
    """Rescue what dead workers left, then do what is waiting."""
    app = jobs.build_app(DjangoConnector().get_worker_connector())

    async def rescue() -> None:
        async with app.open_async():
            await jobs.take_up_stalled(app.job_manager)

    asyncio.run(rescue())
    jobs.run_worker(wait=False)


if __name__ == "__main__":
    store = Store.objects.get(code=sys.argv[1])
    if sys.argv[2] == "work":
        work()
    elif sys.argv[2] == "schedules":
        print(run_due())
    else:
        with transaction.atomic():
            open_scope([store.pk])
            announce("test.made", store, actor=Actor.system(store), sentence="建立")
