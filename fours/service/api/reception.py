"""`/api/v1/appointments`, `/check-ins`: the car is expected, the car is taken over (SV-01, SV-03)."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from fours.customers.models import Customer
from fours.desk.api_files import AttachmentsOut, FilesIn, attachments_out, uploads_of
from fours.desk.api_tools import (
    ApiRequest,
    Asked,
    DataUrl,
    Hours,
    Id,
    Kilometers,
    Listed,
    Moment,
    Page,
    PersonOut,
    PhoneText,
    Text,
    Versioned,
    When,
    WithReason,
    created,
    held,
    listing,
    reader,
    referred,
    rows_of,
    writer,
)
from fours.kernel.attachments import attachments_of
from fours.kernel.business_date import span_of
from fours.kernel.events import kind_of
from fours.org.people import employee
from fours.service.models import Appointment, CheckIn
from fours.service.verbs.appointment import (
    book_appointment,
    cancel_appointment,
    confirm_preparation,
    mark_no_show,
    reschedule_appointment,
)
from fours.service.verbs.check_in import (
    add_photos,
    save_check_in,
    sign_check_in,
    start_check_in,
    void_check_in,
)
from fours.vehicles.models import Vehicle

from .shapes import VehicleRef

appointments = Router()
check_ins = Router()


class AppointmentOut(Schema):
    id: int
    store: str
    number: str
    version: int
    state: str
    vehicle: VehicleRef
    customer_id: int | None
    contact_name: str
    contact_phone: PhoneText
    at: Moment
    hours: Decimal
    work_kind: str
    advisor: PersonOut
    concern: str
    source: str
    closed_reason: str
    arrived_at: Moment | None

    @staticmethod
    def resolve_store(row: Appointment) -> str:
        return row.store.code


class CheckInOut(Schema):
    id: int
    store: str
    number: str
    version: int
    state: str
    vehicle: VehicleRef
    customer_id: int | None
    appointment_id: int | None
    deliverer_name: str
    deliverer_phone: PhoneText
    arrived_at: Moment
    advisor: PersonOut
    mileage: int | None
    fuel_level: int | None
    lamps: list[Any]
    items: list[Any]
    papers: list[Any]
    valuables_reminded: bool
    protective_set: bool
    test_drive: bool
    damage_marks: list[Any]
    concern: str
    findings: str
    key_tag: str
    parking_place: str
    signed_by: str
    signed_at: Moment | None

    @staticmethod
    def resolve_store(row: CheckIn) -> str:
        return row.store.code


class AppointmentIn(Asked):
    """`advisor`: user name. A full day or a time outside hours is refused until `confirmed` names the warning."""

    vehicle_id: Id
    customer_id: Id | None = None
    contact_name: Text
    contact_phone: Text
    at: When
    hours: Hours
    work_kind: Literal["mechanical", "electrical", "body", "paint", "care"] = "mechanical"
    advisor: Text
    concern: Text
    source: Literal["phone", "counter", "invited", "online"] = "phone"
    confirmed: list[Text] = Field([], max_length=10)


class Reschedule(Versioned):
    at: When
    advisor: Text | None = None
    confirmed: list[Text] = Field([], max_length=10)


class Preparation(Asked):
    """`rule`: whose side is ready, as the task to prepare it is called."""

    rule: Text


class CheckInIn(Asked):
    """`advisor`: user name."""

    vehicle_id: Id
    customer_id: Id | None = None
    appointment_id: Id | None = None
    advisor: Text
    deliverer_name: Text = ""
    deliverer_phone: Text = ""


class DamageMark(Asked):
    x: int = Field(ge=0, le=1000)
    y: int = Field(ge=0, le=1000)
    kind: Text
    note: Text = ""


class CheckInChange(Versioned):
    deliverer_name: Text = ""
    deliverer_phone: Text = ""
    mileage: Kilometers | None = None
    fuel_level: int | None = Field(None, ge=0, le=100)
    lamps: list[Text] = Field([], max_length=50)
    items: list[Text] = Field([], max_length=50)
    papers: list[Text] = Field([], max_length=50)
    valuables_reminded: bool = False
    protective_set: bool = False
    test_drive: bool = False
    damage_marks: list[DamageMark] = Field([], max_length=60)
    concern: Text = ""
    findings: Text = ""
    key_tag: Text = ""
    parking_place: Text = ""


class SignCheckIn(Versioned):
    """`signature`: the customer's, as data URL of a PNG."""

    signature: DataUrl
    signed_by: Text
    instrument_replaced: bool = False


class AppointmentPage(Page):
    state: Literal["booked", "arrived", "no_show", "cancelled"] | None = None
    on: date | None = None
    vehicle_id: Id | None = None


class CheckInPage(Page):
    state: Literal["draft", "signed", "void"] | None = None
    vehicle_id: Id | None = None


JOINED = ("store", "vehicle", "advisor")


