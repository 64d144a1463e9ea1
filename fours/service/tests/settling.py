"""A finished order to settle, built on the models: what reception and workshop leave behind."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from fours.customers.models import Customer
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Group, Store, User
from fours.kernel.numbers import next_number
from fours.org.models import Assignment, StoreFacts
from fours.service.models import FeeLine, LaborLine, PartLine, RepairOrder, Statement
from fours.service.verbs.delivery import delivery_checklist
from fours.service.verbs.settlement import issue_statements
from fours.vehicles.models import Vehicle

RATE = Decimal("0.13")


def advisor_of(store: Store) -> User:
    user, _ = User.objects.get_or_create(username=f"built-{store.code}", defaults={"name": "顾问甲"})
    return user


def real_store(code: str) -> Store:
    """A store with its letterhead, for tests whose rows are really committed; opens the scope on it."""
    store = Store.objects.create(group=Group.objects.create(name="集团"), code=code, name=f"四方{code}")
    open_scope([store.pk])
    StoreFacts.objects.create(
        store=store, legal_name="四方汽车销售服务有限公司", address="测试路1号", phone="0512-66000001",
        complaint_phone="0512-66000009", credit_code="91320500MA1XXXXXX0",
    )  # fmt: skip
    return store


def holder(post: str, store: Store, username: str = "") -> Actor:
    """Somebody in a post, for tests whose rows are really committed."""
    user = User.objects.create(username=username or post, name=username or post, home_store=store)
    Assignment.objects.create(user=user, store=store, post=post, starts_on=date(2020, 1, 1))
    return Actor.of(user, store)


def finished_order(store: Store, *, plate: str = "苏E12345", **facts: Any) -> RepairOrder:
    """A completed order of a car with 45,230 km and no lines yet."""
    customer = Customer.objects.create(store=store, name="王小明")
    vehicle = Vehicle.objects.create(store=store, plate=plate, brand="东风", mileage=45_230)
    now = timezone.now()
    order = RepairOrder.objects.create(
        store=store, number=next_number(store, "RO"), vehicle=vehicle, customer=customer,
        deliverer_name="王小明", deliverer_phone="13800000001", advisor=advisor_of(store),
        arrived_at=now - timedelta(hours=5), arrival_date=timezone.localdate(), mileage_in=45_230,
        concern="保养,刹车异响",
    )  # fmt: skip
    values = {
        "state": "completed", "authorised_at": now - timedelta(hours=4), "promised_at": now,
        "authorised_by": "王小明", "completed_at": now, "completed_date": timezone.localdate(), **facts,
    }  # fmt: skip
    for name, value in values.items():
        setattr(order, name, value)
    order.save()
    return order


def labor(order: RepairOrder, price: str, payer: str = "customer", **facts: Any) -> LaborLine:
    line = LaborLine(
        order=order, name="更换机油机滤", hours=Decimal(1), unit_price=Decimal(price), tax_rate=RATE,
        payer=payer, state="team_checked", **facts,
    )  # fmt: skip
    line.price()
    line.save()
    return line


def part(
    order: RepairOrder, price: str, payer: str = "customer", quantity: str = "1", **facts: Any
) -> PartLine:
    count = Decimal(quantity)
    line = PartLine(
        order=order, name="机油滤清器", number="152085758R", quantity=count, unit_price=Decimal(price),
        tax_rate=RATE, payer=payer, **{"issued": count, **facts},
    )  # fmt: skip
    line.price()
    line.save()
    return line


def fee(order: RepairOrder, price: str, payer: str = "customer") -> FeeLine:
    line = FeeLine(order=order, name="拖车费", unit_price=Decimal(price), tax_rate=RATE, payer=payer)
    line.price()
    line.save()
    return line


def issued(order: RepairOrder, actor: Actor, rounding: str = "0") -> dict[str, Statement]:
    """The statements just issued, by payer."""
    statements = issue_statements(order, actor=actor, rounding=Decimal(rounding))
    return {statement.payer: statement for statement in statements}


def delivery(order: RepairOrder, **changes: Any) -> dict[str, Any]:
    """Arguments of a delivery with everything ticked."""
    plain = {
        "mileage_out": 45_235,
        "items": delivery_checklist(order),
        "next_service_on": date.today() + timedelta(days=180),
        "next_service_mileage": 50_235,
    }
    return {**plain, **changes}
