"""What the workshop does on its own events and on others': telling customers (PF-12).

Inline, since only rows of the outbox are written and they must be there exactly when the booking is; `notify` refuses nothing.
"""

from fours.kernel.events import aggregate_of, subscribe
from fours.kernel.models import Event
from fours.kernel.store_settings import settings_of

from .messages import (
    BOOKED,
    READY,
    REMINDER,
    THANKS,
    confirm_booking,
    remind_the_day_before,
    reminder_time,
    take_back_booking,
    tell_car_is_ready,
    thank_for_the_visit,
)
from .models import Appointment, RepairOrder

REMIND_AT = "messages.remind_at"


@subscribe("service.appointment_booked", inline=True)
@subscribe("service.appointment_moved", inline=True)
def write_about_booking(event: Event) -> None:
    """Confirm the time and lay the reminder ready; of a time that was changed, what waits is taken back."""
    on = settings_of(event.store, [BOOKED.switch, REMINDER.switch, REMIND_AT])
    if not (on[BOOKED.switch] or on[REMINDER.switch]):
        return
    appointment = _appointment(event)
    take_back_booking(appointment)
    confirm_booking(appointment)
    remind_the_day_before(appointment, reminder_time(appointment, on[REMIND_AT]))


@subscribe("service.appointment_cancelled", inline=True)
@subscribe("service.appointment_no_show", inline=True)
@subscribe("service.appointment_kept", inline=True)
def withdraw_what_waits(event: Event) -> None:
    """Nobody is reminded of a visit that was called off or is here already."""
    on = settings_of(event.store, [BOOKED.switch, REMINDER.switch])
    if any(on.values()):
        take_back_booking(_appointment(event))


@subscribe("service.handover_checked", inline=True)
def write_that_car_is_ready(event: Event) -> None:
    """Only after the inner check: what is said to be ready stays ready."""
    if settings_of(event.store, [READY.switch])[READY.switch]:
        tell_car_is_ready(_order(event))


@subscribe("service.order_delivered", inline=True)
def write_thanks(event: Event) -> None:
    on = settings_of(event.store, [READY.switch, THANKS.switch])
    if any(on.values()):
        thank_for_the_visit(_order(event))


def _appointment(event: Event) -> Appointment:
    return aggregate_of(event, Appointment, "store", "vehicle", "customer", "advisor")


def _order(event: Event) -> RepairOrder:
    return aggregate_of(event, RepairOrder, "store", "vehicle", "customer", "advisor")