@appointments.get("", response=Listed[AppointmentOut], url_name="appointments")
def appointment_list(request: ApiRequest, page: Query[AppointmentPage]) -> object:
    """Appointments of the caller's stores, the newest first."""
    rows = rows_of(Appointment, reader(request, page.store))
    if page.on:
        begin, end = span_of(page.on)
        rows = rows.filter(at__gte=begin, at__lt=end)
    for name in ("state", "vehicle_id"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    return listing(rows, page, lambda shown: shown.select_related(*JOINED))


@appointments.post("", response={201: AppointmentOut}, url_name="appointments")
def book(request: ApiRequest, response: HttpResponse, data: AppointmentIn, store: str = "") -> object:
    """Book a visit."""
    actor = writer(request, store)
    vehicle = referred(Vehicle, data.vehicle_id, actor, "vehicle_id")
    assert vehicle is not None
    row = book_appointment(
        actor.must_store,
        vehicle=vehicle,
        customer=referred(Customer, data.customer_id, actor, "customer_id"),
        advisor=employee(actor.must_store, data.advisor, "advisor"),
        confirmed=frozenset(data.confirmed),
        actor=actor,
        **data.given("vehicle_id", "customer_id", "advisor", "confirmed"),
    )
    return created(request, response, reverse("api:appointment", args=[row.pk]), row)


@appointments.get("/{int:pk}", response=AppointmentOut, url_name="appointment")
def appointment(request: ApiRequest, pk: int) -> Appointment:
    """One appointment."""
    return held(request, Appointment, pk, *JOINED)[0]


@appointments.post("/{int:pk}/reschedule", response=AppointmentOut)
def reschedule(request: ApiRequest, pk: int, data: Reschedule) -> Appointment:
    """Move the visit to another time."""
    row, actor = held(request, Appointment, pk, *JOINED)
    return reschedule_appointment(
        row,
        at=data.at,
        advisor=employee(actor.must_store, data.advisor, "advisor") if data.advisor else None,
        confirmed=frozenset(data.confirmed),
        actor=actor,
        version=data.version,
    )


@appointments.post("/{int:pk}/cancel", response=AppointmentOut)
def cancel(request: ApiRequest, pk: int, data: WithReason) -> Appointment:
    """The visit is called off."""
    row, actor = held(request, Appointment, pk, *JOINED)
    return cancel_appointment(row, reason=data.reason, actor=actor, version=data.version)


@appointments.post("/{int:pk}/mark-no-show", response=AppointmentOut)
def no_show(request: ApiRequest, pk: int, data: Versioned) -> Appointment:
    """The customer did not come."""
    row, actor = held(request, Appointment, pk, *JOINED)
    return mark_no_show(row, actor=actor, version=data.version)


@appointments.post("/{int:pk}/confirm-preparation", response=AppointmentOut)
def prepared(request: ApiRequest, pk: int, data: Preparation) -> Appointment:
    """One side is ready for the visit."""
    row, actor = held(request, Appointment, pk, *JOINED)
    return confirm_preparation(row, rule=data.rule, actor=actor)


@check_ins.get("", response=Listed[CheckInOut], url_name="check-ins")
def check_in_list(request: ApiRequest, page: Query[CheckInPage]) -> object:
    """Check-ins of the caller's stores, the newest first."""
    rows = rows_of(CheckIn, reader(request, page.store))
    for name in ("state", "vehicle_id"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    return listing(rows, page, lambda shown: shown.select_related(*JOINED))


@check_ins.post("", response={201: CheckInOut}, url_name="check-ins")
def start(request: ApiRequest, response: HttpResponse, data: CheckInIn, store: str = "") -> object:
    """A car has arrived."""
    actor = writer(request, store)
    vehicle = referred(Vehicle, data.vehicle_id, actor, "vehicle_id")
    assert vehicle is not None
    row = start_check_in(
        actor.must_store,
        vehicle=vehicle,
        customer=referred(Customer, data.customer_id, actor, "customer_id"),
        appointment=referred(Appointment, data.appointment_id, actor, "appointment_id"),
        advisor=employee(actor.must_store, data.advisor, "advisor"),
        deliverer_name=data.deliverer_name,
        deliverer_phone=data.deliverer_phone,
        actor=actor,
    )
    return created(request, response, reverse("api:check-in", args=[row.pk]), row)


@check_ins.get("/{int:pk}", response=CheckInOut, url_name="check-in")
def check_in(request: ApiRequest, pk: int) -> CheckIn:
    """One check-in."""
    return held(request, CheckIn, pk, *JOINED)[0]


@check_ins.patch("/{int:pk}", response=CheckInOut, url_name="check-in")
def save(request: ApiRequest, pk: int, data: CheckInChange) -> CheckIn:
    """Keep what has been filled in so far."""
    row, actor = held(request, CheckIn, pk, *JOINED)
    changes = data.given("version")
    if "damage_marks" in changes:
        changes["damage_marks"] = [
            {"n": number, **mark.model_dump()} for number, mark in enumerate(data.damage_marks, 1)
        ]
    return save_check_in(row, changes=changes, actor=actor, version=data.version)


@check_ins.post("/{int:pk}/sign", response=CheckInOut)
def sign(request: ApiRequest, pk: int, data: SignCheckIn) -> CheckIn:
    """The customer signs what was found."""
    row, actor = held(request, CheckIn, pk, *JOINED)
    return sign_check_in(row, actor=actor, version=data.version, **data.given("version"))


@check_ins.post("/{int:pk}/add-photos", response=AttachmentsOut)
def photos(request: ApiRequest, pk: int, data: FilesIn) -> dict[str, Any]:
    """Keep photos of the car; answers all files of the check-in."""
    row, actor = held(request, CheckIn, pk, *JOINED)
    add_photos(row, photos=uploads_of(data.files), actor=actor)
    return attachments_out(kind_of(row), pk, attachments_of(row, actor))


@check_ins.post("/{int:pk}/void", response=CheckInOut)
def void(request: ApiRequest, pk: int, data: WithReason) -> CheckIn:
    """Make the check-in void."""
    row, actor = held(request, CheckIn, pk, *JOINED)
    return void_check_in(row, reason=data.reason, actor=actor, version=data.version)
