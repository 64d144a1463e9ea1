"""What the service area adds to a car's page: its visits and bookings in the time line."""

from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse

from fours.kernel.actor import Actor
from fours.kernel.offers import offer
from fours.vehicles.life import Facts, LifeEntry, LifeSource, of_file, register_life
from fours.vehicles.models import Vehicle
from fours.vehicles.steps import Step, register_step

from .. import car_state
from ..models import Appointment, CheckIn, RepairOrder
from ..models.order import OrderKind

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


def _visits(vehicle: Vehicle, actor: Actor) -> QuerySet[RepairOrder]:
    return RepairOrder.objects.visible_to(actor).filter(of_file(vehicle)).exclude(state="void")


def _visit(when: datetime, facts: Facts) -> LifeEntry:
    kind, state = OrderKind(facts["kind"]), RepairOrder.State(facts["state"])
    return LifeEntry(
        when,
        f"{kind.label} {facts['number'] or '草稿'} · {state.label}",
        reverse("order", args=[facts["pk"]]),
        f"{facts['mileage_in']:,} km {facts['concern']}"[:160],
        facts["advisor"],
        "tool",
        TONES.get(state, "neutral"),
    )


def _bookings(vehicle: Vehicle, actor: Actor) -> QuerySet[Appointment]:
    return Appointment.objects.visible_to(actor).filter(of_file(vehicle))


def _booking(when: datetime, facts: Facts) -> LifeEntry:
    state = Appointment.State(facts["state"])
    return LifeEntry(
        when,
        f"预约 {facts['number']} · {state.label}",
        reverse("appointment", args=[facts["pk"]]),
        facts["concern"][:160],
        facts["advisor"],
        "calendar-event",
        BOOKING_TONES.get(state, "neutral"),
    )


COMMON = {"pk": "pk", "number": "number", "state": "state", "concern": "concern", "advisor": "advisor__name"}
register_step(Step("接车", "check_in_new", "service.check_in", "clipboard-check"))
register_step(Step("预约", "appointment_new", "service.book", "calendar-plus"))
register_life(
    LifeSource(
        "order",
        "维修",
        "service.view",
        _visits,
        Coalesce("arrived_at", "created_at"),
        {**COMMON, "kind": "kind", "mileage_in": "mileage_in"},
        _visit,
    )
)
register_life(LifeSource("appointment", "预约", "service.view", _bookings, "at", COMMON, _booking))
