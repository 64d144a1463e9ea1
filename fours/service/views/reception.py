"""Appointments: the day and the week with the hours left, booking beside them, getting ready, moving."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery, prefetch_related_objects
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fours.base.errors import NeedsConfirmation, Refused
from fours.base.text import date_in, number_in
from fours.customers.models import Phone
from fours.kernel.business_date import span_of
from fours.kernel.comments import comment_address, comments_of
from fours.kernel.history import history_of
from fours.kernel.offers import offers_for
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.service.advisors import self_if_advising
from fours.service.capacity import Capacity, capacities
from fours.service.counter import car_at_counter
from fours.service.forms.reception import BookingForm, MoveForm, WhenForm
from fours.service.models import Appointment
from fours.service.models.catalogue import WorkKind
from fours.service.preparing import Readiness, readiness
from fours.service.verbs.appointment import book_appointment, confirm_preparation, reschedule_appointment
from fours.vehicles.flags import flags_of
from fours.vehicles.models import Ownership, Vehicle

TONES = {"booked": "blue", "arrived": "green", "no_show": "red", "cancelled": "neutral"}
DAY_NAMES = "一二三四五六日"
OWNERS = Prefetch("ownerships", Ownership.objects.select_related("customer").order_by("-id"))
NOTHING = Decimal(0)
SHOWN_DAYS = 7


@dataclass(frozen=True)
class Day:
    """A day of the strip above the calendar."""

    day: date
    capacity: Capacity
    chosen: bool
    today: bool

    @property
    def name(self) -> str:
        return f"周{DAY_NAMES[self.day.weekday()]}"

    @property
    def over(self) -> bool:
        return self.day < timezone.localdate()

    @property
    def tone(self) -> str:
        if self.capacity.closed or self.over:
            return "neutral"
        left, total = self.capacity.left, self.capacity.total
        return "red" if left <= NOTHING else "amber" if left * 4 < total else "green"

    @property
    def text(self) -> str:
        """What can still be booked, in words."""
        if self.capacity.closed or self.over:
            return "休息" if self.capacity.closed else "已过"
        if self.capacity.left > NOTHING:
            return f"余 {self.capacity.left.normalize():f} 工时"
        return "已满" if self.capacity.total else "没有工时"


@dataclass(frozen=True)
class Slot:
    """A half hour of a day; `free` when a visit can still be booked into it."""

    at: time
    visits: int
    free: bool
    bookings: list["Visit"]


@dataclass(frozen=True)
class Visit:
    """A booking as the welcome list shows it."""

    appointment: Appointment
    sides: list[Readiness]
    late: bool

    @property
    def tone(self) -> str:
        return TONES[self.appointment.state]

    @property
    def ready(self) -> str:
        """How many sides are ready, in words."""
        asked = [one for one in self.sides if one.state]
        return f"{sum(one.done for one in asked)}/{len(asked)}" if asked else "—"

    @property
    def waiting_for(self) -> str:
        """The sides that are not ready yet."""
        return "、".join(one.preparation.label for one in self.sides if one.open)


@require_GET
@screen("service.view")
def appointments(request: ActorRequest) -> HttpResponse:
    """The week with the hours left of one kind of work, and the chosen day by half hour with who comes."""
    day, kind = _day(request), _kind(request)
    monday = day - timedelta(days=day.weekday())
    days = strip(request, monday, 7, day, kind)
    chosen = next(one for one in days if one.chosen)
    visits = visits_of(request, day)
    context = {
        "days": days,
        "chosen": chosen,
        "kind": kind,
        "kinds": WorkKind.choices,
        "slots": slots_of(day, chosen.capacity, visits),
        "visits": visits,
        "waiting": sum(visit.appointment.state == Appointment.State.BOOKED for visit in visits),
        "previous": monday - timedelta(days=7),
        "next": monday + timedelta(days=7),
        "may_book": request.actor.can("service.book"),
        "may_check_in": request.actor.can("service.check_in"),
    }
    return page(request, "service/reception/appointments.html", context)


def _day(request: ActorRequest) -> date:
    return date_in(request.POST.get("day") or request.GET.get("day", "")) or timezone.localdate()


def _kind(request: ActorRequest) -> str:
    kind = request.POST.get("work_kind") or request.GET.get("work_kind", "")
    return kind if kind in WorkKind.values else WorkKind.MECHANICAL.value


def strip(request: ActorRequest, first: date, count: int, chosen: date, kind: str) -> list[Day]:
    """So many days from `first` with their hours of one kind of work."""
    days = [first + timedelta(days=number) for number in range(count)]
    found = capacities(request.actor.must_store, days, kind)
    return [Day(day, found[day], day == chosen, day == timezone.localdate()) for day in days]


def visits_of(request: ActorRequest, day: date) -> list[Visit]:
    """The day's bookings in order, with how far everybody is with them."""
    begin, end = span_of(day)
    rows = Appointment.objects.visible_to(request.actor).filter(at__gte=begin, at__lt=end)
    found = list(rows.select_related("vehicle", "customer", "advisor", "check_in").order_by("at", "pk"))
    sides = readiness(found)
    late = timezone.now() - timedelta(minutes=15)
    return [
        Visit(row, sides[row.pk], row.state == Appointment.State.BOOKED and row.at < late) for row in found
    ]


