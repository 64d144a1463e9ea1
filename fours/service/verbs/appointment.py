"""Booking a visit (SV-01): book, move, cancel, not come, come."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from fours.base.errors import IllegalMove, NeedsConfirmation, Refused
from fours.base.text import clean
from fours.customers.identifiers import check_phone
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Store, User
from fours.kernel.numbers import next_number
from fours.kernel.tasks import cancel_tasks, close_tasks
from fours.kernel.verbs import keep, move, must_be, take, verb
from fours.vehicles.models import Vehicle

from ..advisors import check_advises
from ..capacity import capacity_of
from ..errors import check_fields
from ..models import Appointment
from ..models.appointment import AppointmentState
from ..models.catalogue import WorkKind
from ..preparing import PREPARATIONS, ask_anew, ask_to_prepare
from ..transitions import APPOINTMENT_MOVES

OVERBOOK = "overbook"
CHECKED = ("contact_name", "concern", "hours", "source")


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
    if work_kind not in WorkKind.values:
        raise Refused("请选择工种。", field="work_kind")
    open_one = vehicle.appointments.filter(
        state=Appointment.State.BOOKED, at__date=timezone.localdate(at)
    ).first()
    if open_one is not None:
        raise Refused(f"{vehicle} 当天已有预约 {open_one.number}，请改约而不是重复预约。", field="vehicle")
    appointment = Appointment(
        store=store,
        vehicle=vehicle,
        customer=customer or vehicle.owner,
        contact_name=clean(contact_name),
        contact_phone=_phone(contact_phone),
        at=at,
        hours=hours,
        work_kind=work_kind,
        advisor=check_advises(store, advisor),
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
    ask_to_prepare(appointment)
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
    before = appointment.at
    appointment.at = at
    appointment.advisor = check_advises(appointment.store, advisor or appointment.advisor)
    _check_time(appointment, confirmed)
    keep(appointment, "at", "advisor")
    announce(
        "service.appointment_moved",
        appointment,
        actor=actor,
        sentence=f"改约：{timezone.localtime(before):%m-%d %H:%M} → {timezone.localtime(at):%m-%d %H:%M}",
        data={"at": at.isoformat()},
    )
    ask_anew(appointment, before, actor=actor)
    return appointment


@verb("取消预约", "service.book", states=["booked"], needs_reason=True, plain=True)
def cancel_appointment(
    appointment: Appointment, *, reason: str, actor: Actor, version: int | None = None
) -> Appointment:
    """The customer does not come after all, and said so."""
    return _end(appointment, Appointment.State.CANCELLED, reason, actor, version)


@verb("未到店", "service.book", states=["booked"], confirm="客户没有如约到店？", plain=True)
def mark_no_show(appointment: Appointment, *, actor: Actor, version: int | None = None) -> Appointment:
    """The time has passed and nobody came."""
    if appointment.at > timezone.now():
        raise Refused("预约时间还没到，不能记为未到店。")
    return _end(appointment, Appointment.State.NO_SHOW, "", actor, version)


@verb("准备完成", "service.view", states=["booked"])
def confirm_preparation(appointment: Appointment, *, rule: str, actor: Actor) -> Appointment:
    """One side (a rule of PREPARATIONS) is ready for the visit; said once, by who does that side's work."""
    appointment = take(appointment)
    must_be(appointment, Appointment.State.BOOKED, doing="准备")
    side = next((one for one in PREPARATIONS if one.rule == rule), None)
    if side is None:
        raise Refused("没有这一项准备。", field="rule")
    actor.require(side.permission, appointment.store_id)
    if not close_tasks(appointment, actor=actor, rule=rule):
        raise IllegalMove(f"{side.label}准备已经确认过了。")
    announce("service.appointment_prepared", appointment, actor=actor, sentence=f"{side.label}准备完成")
    return appointment


def arrive(appointment: Appointment, *, actor: Actor) -> Appointment:
    """The booked car is here: part of starting its check-in, which holds the right for it. Twice is refused."""
    appointment = take(appointment)
    move(appointment, Appointment.State.ARRIVED, APPOINTMENT_MOVES)
    appointment.arrived_at = timezone.now()
    keep(appointment, "state", "arrived_at")
    cancel_tasks(appointment, actor=actor)
    announce("service.appointment_kept", appointment, actor=actor, sentence="客户到店")
    return appointment


def _end(
    appointment: Appointment, state: AppointmentState, reason: str, actor: Actor, version: int | None
) -> Appointment:
    appointment = take(appointment, version=version)
    move(appointment, state, APPOINTMENT_MOVES)
    if state == Appointment.State.CANCELLED and not clean(reason):
        raise Refused("请填写取消原因。", field="reason")
    appointment.closed_reason = clean(reason)
    check_fields(appointment, ["closed_reason"])
    keep(appointment, "state", "closed_reason")
    cancel_tasks(appointment, actor=actor)
    sentence = f"取消预约：{reason}" if reason else "未到店"
    announce(f"service.appointment_{state.value}", appointment, actor=actor, sentence=sentence)
    return appointment


def _check_time(appointment: Appointment, confirmed: frozenset[str]) -> None:
    """Not in the past, within opening hours, not on a closed day, and with enough hours left or somebody's word for it."""
    local = timezone.localtime(appointment.at)
    if appointment.at <= timezone.now():
        raise Refused("预约时间已过，请选择以后的时间。", field="at")
    day = capacity_of(appointment.store, local.date(), appointment.work_kind)
    if not day.opens <= local.time() < day.closes:
        raise Refused(f"不在营业时间内（{day.opens:%H:%M}–{day.closes:%H:%M}），请另选时间。", field="at")
    if day.closed:
        raise Refused(f"{local:%m月%d日} 本店休息，请另选日期。", field="at")
    left = day.left + _own_hours(appointment, local.date())
    if left < appointment.hours and OVERBOOK not in confirmed:
        raise NeedsConfirmation(
            f"{local:%m月%d日} 只剩 {max(left, Decimal(0)):.1f} 工时，这次预约需要 {appointment.hours} 工时。仍要预约吗？",
            warning=OVERBOOK,
            field="at",
        )


def _own_hours(appointment: Appointment, day: date) -> Decimal:
    """Hours the booking holds of that day already: moving it within the day needs no others."""
    before = Appointment.objects.filter(pk=appointment.pk, at__date=day).first()
    return before.hours if before else Decimal(0)


def _phone(text: str) -> str:
    checked = check_phone(text)
    if checked.value is None:
        raise Refused(checked.error or "请填写联系电话。", field="contact_phone")
    return checked.value
