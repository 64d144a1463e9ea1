"""A small service area for tests: prices, parts in stock, a car with its owner, and an order in any state."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from fours.customers.models import Customer, Phone
from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.parts.models import Part, StockBalance
from fours.service.models import LaborOperation, LaborRate, RepairOrder
from fours.service.verbs.lines import add_labor, add_part
from fours.service.verbs.order import authorise_order, open_order
from fours.vehicles.models import Ownership, Vehicle


def signature() -> str:
    """A drawn line as the signature pad sends it."""
    image = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(20, 90), (90, 20), (160, 90), (270, 30)], fill=(0, 0, 0, 255), width=5)
    written = BytesIO()
    image.save(written, "PNG")
    return "data:image/png;base64," + b64encode(written.getvalue()).decode()


def photo() -> SimpleUploadedFile:
    """A small picture as a phone sends it."""
    written = BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "JPEG")
    return SimpleUploadedFile("brake.jpg", written.getvalue(), "image/jpeg")


@dataclass(frozen=True)
class House:
    """What an order is made of in one store."""

    store: Store
    car: Vehicle
    owner: Customer
    oil_change: LaborOperation
    door_paint: LaborOperation
    filter: Part
    bumper: Part


def house(store: Store, plate: str = "苏E12345") -> House:
    """Hours at 120 and 150 yuan, an oil filter (68.00, four in stock), a bumper (1000.00, floor 900, none in stock)."""
    for kind, price in (("mechanical", "120"), ("paint", "150")):
        LaborRate.objects.get_or_create(
            store=store, work_kind=kind, valid_from=date(2020, 1, 1), defaults={"price": Decimal(price)}
        )
    owner = Customer.objects.create(store=store, name="张三")
    Phone.objects.create(customer=owner, number="13800001111", primary=True)
    car = Vehicle.objects.create(store=store, plate=plate, vin="", brand="测试", model_name="轿车 1.6")
    Ownership.objects.create(vehicle=car, customer=owner)
    bumper = _part(store, "B-01", "前保险杠", "1000.00", floor_price=Decimal("900.00"))
    oil_filter = _part(store, "F-01", "机油滤清器", "68.00", warranty_price=Decimal("50.00"))
    StockBalance.objects.get_or_create(
        store=store, part=oil_filter, defaults={"on_hand": Decimal(4), "value": Decimal("160.00")}
    )
    return House(
        store,
        car,
        owner,
        _operation(store, "M01", "更换机油机滤", "mechanical", "0.80", "first_maintenance"),
        _operation(store, "P01", "前门喷漆", "paint", "3.00", "special"),
        oil_filter,
        bumper,
    )


def _operation(
    store: Store, code: str, name: str, kind: str, hours: str, repair_class: str
) -> LaborOperation:
    return LaborOperation.objects.get_or_create(
        group=store.group,
        code=code,
        defaults={"name": name, "work_kind": kind, "hours": Decimal(hours), "repair_class": repair_class},
    )[0]


def _part(store: Store, number: str, name: str, price: str, **more: Any) -> Part:
    return Part.objects.get_or_create(
        group=store.group, number=number, defaults={"name": name, "retail_price": Decimal(price), **more}
    )[0]


def draft(at: House, actor: Actor, **facts: Any) -> RepairOrder:
    """An empty draft for the house's car at 12,000 km."""
    given: dict[str, Any] = {"mileage_in": 12000, "concern": "早上有异响", **facts}
    return open_order(at.store, vehicle=at.car, actor=actor, **given)


def with_lines(at: House, actor: Actor, **facts: Any) -> RepairOrder:
    """A draft with an oil change (0.80 h = 96.00) and one filter (68.00): 164.00."""
    order = draft(at, actor, **facts)
    job = add_labor(order, operation=at.oil_change, actor=actor)
    add_part(order, part=at.filter, job=job, actor=actor)
    return fresh(order)


def authorised(at: House, actor: Actor, **facts: Any) -> RepairOrder:
    """The order of `with_lines`, signed, promised for in three hours."""
    order = with_lines(at, actor, **facts)
    return authorise_order(
        order, signature=signature(), signed_by="张三", promised_at=in_hours(3), actor=actor
    )


def fresh(order: RepairOrder) -> RepairOrder:
    return RepairOrder.objects.get(pk=order.pk)


def in_hours(hours: float) -> datetime:
    return timezone.now() + timedelta(hours=hours)
