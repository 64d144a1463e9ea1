"""Booking a visit (SV-01): book, move, cancel, not come, come."""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from fours.customers.identifiers import check_phone
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.calendar import is_working_day
from fours.kernel.errors import NeedsConfirmation, Refused
from fours.kernel.events import announce
from fours.kernel.models import CalendarDay, Store, User
from fours.kernel.numbers import next_number
from fours.kernel.text import clean
from fours.kernel.verbs import keep, move, must_be, take, verb
from fours.org.models import StoreFacts
from fours.org.people import holders
from fours.vehicles.models import Vehicle

from ..capacity import hours_left
from ..errors import check_fields
from ..models import Appointment
from ..models.appointment import AppointmentState
from ..transitions import APPOINTMENT_MOVES

OVERBOOK = "overbook"
CHECKED = ("contact_name", "concern", "hours", "source", "work_kind")


@verb("预约", "service.book")
def book_appointment(
    store: Store,
    *,
    vehicle: Vehicle,
    customer: Customer | None = None,
    contact_name: str,
    contact_phone: str,
    at: datetime,
    hours: Decimal,
    work_kind: str = "mechanical",
    advisor: User,
    concern: str,
    source: str = Appointment.Source.PHONE,
    confirmed: frozenset[str] = frozenset(),
    actor: Actor,
) -> Appointment:
    """Book a visit. Past and closed times are refused; a day without enough hours asks for confirmation (`overbook`)."""
    Store.objects.select_for_update(no_key=True).get(pk=store.pk)  # two bookings see each other's hours
    if vehicle.store_id != store.pk or (customer is not None and customer.store_id != store.pk):
        raise Refused("车辆或客户不属于本店。", field="vehicle")
    open_one = vehicle.appointments.filter(
        state=Appointment.State.BOOKED, at__date=timezone.localdate(at)
    ).first()
    if open_one is not None:
        raise Refused(f"{vehicle} 当天已有预约 {open_one.number},请改约而不是重复预约。", field="vehicle")
    appointment = Appointment(
        store=store,
        vehicle=vehicle,
        customer=customer or vehicle.owner,
        contact_name=clean(contact_name),
        contact_phone=_phone(contact_phone),
        at=at,
        hours=hours,
        work_kind=work_kind,
        advisor=_advisor(store, advisor),
        concern=clean(concern),
        source=source,
        created_by=actor.user,
    )
    _check_time(appointment, confirmed)
    check_fields(appointment, CHECKED)
    appointment.number = next_number(store, "AP")
    appointment.save()
    when = timezone.localtime(at)
    announce(
        "service.appointment_booked",
        appointment,
        actor=actor,
        sentence=f"预约 {when:%m-%d %H:%M} 到店",
        data={"vehicle": vehicle.pk, "at": at.isoformat(), "advisor": advisor.pk},
    )
    return appointment


@verb("改约", "service.book", states=["booked"])
def reschedule_appointment(
    appointment: Appointment,
    *,
    at: datetime,
    advisor: User | None = None,
    confirmed: frozenset[str] = frozenset(),
    actor: Actor,
    version: int | None = None,
) -> Appointment:
    """Move a booking to another time; the number stays and the history says from when to when."""
    Store.objects.select_for_update(no_key=True).get(pk=appointment.store_id)
    appointment = take(appointment, version=version)
    must_be(appointment, Appointment.State.BOOKED, doing="改约")
    before = timezone.localtime(appointment.at)
    appointment.at = at
    appointment.advisor = _advisor(appointment.store, advisor or appointment.advisor)
    _check_time(appointment, confirmed)
    keep(appointment, "at", "advisor")
    announce(
        "service.appointment_moved",
        appointment,
        actor=actor,
        sentence=f"改约:{before:%m-%d %H:%M} → {timezone.localtime(at):%m-%d %H:%M}",
        data={"at": at.isoformat()},
    )
    return appointment


@verb("取消预约", "service.book", states=["booked"], needs_reason=True, plain=True)
def cancel_appointment(
    appointment: Appointment, *, reason: str, actor: Actor, version: int | None = None
) -> Appointment:
    """The customer does not come after all, and said so."""
    return _end(appointment, Appointment.State.CANCELLED, reason, actor, version)


@verb("未到店", "service.book", states=["booked"], confirm="客户没有如约到店?", plain=True)
def mark_no_show(appointment: Appointment, *, actor: Actor, version: int | None = None) -> Appointment:
    """The time has passed and nobody came."""
    if appointment.at > timezone.now():
        raise Refused("预约时间还没到,不能记为未到店。")
    return _end(appointment, Appointment.State.NO_SHOW, "", actor, version)


def arrive(appointment: Appointment, *, actor: Actor) -> Appointment:
    """The booked car is here: part of starting its check-in, which holds the right for it. Twice is refused."""
    appointment = take(appointment)
    move(appointment, Appointment.State.ARRIVED, APPOINTMENT_MOVES)
    appointment.arrived_at = timezone.now()
    keep(appointment, "state", "arrived_at")
    announce("service.appointment_kept", appointment, actor=actor, sentence="客户到店")
    return appointment


def _end(
    appointment: Appointment, state: AppointmentState, reason: str, actor: Actor, version: int | None
) -> Appointment:
    appointment = take(appointment, version=version)
    move(appointment, state, APPOINTMENT_MOVES)
    if state == Appointment.State.CANCELLED and not clean(reason):
        raise Refused("请填写取消原因。", field="reason")
    appointment.closed_reason = clean(reason)[:100]
    keep(appointment, "state", "closed_reason")
    sentence = f"取消预约:{reason}" if reason else "未到店"
    announce(f"service.appointment_{state.value}", appointment, actor=actor, sentence=sentence)
    return appointment


def _check_time(appointment: Appointment, confirmed: frozenset[str]) -> None:
    """Not in the past, within opening hours, not on a closed day, and with enough hours left or somebody's word for it."""
    local = timezone.localtime(appointment.at)
    if appointment.at <= timezone.now():
        raise Refused("预约时间已过,请选择以后的时间。", field="at")
    facts = StoreFacts.objects.filter(store=appointment.store).first()
    if facts is not None:
        if not facts.opens_at <= local.time() < facts.closes_at:
            hours = f"{facts.opens_at:%H:%M}–{facts.closes_at:%H:%M}"
            raise Refused(f"不在营业时间内({hours}),请另选时间。", field="at")
        overrides = dict(CalendarDay.objects.filter(date=local.date()).values_list("date", "working"))
        if facts.closed_on_holidays and not is_working_day(local.date(), overrides):
            raise Refused(f"{local:%m月%d日} 本店休息,请另选日期。", field="at")
    left = hours_left(appointment.store, local.date(), appointment.work_kind)
    if left < appointment.hours and OVERBOOK not in confirmed:
        raise NeedsConfirmation(
            f"{local:%m月%d日} 只剩 {max(left, Decimal(0)):.1f} 工时,这次预约需要 {appointment.hours} 工时。仍要预约吗?",
            warning=OVERBOOK,
            field="at",
        )


def _phone(text: str) -> str:
    checked = check_phone(text)
    if checked.value is None:
        raise Refused(checked.error or "请填写联系电话。", field="contact_phone")
    return checked.value


def _advisor(store: Store, advisor: User) -> User:
    if advisor not in holders(
        store, "advisor", "frontdesk_supervisor", "service_manager", "aftersales_manager"
    ):
        raise Refused(f"{advisor.name} 不是本店现任服务顾问。", field="advisor")
    return advisor
