"""Taking cars over: who has arrived, starting by plate, the walk-around on the tablet, the customer's signature."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fours.base.errors import Refused
from fours.base.text import number_in
from fours.kernel.attachments import attachments_of
from fours.kernel.business_date import today
from fours.kernel.history import history_address
from fours.kernel.models import Attachment
from fours.kernel.offers import offers_for
from fours.kernel.printing import print_address
from fours.kernel.verbs import must_be
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.service.advisors import self_if_advising
from fours.service.counter import car_at_counter
from fours.service.forms.reception import ArrivalForm, CheckInForm
from fours.service.models import Appointment, CheckIn, RepairOrder
from fours.service.verbs.check_in import (
    add_photos,
    save_check_in,
    sign_check_in,
    start_check_in,
)
from fours.service.walkaround import DAMAGE_KINDS, level_text
from fours.vehicles.flags import flags_of
from fours.vehicles.mileage import check_mileage
from fours.vehicles.models import Vehicle

from .conflicts import Difference, differences
from .reception import OWNERS, visits_of

# Somebody who signed longer ago and never got an order is found on the car's page; the list stays short and quick.
STILL_WITHOUT_ORDER = timedelta(days=14)
RELATED = ("vehicle", "customer", "appointment", "advisor", "store", "signature")
TONES = {"draft": "amber", "signed": "green", "void": "neutral"}


@require_GET
@screen("service.check_in")
def check_ins(request: ActorRequest) -> HttpResponse:
    """Who is expected today, which check-ins are begun, and which signed ones have no order yet."""
    live = RepairOrder.objects.filter(check_in=OuterRef("pk")).exclude(state="void")
    recent = Q(state="signed", arrival_date__gte=today() - STILL_WITHOUT_ORDER)
    shown = CheckIn.objects.visible_to(request.actor).filter(Q(state="draft") | recent)
    open_ones = Q(state="draft") | Q(has_order=False) | Q(arrival_date=today())
    shown = shown.annotate(has_order=Exists(live)).filter(open_ones).order_by("-pk")
    found = list(shown.prefetch_related("vehicle", "advisor", "customer")[:200])
    context = {
        "expected": [one for one in visits_of(request, today()) if one.appointment.state == "booked"],
        "begun": [row for row in found if row.state == CheckIn.State.DRAFT],
        "without_order": [row for row in found if row.state == CheckIn.State.SIGNED and not row.has_order],
        "done": [row for row in found if row.state == CheckIn.State.SIGNED and row.has_order],
        "may_order": request.actor.can("service.order"),
    }
    return page(request, "service/reception/check_ins.html", context)


@require_http_methods(["GET", "POST"])
@screen("service.check_in")
def check_in_new(request: ActorRequest) -> HttpResponse:
    """A car arrives: by `?vehicle=`, or by its plate, on file or not. One begun already is gone on with."""
    pk = number_in(request.GET.get("vehicle", ""))
    car = find(Vehicle, pk, request.actor, "store") if pk else None
    if car is not None:
        prefetch_related_objects([car], OWNERS)
        if request.method == "GET" and (begun := _begun(request, car)):
            return done(request, "", reverse("check_in", args=[begun.pk]))
    form = ArrivalForm(request.POST or None, actor=request.actor, known=car, initial=_known(request, car))
    if request.method == "POST":
        started = attempt(form, lambda: _start(request, form))
        if started is not None:
            return done(request, "", reverse("check_in", args=[started.pk]))
    context: dict[str, object] = {
        "form": form,
        "car": car,
        "flags": flags_of(car, request.actor) if car else [],
        "booked": _booked_today(request, car) if car else None,
    }
    return page(request, "service/reception/check_in_new.html", context, form)


def _begun(request: ActorRequest, car: Vehicle) -> CheckIn | None:
    rows = CheckIn.objects.visible_to(request.actor)
    return rows.filter(vehicle=car, state=CheckIn.State.DRAFT).first()


def _booked_today(request: ActorRequest, car: Vehicle) -> Appointment | None:
    rows = Appointment.objects.visible_to(request.actor).filter(vehicle=car, at__date=today())
    return rows.filter(state=Appointment.State.BOOKED).order_by("at").first()


def _known(request: ActorRequest, car: Vehicle | None) -> dict[str, Any]:
    owner = car.owner if car else None
    phone = owner.phones.filter(valid=True).order_by("-primary", "pk").first() if owner else None
    return {
        "plate": request.GET.get("plate", ""),
        "deliverer_name": owner.name if owner else "",
        "deliverer_phone": phone.number if phone else "",
        "advisor": self_if_advising(request.actor) or (car.advisor_id if car else None),
    }


def _start(request: ActorRequest, form: ArrivalForm) -> CheckIn:
    values, actor = form.cleaned_data, request.actor
    vehicle = car_at_counter(
        actor.must_store,
        vehicle=values["vehicle"],
        plate=values["plate"],
        vin=values["vin"],
        model_name=values["model_name"],
        owner_name=values["owner_name"],
        brought_by=values["deliverer_name"],
        phone=values["deliverer_phone"],
        actor=actor,
    )
    return _begun(request, vehicle) or start_check_in(
        actor.must_store,
        vehicle=vehicle,
        advisor=values["advisor"],
        deliverer_name=values["deliverer_name"],
        deliverer_phone=values["deliverer_phone"],
        appointment=_booked_today(request, vehicle),
        actor=actor,
    )


@require_POST
@screen("service.check_in")
def appointment_arrive(request: ActorRequest, pk: int) -> HttpResponse:
    """The booked car is here: its check-in begins with what the booking knows."""
    booked = find(Appointment, pk, request.actor, "vehicle", "customer", "advisor", "store")
    started = _begun(request, booked.vehicle) or start_check_in(
        request.actor.must_store,
        vehicle=booked.vehicle,
        advisor=self_if_advising(request.actor) or booked.advisor,
        appointment=booked,
        actor=request.actor,
    )
    return done(request, "客户已到店，请登记接车。", reverse("check_in", args=[started.pk]))


@require_http_methods(["GET", "POST"])
@screen("service.view")
def check_in(request: ActorRequest, pk: int) -> HttpResponse:
    """The walk-around while it is a draft, saved as it is filled in; what was signed afterwards."""
    shown = find(CheckIn, pk, request.actor, *RELATED)
    if request.method == "GET" and (shown.state != "draft" or not request.actor.can("service.check_in")):
        return _read(request, shown)
    request.actor.require("service.check_in", shown.store_id)
    must_be(shown, CheckIn.State.DRAFT, doing="修改")
    form = CheckInForm(request.POST or None, check_in=shown)
    if request.method == "GET":
        return _tablet(request, shown, form)
    if request.headers.get("HX-Request"):
        return _autosave(request, shown, form)
    signing = request.POST.get("step") == "sign"
    saved = attempt(form, lambda: _save(request, shown, form, signing=signing))
    if saved is None:
        return _tablet(request, shown, form)
    if signing:
        return done(request, f"接车单 {saved.number} 已签字，请开工单。", reverse("check_in", args=[pk]))
    return done(request, "已保存，可稍后继续。", reverse("check_ins"))


def _save(request: ActorRequest, shown: CheckIn, form: CheckInForm, *, signing: bool) -> CheckIn:
    """What is on the page, with photos not sent yet; then, when signing, the signature. All or nothing."""
    values = form.cleaned_data
    saved = save_check_in(shown, changes=form.changes(), actor=request.actor, version=values["version"])
    if photos := request.FILES.getlist("photos"):
        add_photos(saved, photos=photos, actor=request.actor)
    if not signing:
        return saved
    return sign_check_in(
        saved,
        signature=values["signature"],
        signed_by=values["signed_by"],
        instrument_replaced=values["instrument_replaced"],
        actor=request.actor,
    )


def _autosave(request: ActorRequest, shown: CheckIn, form: CheckInForm) -> HttpResponse:
    """Keep what is right of what was typed so far, and say what is not; the page itself stays as it is."""
    form.is_valid()
    problems = [f"{form[name].label}：{errors[0]}" for name, errors in form.errors.items()]
    version, status = shown.version, 200
    try:
        seen = form.cleaned_data.get("version")
        saved = save_check_in(shown, changes=form.changes(), actor=request.actor, version=seen)
        version = saved.version
    except Refused as refusal:
        problems, status = [refusal.message], refusal.status
    context = {
        "problems": problems,
        "saved": status == 200,
        "version": version,
        "at": timezone.localtime(),
        "hint": _mileage_hint(shown, form),
        "damage_kinds": DAMAGE_KINDS,
    }
    return render(request, "service/reception/saved.html", context, status=status)


def _mileage_hint(shown: CheckIn, form: CheckInForm) -> str:
    """Said at once, while the customer can still be asked: the reading goes back, or jumps."""
    values = form.cleaned_data if form.is_bound and hasattr(form, "cleaned_data") else {}
    reading = values.get("mileage", shown.mileage)
    if reading is None:
        return ""
    replaced = bool(values.get("instrument_replaced"))
    checked = check_mileage(reading, shown.vehicle.mileage, instrument_replaced=replaced)
    return checked.error or checked.warning or ""


def _tablet(request: ActorRequest, shown: CheckIn, form: CheckInForm) -> HttpResponse:
    prefetch_related_objects([shown.vehicle], OWNERS)
    here = reverse("check_in", args=[shown.pk])
    context = {
        "check_in": shown,
        "form": form,
        "conflicts": _conflicts(shown, form),
        "hint": _mileage_hint(shown, form),
        "damage_kinds": DAMAGE_KINDS,
        "owner": shown.customer or shown.vehicle.owner,
        "flags": [flag for flag in flags_of(shown.vehicle, request.actor) if flag.url != here],
        "photos": _photos(request, shown),
        "offers": offers_for(shown, request.actor),
    }
    return page(request, "service/reception/check_in.html", context, form)


def _conflicts(shown: CheckIn, form: CheckInForm) -> list[Difference]:
    typed = form.changes() if hasattr(form, "refused") else {}
    return differences(form, shown, [name for name in typed if name != "damage_marks"])


def _photos(request: ActorRequest, shown: CheckIn) -> list[Attachment]:
    return [
        one for one in attachments_of(shown, request.actor) if one.is_image and one.purpose != "signature"
    ]


@require_POST
@screen("service.check_in")
def check_in_photos(request: ActorRequest, pk: int) -> HttpResponse:
    """Photos are kept as soon as they are taken; the answer is the row of them."""
    shown = find(CheckIn, pk, request.actor, "store")
    error, status = "", 200
    try:
        add_photos(shown, photos=request.FILES.getlist("photos"), actor=request.actor)
    except Refused as refusal:
        error, status = refusal.message, refusal.status
    if not request.headers.get("HX-Request") and not error:
        return redirect("check_in", pk=pk)
    context = {"check_in": shown, "photos": _photos(request, shown), "error": error}
    return render(request, "service/reception/photos.html", context, status=status)


def _read(request: ActorRequest, shown: CheckIn) -> HttpResponse:
    orders = RepairOrder.objects.visible_to(request.actor).filter(check_in=shown).exclude(state="void")
    found = list(orders)
    signed = shown.state == CheckIn.State.SIGNED
    context = {
        "check_in": shown,
        "tone": TONES[shown.state],
        "orders": found,
        "level": level_text(shown.vehicle.drive, shown.fuel_level),
        "damage_kinds": DAMAGE_KINDS,
        "photos": _photos(request, shown),
        "may_order": signed and not found and request.actor.can("service.order", shown.store_id),
        "print_url": print_address("service.check_in", shown) if signed else "",
        "history_url": history_address(shown),
        "offers": offers_for(shown, request.actor) if not found else [],
    }
    return page(request, "service/reception/check_in_read.html", context)
