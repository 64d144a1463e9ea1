"""Making and changing a car's file, its owner, its mileage; merging two files."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from fours.base.errors import Stale
from fours.customers.models import Customer
from fours.customers.verbs.customer import customer_meant
from fours.kernel.actor import Actor
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.vehicles.facts import AlreadyThere, warnings_of
from fours.vehicles.forms import MergeForm, MileageForm, NewVehicleForm, OwnerForm, UserForm, VehicleForm
from fours.vehicles.identifiers import check_plate, check_vin
from fours.vehicles.lookup import vehicle_by_plate, vehicle_by_vin
from fours.vehicles.models import MileageReading, Ownership, Vehicle
from fours.vehicles.verbs.merge import merge_vehicles
from fours.vehicles.verbs.users import add_vehicle_user, end_vehicle_user
from fours.vehicles.verbs.vehicle import change_owner, change_vehicle, create_vehicle, record_mileage


@screen("vehicles.change")
def vehicles_new(request: ActorRequest) -> HttpResponse:
    """A new car; `?plate=`, `?vin=` and `?owner=` are filled in. Its owner may be made with it."""
    data = request.POST if request.method == "POST" else None
    initial = {name: request.GET.get(name, "") for name in ("plate", "vin", "owner")}
    form = NewVehicleForm(data, initial=initial, actor=request.actor)
    if data is not None and (saved := attempt(form, lambda: _create(form, request.actor))):
        return _saved(request, saved, f"已新建车辆 {saved}")
    context = {"form": form, "page_title": "新建车辆", "back": reverse("vehicles")}
    return _form_page(request, context, form)


def _create(form: NewVehicleForm, actor: Actor) -> Vehicle:
    values = form.cleaned_data
    owner: Customer | None = values["owner"]
    if owner is None and values["owner_name"]:
        owner = customer_meant(
            actor.must_store, name=values["owner_name"], phone=values["owner_phone"], actor=actor
        )
    return create_vehicle(
        actor.must_store, actor=actor, owner=owner, mileage=values["mileage"], **form.facts()
    )


@screen("vehicles.change")
def vehicle_edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change a car's file; a new plate goes into its history. A conflict shows both versions."""
    row = find(Vehicle, pk, request.actor)
    data = request.POST if request.method == "POST" else None
    form = VehicleForm(data, instance=row, actor=request.actor)
    if data is not None:
        saved = attempt(
            form,
            lambda: change_vehicle(
                row, actor=request.actor, version=form.cleaned_data["version"], **form.facts()
            ),
        )
        if saved is not None:
            return _saved(request, saved, f"已保存 {saved}")
        if isinstance(getattr(form, "refused", None), Stale):
            form.show_conflict(find(Vehicle, pk, request.actor))
    context = {"form": form, "page_title": f"修改车辆 {row}", "back": reverse("vehicle", args=[pk])}
    return _form_page(request, context, form)


def _saved(request: ActorRequest, vehicle: Vehicle, message: str) -> HttpResponse:
    for warning in warnings_of(vehicle.vin, vehicle.plate):
        messages.warning(request, warning)
    return done(request, message, reverse("vehicle", args=[vehicle.pk]))


def _form_page(request: ActorRequest, context: dict[str, Any], form: VehicleForm) -> HttpResponse:
    refusal = getattr(form, "refused", None)
    context["existing"] = refusal.existing if isinstance(refusal, AlreadyThere) else None
    return page(request, "vehicles/vehicle_form.html", context, form)


@screen("vehicles.view")
def vehicle_alike(request: ActorRequest) -> HttpResponse:
    """While a plate or VIN is typed: the car that has it already."""
    store = request.actor.must_store
    vin, plate = check_vin(request.GET.get("vin", "")), check_plate(request.GET.get("plate", ""))
    existing = vehicle_by_vin(store, vin.value or "") or vehicle_by_plate(store, plate.value or "")
    return render(request, "vehicles/alike.html", {"existing": existing})


