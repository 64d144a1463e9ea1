"""One visit as the people of the store do it, step by step through the verbs; each yield is the time of the next step."""

from datetime import datetime, timedelta

from fours.service.models import Appointment, CheckIn, RepairOrder
from fours.service.stage import stage_of, with_stage_rows
from fours.service.verbs.appointment import mark_no_show
from fours.service.verbs.workshop import pause_job

from .leaving import leave
from .reception import authorise, book, receive, write_order
from .shop import Guest, Shop, Times, Visiting
from .voices import Concern, concerns_for
from .workshop import work

# The stages that a technician makes by stopping a job, with the reason given.
STOPS = {"paused": "break", "waiting_parts": "parts"}
CHECK_IN = "check_in"
LONG_BUSY = timedelta(days=30)


def visit(shop: Shop, guest: Guest, arrives: datetime, *, booked: bool, small: bool = False) -> Times:
    """From the booking, if there was one, to the delivery and the insurer's money; a small one is a short repair."""
    concern = _concern(shop, guest, small=small)
    visiting = Visiting(guest, shop.rng.choice(shop.staff.actors["advisor"]))
    appointment = None
    if booked:
        yield arrives - timedelta(days=2, minutes=shop.rng.randint(0, 300))
        appointment = book(shop, visiting, concern, arrives)
        if shop.rng.random() < 0.06:
            yield arrives + timedelta(hours=2)
            if appointment is not None:
                mark_no_show(Appointment.objects.get(pk=appointment.pk), actor=visiting.advisor)
            return
    yield from _stay(shop, visiting, concern, arrives, appointment)


def booking(shop: Shop, guest: Guest, booked_at: datetime, arrives: datetime) -> Times:
    """A customer who is expected and has not come yet."""
    visiting = Visiting(guest, shop.rng.choice(shop.staff.actors["advisor"]))
    concern = _concern(shop, guest, small=True)
    yield booked_at
    book(shop, visiting, concern, arrives)


def present(shop: Shop, guest: Guest, arrives: datetime, stage: str) -> Times:
    """A car that is in the shop at the demo's last moment, in the stage that is asked for."""
    named = shop.rng.random() < 0.5
    advisor = shop.staff.one("advisor") if named else shop.rng.choice(shop.staff.actors["advisor"])
    visiting = Visiting(guest, advisor, halts_at=stage)
    for moment in _stay(shop, visiting, _concern(shop, guest, small=True), arrives, None):
        if _has_halted(shop, visiting):
            return
        yield moment


def _stay(
    shop: Shop, visiting: Visiting, concern: Concern, arrives: datetime, appointment: Appointment | None
) -> Times:
    yield arrives
    check_in = receive(shop, visiting, concern, appointment)
    yield arrives + shop.minutes(8, 15)
    order = write_order(shop, visiting, concern, check_in)
    yield arrives + shop.minutes(16, 22)
    order = authorise(shop, visiting, order)
    yield from work(shop, visiting, order)
    yield from leave(shop, visiting, order)


def _concern(shop: Shop, guest: Guest, *, small: bool) -> Concern:
    """What brings this car; a small one is a repair of one or two jobs."""
    concerns = concerns_for(guest.car.model.series)
    if small:
        concerns = tuple(c for c in concerns if c.kind == "repair" and len(c.operations) <= 2 and c.needs)
    return shop.rng.choices(concerns, [c.weight for c in concerns])[0]


def _has_halted(shop: Shop, visiting: Visiting) -> bool:
    """Whether the car has come to where it shall be found; a technician who works on it stays busy."""
    vehicle = visiting.guest.vehicle_id
    rows = with_stage_rows(RepairOrder.objects.filter(vehicle=vehicle).order_by("-pk"))
    newest = CheckIn.objects.filter(vehicle=vehicle).order_by("-pk").first()
    order = rows.filter(check_in=newest).first() if newest else None
    if order is None:
        return newest is not None and visiting.halts_at == CHECK_IN
    stage = stage_of(order).code
    if stage == "in_work" and visiting.halts_at in STOPS:
        job = order.jobs.get(state="in_work")
        assert visiting.technician is not None
        pause_job(job, reason=STOPS[visiting.halts_at], actor=visiting.technician)
        return True
    if stage == visiting.halts_at == "in_work" and visiting.technician is not None:
        shop.hands.keep_busy(visiting.technician, order.arrived_at + LONG_BUSY)
    return stage == visiting.halts_at
