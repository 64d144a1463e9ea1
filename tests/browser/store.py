"""A small real store for the browser: two stores, one person for each post of the story, prices and parts."""

from datetime import date
from decimal import Decimal
from functools import cache

from django.contrib.auth.hashers import make_password
from django.db import transaction

from conftest import make_store
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Group, Store, User
from fours.org.models import Assignment, Bay, TaxRate
from fours.parts.models import Bin, Part
from fours.parts.verbs.receive import Arrival, open_stock
from fours.service.models import LaborOperation, LaborRate

from .counter import PASSWORD

POSTS = (
    "info_clerk", "advisor", "foreman", "technician", "parts_keeper", "team_leader", "inspector", "washer", "cashier",
    "crm_agent", "service_manager", "parts_manager",
)  # fmt: skip


def open_two_stores() -> tuple[Store, Store]:
    """S01 with people, prices and parts, not one customer yet; S02 with an advisor of its own."""
    with transaction.atomic():
        group = Group.objects.create(name="浏览器集团")
        TaxRate.objects.create(taxpayer_kind="general", valid_from=date(2019, 4, 1), rate="0.13")
        first, second = make_store(group, "S01", "四方一店"), make_store(group, "S02", "四方二店")
        open_scope([first.pk, second.pk])
        people = {post: _person(post, post, first) for post in POSTS}
        _person("advisor2", "advisor", second)
        for number in range(2, 5):
            Bay.objects.create(store=first, code=f"A0{number}", kind=Bay.Kind.MECHANICAL)
        _prices(first, people["parts_manager"])
    return first, second


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def _person(username: str, post: str, store: Store) -> Actor:
    user = User.objects.create(
        username=username, name=f"{store.code}{post}", home_store=store, password=_hashed()
    )
    Assignment.objects.create(user=user, store=store, post=post, starts_on=date(2020, 1, 1))
    return Actor.of(user, store)


def _prices(store: Store, manager: Actor) -> None:
    for kind in ("mechanical", "electrical", "body", "paint", "care"):
        LaborRate.objects.create(store=store, work_kind=kind, price="200.00", valid_from=date(2020, 1, 1))
    LaborOperation.objects.create(group=store.group, code="B01", name="更换前制动片", hours=Decimal("1.50"))
    LaborOperation.objects.create(group=store.group, code="C01", name="空调系统清洗", hours=Decimal("0.50"))
    part = Part.objects.create(
        group=store.group, number="4GD698151", name="前制动片", retail_price=Decimal("600.00")
    )
    shelf = Bin.objects.create(store=store, code="A-01-1-01")
    open_stock(store, lines=[Arrival(part, Decimal(1), Decimal("300.00"), shelf)], actor=manager)
