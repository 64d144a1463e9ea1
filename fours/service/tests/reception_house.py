"""A counter for tests: a Sunday morning, one bay, and the words people say there."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.service.models import Appointment, CheckIn
from fours.service.verbs.appointment import book_appointment
from fours.service.verbs.check_in import save_check_in, start_check_in
from fours.vehicles.models import Vehicle

SUNDAY = date(2026, 11, 22)
FILLED = {
    "mileage": 32100, "fuel_level": 50, "concern": "刹车有异响", "valuables_reminded": True,
    "items": ["备胎", "雨伞"], "papers": ["车钥匙", "行驶证"],
    "damage_marks": [{"x": 120, "y": 200, "kind": "scratch", "note": "左前门"}],
}  # fmt: skip


def at(hour: int, minute: int = 0, day: date = SUNDAY) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour, minute))


def booked(store: Store, advisor: Actor, vehicle: Vehicle, when: datetime, **more: Any) -> Appointment:
    """Two hours of mechanical work for Zhang San's car."""
    given: dict[str, Any] = {
        "hours": Decimal(2), "concern": "保养", "contact_name": "张三", "contact_phone": "13800001111",
        "by": advisor.user,
    }  # fmt: skip
    given |= more
    return book_appointment(store, vehicle=vehicle, at=when, advisor=given.pop("by"), actor=advisor, **given)


def begun(store: Store, advisor: Actor, vehicle: Vehicle, **more: Any) -> CheckIn:
    given: dict[str, Any] = {"deliverer_name": "张三", "deliverer_phone": "13800001111"}
    return start_check_in(store, vehicle=vehicle, advisor=advisor.user, actor=advisor, **(given | more))


def filled(store: Store, advisor: Actor, vehicle: Vehicle, **more: Any) -> CheckIn:
    """A check-in that lacks nothing but the signature."""
    return save_check_in(begun(store, advisor, vehicle), changes=FILLED | more, actor=advisor)


def picture(name: str = "左前门.jpg") -> SimpleUploadedFile:
    written = BytesIO()
    Image.new("RGB", (60, 40), (200, 30, 30)).save(written, "JPEG")
    return SimpleUploadedFile(name, written.getvalue(), "image/jpeg")
