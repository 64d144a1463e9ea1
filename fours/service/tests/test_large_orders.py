"""A bill of ten thousand, and any order of a key customer, is seen by the service manager first (PF-06)."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from fours.base.errors import NotAllowed
from fours.kernel.actor import Actor
from fours.kernel.models import Event, Store, Task
from fours.service.models import RepairOrder
from fours.service.verbs.estimate import issue_estimate
from fours.service.verbs.large_order import note_large_order
from fours.service.verbs.lines import add_fee

from .order_house import authorised, draft, fresh, house

RULE = "service.look_at_large_order"


def notices() -> list[tuple[str, str]]:
    return list(Task.objects.filter(rule=RULE).order_by("pk").values_list("occurrence", "title"))


@pytest.fixture
def advisor(person: Callable[..., Actor], s01: Store) -> Actor:
    return person("advisor", s01)


def test_ten_thousand_is_told_before_the_work(s01: Store, advisor: Actor) -> None:
    order = draft(house(s01), advisor)
    add_fee(order, name="外加工", unit_price=Decimal("9999.99"), actor=advisor)
    issue_estimate(fresh(order), actor=advisor)
    assert notices() == []
    add_fee(order, name="拖车", unit_price=Decimal("0.01"), actor=advisor)
    issue_estimate(fresh(order), actor=advisor)
    assert notices() == [("work", "大额工单 10000.00 元，开工前请过目")]
    issue_estimate(fresh(order), actor=advisor)
    assert len(notices()) == 1


def test_a_key_customer_is_told_whatever_the_sum(s01: Store, advisor: Actor) -> None:
    at = house(s01)
    at.owner.grade = "key"
    at.owner.save()
    authorised(at, advisor)
    assert [title.partition(" ")[0] for _, title in notices()] == ["重点客户工单"]


def test_who_has_seen_it_says_so_and_nobody_else(
    s01: Store, advisor: Actor, person: Callable[..., Actor]
) -> None:
    at = house(s01)
    at.owner.grade = "key"
    at.owner.save()
    order: RepairOrder = authorised(at, advisor)
    with pytest.raises(NotAllowed):
        note_large_order(order, actor=advisor)
    assert Task.objects.get(rule=RULE).state == "open"
    note_large_order(order, actor=person("service_manager", s01))
    assert Task.objects.get(rule=RULE).state == "done"
    assert Event.objects.filter(kind="service.large_order_seen").count() == 1
