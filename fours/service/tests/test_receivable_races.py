"""Two people at one opening receivable in the same moment (PF-15)."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from fours.base.errors import Refused
from fours.customers.verbs.customer import create_customer
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Store
from fours.service.models import OpeningReceivable
from fours.service.verbs.receivable import collect_receivable, open_receivable

from .owing import bill, cash
from .settling import holder, real_store


def committed_debt() -> tuple[Store, OpeningReceivable, list[Actor]]:
    with transaction.atomic():
        store = real_store("S09")
        boss = holder("service_manager", store)
        customer = create_customer(store, name="周明", actor=boss)
        row = open_receivable(store, customer=customer, bill=bill(billed="300", paid="0"), actor=boss)
        return store, row, [holder("cashier", store, name) for name in ("cashier-a", "cashier-b")]


def at_once(store: Store, calls: list[Callable[[], object]]) -> list[str]:
    """What each of the calls answers when all begin in the same moment."""
    together, outcomes = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                open_scope([store.pk])
                together.wait()
                call()
                outcomes.append("done")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return sorted(outcomes)


@pytest.mark.race
def test_two_cashiers_take_the_open_amount_once(committed: None) -> None:
    store, row, actors = committed_debt()
    calls = [lambda actor=actor: collect_receivable(row, parts=cash("200"), actor=actor) for actor in actors]
    assert at_once(store, calls) == ["done", "gone"]
    with transaction.atomic():
        open_scope([store.pk])
        row.refresh_from_db()
        assert row.paid == 200


@pytest.mark.race
def test_two_people_enter_one_old_bill_once(committed: None) -> None:
    store, row, _ = committed_debt()
    with transaction.atomic():
        open_scope([store.pk])
        bosses = [holder("gm", store, name) for name in ("boss-a", "boss-b")]
    calls = [
        lambda actor=actor: open_receivable(store, customer=row.customer, bill=bill("JS-9"), actor=actor)
        for actor in bosses
    ]
    assert at_once(store, calls) == ["done", "refused"]
    with transaction.atomic():
        open_scope([store.pk])
        assert OpeningReceivable.objects.filter(foreign_number="JS-9").count() == 1
