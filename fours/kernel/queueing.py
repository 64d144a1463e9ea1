"""Queueing work for the worker in the caller's transaction: a job is there exactly when what it is about is (decision 8)."""

from django.db import transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task


def enqueue(work: str, *, lock: str | None = None, **arguments: int | str) -> None:
    """Queue a run of the worker's task of this name; runs with the same `lock` follow one another."""
    # The queue's own application would use a connection of its own inside the worker.
    queue = configure_task(name=work, job_manager=JobManager(DjangoConnector()), lock=lock)
    queue.defer(**arguments)


def enqueue_once(work: str, *, lock: str, **arguments: int | str) -> None:
    """Queue a run unless one with the same `lock` waits already."""
    queue = configure_task(
        name=work, job_manager=JobManager(DjangoConnector()), lock=lock, queueing_lock=lock
    )
    try:
        with transaction.atomic():
            queue.defer(**arguments)
    except AlreadyEnqueued:
        return
