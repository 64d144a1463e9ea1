"""kill −9: whatever moment a process dies in, the books agree and nothing is delivered twice or lost (PF-15).

Small here; `make reliability` does the same and more for as long as it is told.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from fours.desk.checks import run_checks
from fours.kernel.actor import open_scope
from fours.kernel.models import Comment, Event, Occurrence, Store
from fours.service.models import RepairOrder

from .store import furnished

ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = int(os.environ.get("FOURS_KILLS", "3"))


def start(module: str, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """A Python module on this test's own database."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "fours.config.settings", **more},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.race
def test_a_process_killed_in_the_middle_of_its_work_leaves_the_books_right(committed: None) -> None:
    luck = random.Random(4)
    store = furnished()
    for number in range(KILLS):
        child = start("tests.reliability.hammer", store.code, str(number * 1000))
        assert child.stdout is not None
        for _ in range(luck.randint(3, 20)):
            assert child.stdout.readline() == "done\n"
        time.sleep(luck.random() * 0.1)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert child.returncode == -signal.SIGKILL
        assert run_checks() == []
    with transaction.atomic():
        open_scope([store.pk])
        assert Event.objects.count() > KILLS * 3
        for order in RepairOrder.objects.exclude(number=""):
            assert Event.objects.filter(aggregate_kind="service.repairorder", aggregate_id=order.pk).exists()


def delivered(store: Store) -> int:
    with transaction.atomic():
        open_scope([store.pk])
        return Comment.objects.exclude(text="整点").count()


def make_stalled() -> None:
    """As if half a minute had passed since the dead worker's last sign of life."""
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_workers set last_heartbeat = now() - interval '1 hour'")


@pytest.fixture
def store(committed: None) -> Store:
    store = furnished()
    child = start("tests.reliability.listener", store.code, "announce")
    assert child.wait() == 0
    assert ProcrastinateJob.objects.filter(task_name="fours.deliver_event", status="todo").count() == 1
    return store


def work(store: Store, kill: str = "") -> int:
    child = start("tests.reliability.listener", store.code, "work", KILL=kill)
    child.communicate()
    make_stalled()
    return child.returncode


@pytest.mark.race
@pytest.mark.parametrize(("moment", "then"), [("in the handler", 0), ("after the commit", 1)])
def test_a_delivery_whose_worker_is_killed_is_made_once(store: Store, moment: str, then: int) -> None:
    assert work(store, moment) == -signal.SIGKILL
    assert delivered(store) == then
    assert work(store) == 0
    assert delivered(store) == 1
    assert not ProcrastinateJob.objects.filter(task_name="fours.deliver_event").exists()


@pytest.mark.race
def test_work_that_kills_every_worker_is_shown_as_failed_after_three_rescues(store: Store) -> None:
    for _ in range(4):
        work(store, "in the handler")
    assert work(store) == 0
    job = ProcrastinateJob.objects.get(task_name="fours.deliver_event")
    assert (job.status, delivered(store)) == ("failed", 0)


@pytest.mark.race
def test_two_workers_make_and_do_what_is_due_once(committed: None) -> None:
    store = furnished()
    workers = [start("tests.reliability.listener", store.code, "schedules") for _ in range(2)]
    done = sum(int(worker.communicate()[0]) for worker in workers)
    assert [worker.returncode for worker in workers] == [0, 0]
    with transaction.atomic():
        open_scope([store.pk])
        rows = Occurrence.objects.filter(rule="test.every_hour")
        assert [(row.state, row.tries) for row in rows] == [("done", 1)]
        assert Comment.objects.filter(text="整点").count() == 1
        assert done == Occurrence.objects.filter(state="done").count()
