"""What the service area adds to a car's page: its visits and bookings in the time line."""

from collections.abc import Iterable

from django.urls import reverse

from fours.kernel.actor import Actor
from fours.kernel.offers import offer
from fours.vehicles.life import LifeEntry, LifeSource, of_file, register_life
from fours.vehicles.models import Vehicle

from .. import car_state
from ..models import Appointment, CheckIn, RepairOrder

__all__ = ["car_state"]

TONES = {
    "draft": "neutral",
    "authorised": "blue",
    "completed": "amber",
    "delivered": "green",
    "closed": "green",
}
BOOKING_TONES = {"booked": "blue", "arrived": "green", "no_show": "red"}

offer(Appointment, "mark_no_show", order=700)
offer(Appointment, "cancel_appointment", order=900)
offer(CheckIn, "void_check_in", order=900)


def _visits(vehicle: Vehicle, actor: Actor, limit: int) -> Iterable[LifeEntry]:
    orders = RepairOrder.objects.visible_to(actor).filter(of_file(vehicle)).exclude(state="void")
    for order in orders.select_related("advisor").order_by("-arrived_at", "-pk")[:limit]:
        number = order.number or "草稿"
        yield LifeEntry(
            order.arrived_at or order.created_at,
            f"{order.get_kind_display()} {number} · {order.get_state_display()}",
            reverse("order", args=[order.pk]),
            f"{order.mileage_in:,} km {order.concern}"[:160],
            order.advisor.name,
            "tool",
            TONES.get(order.state, "neutral"),
        )


def _bookings(vehicle: Vehicle, actor: Actor, limit: int) -> Iterable[LifeEntry]:
    rows = Appointment.objects.visible_to(actor).filter(of_file(vehicle)).select_related("advisor")
    for row in rows.order_by("-at", "-pk")[:limit]:
        yield LifeEntry(
            row.at,
            f"预约 {row.number} · {row.get_state_display()}",
            reverse("appointment", args=[row.pk]),
            row.concern[:160],
            row.advisor.name,
            "calendar-event",
            BOOKING_TONES.get(row.state, "neutral"),
        )


register_life(LifeSource("order", "维修", "service.view", _visits))
register_life(LifeSource("appointment", "预约", "service.view", _bookings))
