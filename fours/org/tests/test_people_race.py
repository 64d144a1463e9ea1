"""A store is never left without administrator, not even when two of them act in the same second."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection, transaction

from fours.base.errors import Refused
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Group, Store, User
from fours.org.models import Assignment
from fours.org.verbs.people import dismiss_employee

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("committed")]


def two_administrators() -> tuple[Store, list[User]]:
    with transaction.atomic():
        store = Store.objects.create(group=Group.objects.create(name="竞争集团"), code="R01", name="竞争店")
        users = [
            User.objects.create(username=name, name=name, home_store=store) for name in ("admin1", "admin2")
        ]
        for user in users:
            Assignment.objects.create(user=user, store=store, post="it_admin", starts_on=date(2020, 1, 1))
    return store, users


def test_of_two_administrators_who_dismiss_each_other_one_remains() -> None:
    store, users = two_administrators()
    start = Barrier(2)

    def dismiss(who: User, whom: User) -> str:
        try:
            with transaction.atomic():
                open_scope([store.pk])
                actor = Actor.of(who, store)
                start.wait(timeout=10)
                dismiss_employee(store, person=whom, actor=actor)
            return "done"
        except Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        heard = sorted(pool.map(dismiss, users, reversed(users)))
    assert heard == ["done", "refused"]
    with transaction.atomic():
        open_scope([store.pk])
        assert User.objects.filter(is_active=True).count() == 1
        assert Assignment.objects.filter(ends_on=None).count() == 1
