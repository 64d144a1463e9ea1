"""Two senders, a sender and a customer who opts out, two clerks: what is sent, is sent once (PF-12)."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from fours.base.errors import Refused
from fours.customers.models import Customer, Phone
from fours.kernel.actor import open_scope
from fours.kernel.models import Group, Setting, Store
from fours.messages.jobs import send, start
from fours.messages.models import Message, Provider
from fours.messages.outbox import Draft, put
from fours.messages.sending import send_waiting
from fours.org.models import StoreFacts

from .stand_in import ACCOUNT, SECRET, Gateway

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("committed")]
DRAFT = Draft(channel="sms", purpose="service", text="取车")
MARKETING = Draft(channel="sms", purpose="marketing", text="活动")


@pytest.fixture
def shop(committed: None, desk: Gateway) -> tuple[Store, Customer]:
    """A committed store with a customer and a way out; nothing is quiet, whatever the hour of the test."""
    with transaction.atomic():
        store = Store.objects.create(group=Group.objects.create(name="竞争集团"), code="R01", name="竞争店")
        open_scope([store.pk])
        StoreFacts.objects.create(
            store=store, legal_name="竞争店", address="-", phone="1", complaint_phone="2", credit_code="3"
        )
        for key in ("messages.quiet_from", "messages.quiet_until"):
            store_setting(store, key, "00:00")
        customer = Customer.objects.create(store=store, name="张建国", marketing_consent=True)
        Phone.objects.create(customer=customer, number="13812345678", primary=True)
        Provider.objects.create(
            store=store, channel="sms", kind="signed_sms", address=desk.sms, account=ACCOUNT, secret=SECRET,
            active=True,
        )  # fmt: skip
    return store, customer


def store_setting(store: Store, key: str, value: str) -> None:
    Setting.objects.create(store=store, key=key, value=value)


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each gives back, begun in the same instant on connections of their own."""
    gate = Barrier(len(works))

    def one(work: Callable[[], object]) -> object:
        try:
            gate.wait(timeout=10)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(one, work) for work in works]]


def in_store(store: Store, work: Callable[[], object]) -> object:
    with transaction.atomic():
        open_scope([store.pk])
        return work()


def queued(store: Store, customer: Customer, draft: Draft = DRAFT) -> object:
    try:
        return in_store(store, lambda: put(store, customer, draft))
    except Refused as refusal:
        return refusal.message


def states(store: Store) -> list[str]:
    return list(in_store(store, lambda: list(Message.objects.order_by("pk").values_list("state", flat=True))))  # type: ignore[call-overload]


def test_two_senders_share_the_outbox_and_send_nothing_twice(
    shop: tuple[Store, Customer], desk: Gateway
) -> None:
    store, customer = shop
    for _ in range(12):
        queued(store, customer)
    sent = at_once(*[lambda: send_waiting(store)] * 3)
    assert sum(sent) == 12  # type: ignore[arg-type]
    assert len(desk.handed_over) == 12
    assert len(desk.taken) == 12
    assert states(store) == ["sent"] * 12


def test_two_marketing_messages_at_once_count_each_other(shop: tuple[Store, Customer]) -> None:
    store, customer = shop
    queued(store, customer, MARKETING)
    answers = at_once(*[lambda: queued(store, customer, MARKETING)] * 4)
    assert sum(isinstance(answer, Message) for answer in answers) == 1
    assert len(states(store)) == 2


def test_starting_the_sender_twice_queues_one_run(shop: tuple[Store, Customer]) -> None:
    store, _ = shop
    with transaction.atomic():
        start(store)
        start(store)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name = 'messages.send'")
        assert cursor.fetchone() == (1,)


def test_the_worker_sends_what_waits(shop: tuple[Store, Customer], desk: Gateway) -> None:
    store, customer = shop
    queued(store, customer)
    with transaction.atomic():
        start(store)
    subprocess.run([sys.executable, "-c", WORK_OFF], check=True, timeout=60, env={**os.environ})
    assert states(store) == ["sent"]
    assert len(desk.taken) == 1


WORK_OFF = """
import django
django.setup()
from fours.kernel.jobs import run_worker
run_worker(wait=False)
"""
SEND_AND_DIE = """
import os, signal
import django
django.setup()
from fours.messages import sending
sending.mark_sent = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
from fours.kernel.models import Store
sending.send_waiting(Store.objects.get(code="R01"))
"""


def test_a_sender_killed_between_sending_and_marking_leaves_one_message_with_the_provider(
    shop: tuple[Store, Customer], desk: Gateway
) -> None:
    store, customer = shop
    queued(store, customer)
    died = subprocess.run([sys.executable, "-c", SEND_AND_DIE], check=False, timeout=60, env={**os.environ})
    assert died.returncode == -signal.SIGKILL
    assert (states(store), len(desk.taken)) == (["waiting"], 1)
    past = timezone.now() - timedelta(seconds=1)
    in_store(store, lambda: Message.objects.update(leased_until=past))
    send(store.pk)
    assert states(store) == ["sent"]
    assert (len(desk.handed_over), len(desk.taken)) == (2, 1)