@screen("vehicles.change")
def vehicle_owner(request: ActorRequest, pk: int) -> HttpResponse:
    """The car changes hands; the old owner stays in the history."""
    row = find(Vehicle, pk, request.actor)
    data = request.POST if request.method == "POST" else None
    form = OwnerForm(data, initial={"customer": request.GET.get("customer")}, actor=request.actor)
    if data is not None and attempt(form, lambda: _hand_over(row, form, request.actor)) is not None:
        return done(request, "已登记过户", reverse("vehicle", args=[pk]))
    return _small_form(request, row, form, f"过户 {row}", "登记过户", "原车主留在车主历史里。")


def _hand_over(row: Vehicle, form: OwnerForm, actor: Actor) -> Vehicle:
    values = form.cleaned_data
    return change_owner(row, customer=values["customer"], on=values["on"], actor=actor)


@screen("vehicles.change")
def vehicle_user(request: ActorRequest, pk: int) -> HttpResponse:
    """Somebody uses the car besides its owner, or no longer does; `?customer=` is filled in."""
    row = find(Vehicle, pk, request.actor)
    data = request.POST if request.method == "POST" else None
    initial = {"customer": request.GET.get("customer"), "ended": "ended" in request.GET}
    form = UserForm(data, initial=initial, actor=request.actor)
    if data is not None and attempt(form, lambda: _note_user(row, form, request.actor)) is not None:
        return done(request, "已登记", reverse("vehicle", args=[pk]))
    intro = "公司车的司机、家里常开这台车的人。车主变更请用过户。"
    return _small_form(request, row, form, f"使用人 {row}", "登记", intro)


def _note_user(row: Vehicle, form: UserForm, actor: Actor) -> Ownership:
    values = form.cleaned_data
    call = end_vehicle_user if values["ended"] else add_vehicle_user
    return call(row, customer=values["customer"], on=values["on"], actor=actor)


@screen("vehicles.change")
def vehicle_mileage(request: ActorRequest, pk: int) -> HttpResponse:
    """A reading; backwards only with a recorded instrument replacement."""
    row = find(Vehicle, pk, request.actor)
    data = request.POST if request.method == "POST" else None
    form = MileageForm(data)
    if data is not None and attempt(form, lambda: _record(row, form, request.actor)) is not None:
        return done(request, "已登记里程", reverse("vehicle", args=[pk]))
    last = f"上次 {row.mileage:,} km（{row.mileage_on}）" if row.mileage is not None else "还没有里程记录"
    return _small_form(request, row, form, f"登记里程 {row}", "登记", last)


def _record(row: Vehicle, form: MileageForm, actor: Actor) -> MileageReading:
    values = form.cleaned_data
    return record_mileage(
        row,
        kilometers=values["mileage"],
        read_on=values["read_on"],
        source=values["source"],
        instrument_replaced=values["instrument_replaced"],
        actor=actor,
    )


@screen("customers.merge")
def vehicle_merge(request: ActorRequest, pk: int) -> HttpResponse:
    """Choose the file that goes on; this one's orders, owners, plates and photos go to it."""
    row = find(Vehicle, pk, request.actor)
    data = request.POST if request.method == "POST" else None
    form = MergeForm(data, initial={"into": request.GET.get("into")}, row=row, actor=request.actor)
    if data is not None and (
        into := attempt(
            form, lambda: merge_vehicles(row, into=form.cleaned_data["into"], actor=request.actor)
        )
    ):
        return done(request, f"已合并到 {into}", reverse("vehicle", args=[into.pk]))
    intro = f"“{row}”的工单、车主、车牌、回访、附件都转到下面选择的档案；本档案停用并留存，不能撤销。"
    return _small_form(request, row, form, f"合并车辆 {row}", "合并", intro, tone="danger")


def _small_form(
    request: ActorRequest,
    row: Vehicle,
    form: Any,
    title: str,
    submit_label: str,
    intro: str,
    *,
    tone: str = "primary",
) -> HttpResponse:
    context = {
        "title": title,
        "form": form,
        "intro": intro,
        "submit_label": submit_label,
        "submit_tone": tone,
        "crumbs": [("车辆", reverse("vehicles")), (str(row), reverse("vehicle", args=[row.pk]))],
        "cancel_url": reverse("vehicle", args=[row.pk]),
    }
    return page(request, "kernel/form_page.html", context, form)
