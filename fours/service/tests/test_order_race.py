"""Two people at one order in the same second: exactly one is served, the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection, transaction

from fours.base.errors import Refused
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Event, Group, PrintedForm, Store, User
from fours.org.models import Assignment, StoreFacts, TaxRate
from fours.parts.models import Reservation
from fours.service.models import RepairOrder
from fours.service.verbs.lines import add_labor
from fours.service.verbs.order import authorise_order, open_order

from .order_house import House, house, in_hours, signature, with_lines

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("committed")]


def shop() -> tuple[House, list[User]]:
    """A store with prices, a car and two advisors, really committed; call inside a transaction."""
    TaxRate.objects.create(taxpayer_kind="general", rate=Decimal("0.13"), valid_from=date(2019, 4, 1))
    store = Store.objects.create(group=Group.objects.create(name="竞争集团"), code="R01", name="竞争店")
    open_scope([store.pk])
    StoreFacts.objects.create(
        store=store, legal_name="竞争店", address="-", phone="1", complaint_phone="2", credit_code="3"
    )
    advisors = [User.objects.create(username=f"adv{n}", name=f"顾问{n}", home_store=store) for n in (1, 2)]
    for user in advisors:
        Assignment.objects.create(user=user, store=store, post="advisor", starts_on=date(2020, 1, 1))
    return house(store), advisors


def at_once(store: Store, users: list[User], work: Callable[[Actor], object]) -> list[str]:
    """What each of them heard: "done" or the refusal's code."""
    start = Barrier(len(users))

    def one(user: User) -> str:
        try:
            start.wait(timeout=10)
            with transaction.atomic():
                open_scope([store.pk])
                work(Actor.of(user, store))
            return "done"
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(users)) as pool:
        return sorted(pool.map(one, users))


def test_an_order_is_signed_once_by_two_advisors() -> None:
    with transaction.atomic():
        at, users = shop()
        order = with_lines(at, Actor.of(users[0], at.store))
    heard = at_once(
        at.store,
        users,
        lambda actor: authorise_order(
            order, signature=signature(), signed_by="张三", promised_at=in_hours(3), actor=actor
        ),
    )
    assert heard == ["done", "illegal_state"]
    with transaction.atomic():
        open_scope([at.store.pk])
        assert RepairOrder.objects.get().number.endswith("-0001")
        assert PrintedForm.objects.filter(form="service.repair_order").count() == 1
        assert Reservation.objects.get().quantity == 1


def test_of_two_changes_to_one_version_the_second_is_stale() -> None:
    with transaction.atomic():
        at, users = shop()
        order = with_lines(at, Actor.of(users[0], at.store))
    heard = at_once(
        at.store,
        users,
        lambda actor: add_labor(order, operation=at.door_paint, actor=actor, version=order.version),
    )
    assert heard == ["done", "stale_version"]
    with transaction.atomic():
        open_scope([at.store.pk])
        assert RepairOrder.objects.get().jobs.count() == 2


def test_two_advisors_open_one_order_of_a_kind_for_a_car() -> None:
    with transaction.atomic():
        at, users = shop()
    heard = at_once(
        at.store, users, lambda actor: open_order(at.store, vehicle=at.car, mileage_in=12000, actor=actor)
    )
    assert heard == ["done", "refused"]
    with transaction.atomic():
        open_scope([at.store.pk])
        assert RepairOrder.objects.count() == 1
        assert Event.objects.filter(kind="service.order_opened").count() == 1
