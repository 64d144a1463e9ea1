"""Two keepers reach for the last piece in the same second: one gets it, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection, transaction

from fours.base.errors import Gone
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Group, Store, User
from fours.org.models import Assignment
from fours.parts.models import Bin, IssueSlip, Part, StockBalance, StockMovement
from fours.parts.verbs.issue import issue_parts
from fours.parts.verbs.receive import Arrival, receive_parts
from fours.parts.verbs.reserve import Ask

from .making import an_order, assert_books_tie_out


def set_up(pieces: int) -> tuple[Store, Part, Part, User]:
    with transaction.atomic():
        group = Group.objects.create(name="竞争集团")
        store = Store.objects.create(group=group, code="R01", name="竞争店")
        open_scope([store.pk])
        user = User.objects.create(username="race", name="张师傅", home_store=store)
        Assignment.objects.create(user=user, store=store, post="technician", starts_on=date(2020, 1, 1))
        one, two = (
            Part.objects.create(group=group, number=n, name=name, unit="个")
            for n, name in (("P1", "火花塞"), ("P2", "点火线圈"))
        )
        bin = Bin.objects.create(store=store, code="A-01-1-01")
        for part in (one, two):
            line = Arrival(part, Decimal(pieces), Decimal("9.99"), bin)
            receive_parts(store, lines=[line], actor=Actor.system(store))
    return store, one, two, user


def keeper_work(start: Barrier, store: Store, receiver: User, line: int, parts: list[Part]) -> str:
    try:
        start.wait(timeout=10)
        with transaction.atomic():
            open_scope([store.pk])
            issue_parts(
                store,
                source=an_order(store, f"RO-{line}", pk=line),
                lines=[Ask(line * 10 + n, part, Decimal(1)) for n, part in enumerate(parts)],
                receiver=receiver,
                subject="",
                actor=Actor.system(store),
            )
        return "issued"
    except Gone as gone:
        return gone.message
    finally:
        connection.close()


@pytest.mark.race
@pytest.mark.usefixtures("committed")
def test_the_last_piece_is_issued_exactly_once() -> None:
    store, part, _, user = set_up(pieces=1)
    start = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: keeper_work(start, store, user, n, [part]), range(1, 5)))
    assert sorted(answers) == ["issued"] + ["火花塞（P1）只剩 0 个可领，不够 1 个。"] * 3
    with transaction.atomic():
        open_scope([store.pk])
        assert IssueSlip.objects.count() == 1
        assert StockMovement.objects.filter(kind="issue").count() == 1
        assert StockBalance.objects.get(part=part).on_hand == 0
        assert_books_tie_out(store, part)


@pytest.mark.race
@pytest.mark.usefixtures("committed")
def test_two_slips_over_the_same_parts_in_opposite_order_do_not_lock_each_other_out() -> None:
    store, one, two, user = set_up(pieces=5)
    start = Barrier(4)
    orders = [[one, two], [two, one], [one, two], [two, one]]
    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(keeper_work, start, store, user, n, parts) for n, parts in enumerate(orders, 1)]
    assert [job.result() for job in work] == ["issued"] * 4
    with transaction.atomic():
        open_scope([store.pk])
        for part in (one, two):
            assert StockBalance.objects.get(part=part).on_hand == 1
            assert_books_tie_out(store, part)