def slots_of(day: date, capacity: Capacity, visits: Iterable[Visit] = ()) -> list[Slot]:
    """The half hours of the day that can still be booked, and those somebody is booked in."""
    by_slot: dict[time, list[Visit]] = {}
    for visit in visits:
        local = timezone.localtime(visit.appointment.at)
        by_slot.setdefault(time(local.hour, 30 if local.minute >= 30 else 0), []).append(visit)
    now = timezone.now()
    free = {at for at in capacity.half_hours() if _moment(day, at) > now}
    return [
        Slot(at, capacity.arrivals.get(at, 0), at in free, by_slot.get(at, []))
        for at in sorted(free | set(by_slot))
    ]


def _moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


@require_http_methods(["GET", "POST"])
@screen("service.book")
def appointment_new(request: ActorRequest) -> HttpResponse:
    """Book a visit beside the hours left; `?vehicle=` `?day=` `?time=` are filled in. A new car is put on file with it."""
    car = _car(request)
    initial = _known(request, car)
    form = BookingForm(request.POST or None, actor=request.actor, known=car, initial=initial)
    if request.method == "POST":
        booked = attempt(form, lambda: _beside_time(lambda: _book(request, form)))
        if booked is not None:
            local = timezone.localtime(booked.at)
            message = f"已预约 {local:%m-%d %H:%M}，{booked.number}。"
            return done(request, message, f"{reverse('appointments')}?day={local:%Y-%m-%d}")
    context = {**_when(request, form, _day(request), _kind(request)), "car": car}
    return page(request, "service/reception/appointment_new.html", context, form)


def _beside_time(call: Callable[[], Appointment]) -> Appointment:
    """What is wrong with the moment (`at`) is shown beside the half hours."""
    try:
        return call()
    except Refused as refusal:
        if message := refusal.fields.pop("at", ""):
            refusal.fields["time"] = message
        raise


def _book(request: ActorRequest, form: BookingForm) -> Appointment:
    values = form.cleaned_data
    vehicle = car_at_counter(
        request.actor.must_store,
        vehicle=values["vehicle"],
        plate=values["plate"],
        model_name=values["model_name"],
        owner_name=values["owner_name"],
        brought_by=values["contact_name"],
        phone=values["contact_phone"],
        actor=request.actor,
    )
    names = ("contact_name", "contact_phone", "hours", "work_kind", "advisor", "concern", "source")
    return book_appointment(
        request.actor.must_store,
        vehicle=vehicle,
        at=form.at,
        confirmed=form.confirmed,
        actor=request.actor,
        **{name: values[name] for name in names},
    )


def _car(request: ActorRequest) -> Vehicle | None:
    """The car of `?vehicle=`, with its owner's name and first phone, in one query."""
    pk = number_in(request.POST.get("vehicle") or request.GET.get("vehicle", ""))
    if not pk:
        return None
    owner = Ownership.objects.filter(vehicle=OuterRef("pk"), relation="owner", ends_on=None)
    phones = Phone.objects.filter(customer=OuterRef("current_owner"), valid=True).order_by("-primary", "pk")
    rows = Vehicle.objects.visible_to(request.actor).annotate(
        current_owner=Subquery(owner.values("customer")[:1]),
        owner_name=Subquery(owner.values("customer__name")[:1]),
        owner_phone=Subquery(phones.values("number")[:1]),
    )
    return rows.filter(pk=pk).first() or find(Vehicle, pk, request.actor)


