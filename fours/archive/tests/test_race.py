"""Two clerks, two workers, one that is killed: each paper is bound once (PF-09)."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from fours.archive.jobs import bind_on
from fours.archive.models import Binding, Volume
from fours.archive.proof import faults_of
from fours.archive.verbs import binding as verbs
from fours.archive.verbs.binding import bind_month
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Group, Store
from fours.org.models import StoreFacts

from .conftest import OCTOBER, keep_paper

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("committed")]


@pytest.fixture
def shop(committed: None, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A committed store with six papers of October, two to a volume."""
    monkeypatch.setattr(verbs, "PAPERS_IN_VOLUME", 2)
    with transaction.atomic():
        store = Store.objects.create(group=Group.objects.create(name="竞争集团"), code="R01", name="竞争店")
        open_scope([store.pk])
        StoreFacts.objects.create(
            store=store, legal_name="竞争店", address="-", phone="1", complaint_phone="2", credit_code="3"
        )
        for number in range(1, 7):
            keep_paper(
                store, f"RO-R01-261005-{number:04d}", "service.repair_order", 1, OCTOBER, 100 + number, number
            )
    return store


def at_once(work: Callable[[], object], hands: int = 2) -> list[object]:
    gate = Barrier(hands)

    def one() -> object:
        try:
            gate.wait(timeout=10)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(hands) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(hands)]]


def begin(store: Store) -> int:
    with transaction.atomic():
        open_scope([store.pk])
        return bind_month(store, month=OCTOBER, actor=Actor.system(store)).pk


def whole(store: Store) -> tuple[str, list[int], list[str]]:
    """State, papers of each volume, and what does not agree."""
    with transaction.atomic():
        open_scope([store.pk])
        binding = Binding.objects.get()
        volumes = Volume.objects.order_by("number").values_list("papers", flat=True)
        return binding.state, list(volumes), list(faults_of(binding))


def test_two_clerks_at_once_begin_one_binding(shop: Store) -> None:
    first, second = at_once(lambda: begin(shop))
    assert first == second
    bind_on(int(str(first)), shop.pk)
    assert whole(shop) == ("done", [2, 2, 2], [])


def test_two_workers_at_once_make_each_volume_once(shop: Store) -> None:
    pk = begin(shop)
    at_once(lambda: bind_on(pk, shop.pk))
    assert whole(shop) == ("done", [2, 2, 2], [])


BIND_AND_DIE = """
import os, signal, sys
import django
django.setup()
from fours.archive import jobs
store, made = jobs.store_bytes, []
def store_and_die(*args):
    path = store(*args)
    made.append(path)
    if len(made) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return path
jobs.store_bytes = store_and_die
jobs.bind_on(int(sys.argv[1]), int(sys.argv[2]))
"""


def test_a_worker_killed_between_file_and_row_leaves_the_rest_to_the_next(shop: Store) -> None:
    pk = begin(shop)
    command = [sys.executable, "-c", BIND_AND_DIE, str(pk), str(shop.pk)]
    died = subprocess.run(command, check=False, timeout=60, env={**os.environ})
    assert died.returncode == -signal.SIGKILL
    with transaction.atomic():
        open_scope([shop.pk])
        assert (Binding.objects.get().state, Volume.objects.count()) == ("running", 1)
    bind_on(pk, shop.pk)
    assert whole(shop) == ("done", [2, 2, 2], [])