def _known(request: ActorRequest, car: Vehicle | None) -> dict[str, Any]:
    known: dict[str, Any] = {
        name: request.GET.get(name, "")
        for name in ("plate", "model_name", "owner_name", "contact_name", "contact_phone", "time", "concern")
    }
    known |= {"day": _day(request), "work_kind": _kind(request), "advisor": self_if_advising(request.actor)}
    if car is not None:
        known["contact_name"] = getattr(car, "owner_name", "") or known["contact_name"]
        known["contact_phone"] = getattr(car, "owner_phone", "") or known["contact_phone"]
        known["advisor"] = known["advisor"] or car.advisor_id
    return known


def _when(request: ActorRequest, form: WhenForm, day: date, kind: str) -> dict[str, object]:
    """The hours left beside the form, and whether the full day may be booked all the same."""
    days = strip(request, max(timezone.localdate(), day - timedelta(days=3)), SHOWN_DAYS, day, kind)
    chosen = next((one for one in days if one.chosen), None)
    week = timedelta(days=SHOWN_DAYS)
    return {
        "form": form,
        "days": days,
        "slots": slots_of(day, chosen.capacity) if chosen else [],
        "earlier": day - week if days[0].day > timezone.localdate() else None,
        "later": days[-1].day + week - timedelta(days=3),
        "full": isinstance(getattr(form, "refused", None), NeedsConfirmation),
    }


@require_GET
@screen("service.view")
def appointment(request: ActorRequest, pk: int) -> HttpResponse:
    """One booking: who comes when, what to know of the car, who is ready for it."""
    shown = find(Appointment, pk, request.actor, "vehicle", "customer", "advisor", "store", "check_in")
    prefetch_related_objects([shown.vehicle], OWNERS)
    booked = shown.state == Appointment.State.BOOKED
    actor = request.actor
    context = {
        "appointment": shown,
        "tone": TONES[shown.state],
        "flags": [flag for flag in flags_of(shown.vehicle, actor) if not _itself(flag.url, shown)],
        "sides": [
            (side, booked and side.open and actor.can(side.preparation.permission, shown.store_id))
            for side in readiness([shown])[shown.pk]
            if side.state
        ],
        "offers": offers_for(shown, actor),
        "may_move": booked and actor.can("service.book"),
        "may_arrive": shown.state in ("booked", "no_show") and actor.can("service.check_in"),
        "kind": dict(WorkKind.choices).get(shown.work_kind, shown.work_kind),
        "history": history_of(shown, actor),
        "comments": comments_of(shown, actor),
        "comment_to": comment_address(shown),
    }
    return page(request, "service/reception/appointment.html", context)


def _itself(address: str, shown: Appointment) -> bool:
    return address == reverse("appointment", args=[shown.pk])


@require_http_methods(["GET", "POST"])
@screen("service.book")
def appointment_move(request: ActorRequest, pk: int) -> HttpResponse:
    """Another time for a booking."""
    shown = find(Appointment, pk, request.actor, "vehicle", "advisor")
    local = timezone.localtime(shown.at)
    initial = {"day": local.date(), "time": request.GET.get("time") or local.time(), "version": shown.version}
    form = MoveForm(request.POST or None, initial=initial)
    if request.method == "POST":
        moved = attempt(
            form,
            lambda: _beside_time(
                lambda: reschedule_appointment(
                    shown,
                    at=form.at,
                    confirmed=form.confirmed,
                    actor=request.actor,
                    version=form.cleaned_data["version"],
                )
            ),
        )
        if moved is not None:
            return done(request, "已改约。", reverse("appointment", args=[pk]))
    day = _day(request) if "day" in {**request.GET, **request.POST} else local.date()
    context = {**_when(request, form, day, shown.work_kind), "appointment": shown}
    return page(request, "service/reception/appointment_move.html", context, form)


@require_POST
@screen("service.view")
def appointment_prepared(request: ActorRequest, pk: int) -> HttpResponse:
    """One side says it is ready."""
    shown = find(Appointment, pk, request.actor)
    confirm_preparation(shown, rule=request.POST.get("rule", ""), actor=request.actor)
    return done(request, "已记录准备完成。", reverse("appointment", args=[pk]))
