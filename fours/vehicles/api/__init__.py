"""`/api/v1/vehicles`: the vehicle files (PF-04)."""

from datetime import date
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from fours.customers.models import Customer
from fours.desk.api_tools import (
    ApiRequest,
    Asked,
    Id,
    Kilometers,
    Listed,
    Moment,
    Page,
    Text,
    Version,
    Versioned,
    created,
    held,
    listing,
    reader,
    referred,
    rows_of,
    writer,
)
from fours.desk.search import matching_ids
from fours.vehicles.models import MileageReading, Vehicle
from fours.vehicles.search import KIND
from fours.vehicles.verbs.merge import merge_vehicles
from fours.vehicles.verbs.users import add_vehicle_user, end_vehicle_user
from fours.vehicles.verbs.vehicle import change_owner, change_vehicle, create_vehicle, record_mileage

router = Router()
resource = Router()


class OwnerOut(Schema):
    id: int
    name: str


class VehicleOut(Schema):
    """A vehicle file with its present owner."""

    id: int
    store: str
    version: int
    vin: str
    plate: str
    engine_number: str
    brand: str
    series: str
    model_name: str
    color: str
    drive: str
    use: str
    produced_on: date | None
    registered_on: date | None
    sold_on: date | None
    sold_here: bool
    owner: OwnerOut | None
    mileage: int | None
    mileage_on: date | None
    last_service_on: date | None
    last_visit_on: date | None
    next_service_on: date | None
    next_service_mileage: int | None
    warranty_until: date | None
    warranty_mileage: int | None
    insurance_until: date | None
    compulsory_insurance_until: date | None
    inspection_until: date | None
    note: str
    active: bool
    merged_into_id: int | None
    created_at: Moment
    updated_at: Moment

    @staticmethod
    def resolve_store(row: Vehicle) -> str:
        return row.store.code


class ReadingOut(Schema):
    """An odometer reading with where it came from."""

    id: int
    kilometers: int
    read_on: date
    source: str
    instrument_replaced: bool


class VehicleFactsIn(Asked):
    vin: Text = ""
    plate: Text = ""
    engine_number: Text = ""
    brand: Text = ""
    series: Text = ""
    model_name: Text = ""
    color: Text = ""
    drive: Literal["fuel", "hybrid", "battery"] = "fuel"
    use: Literal["private", "business", "ride_hailing", "commercial", "own"] = "private"
    produced_on: date | None = None
    registered_on: date | None = None
    sold_on: date | None = None
    sold_here: bool = False
    last_service_on: date | None = None
    last_visit_on: date | None = None
    next_service_on: date | None = None
    next_service_mileage: Kilometers | None = None
    warranty_until: date | None = None
    warranty_mileage: Kilometers | None = None
    insurance_until: date | None = None
    compulsory_insurance_until: date | None = None
    inspection_until: date | None = None
    note: Text = ""


class VehicleIn(VehicleFactsIn):
    owner_id: Id | None = None
    owned_since: date | None = None
    mileage: Kilometers | None = None
    mileage_on: date | None = None


class VehicleChange(VehicleFactsIn):
    """Only what is given is changed; owner and mileage have verbs of their own."""

    active: bool = True
    plate_since: date | None = None
    version: Version = None


class OwnerChange(Versioned):
    customer_id: Id | None
    on: date


class UserChange(Versioned):
    customer_id: Id
    on: date


class Reading(Asked):
    kilometers: Kilometers
    read_on: date
    source: Text = "接口"
    instrument_replaced: bool = False


class Merge(Versioned):
    into_id: Id


class VehiclePage(Page):
    q: str = Field("", max_length=80, description="end of a plate, VIN, owner: as in the search box")
    vin: str = Field("", max_length=17)
    plate: str = Field("", max_length=10)
    owner_id: Id | None = None
    active: bool | None = None


def _whole(rows: QuerySet[Vehicle]) -> QuerySet[Vehicle]:
    return rows.select_related("store").prefetch_related("ownerships__customer")


def _again(request: ApiRequest, row: Vehicle) -> Vehicle:
    return _whole(rows_of(Vehicle, request.actor).filter(pk=row.pk)).get()


@resource.get("", response=Listed[VehicleOut], url_name="vehicles")
def vehicles(request: ApiRequest, page: Query[VehiclePage]) -> object:
    """The cars of the caller's stores, the newest first; merged files are left out."""
    actor = reader(request, page.store)
    rows = rows_of(Vehicle, actor).filter(merged_into=None)
    if page.q:
        rows = rows.filter(pk__in=matching_ids(actor, KIND, page.q))
    if page.vin:
        rows = rows.filter(vin=page.vin)
    if page.plate:
        rows = rows.filter(plate=page.plate)
    if page.owner_id:
        owned = {"relation": "owner", "ends_on": None}
        rows = rows.filter(
            **{f"ownerships__{name}": value for name, value in owned.items()},
            ownerships__customer=page.owner_id,
        )
    if page.active is not None:
        rows = rows.filter(active=page.active)
    return listing(rows, page, _whole)


@resource.post("", response={201: VehicleOut}, url_name="vehicles")
def create(request: ApiRequest, response: HttpResponse, data: VehicleIn, store: str = "") -> object:
    """A new vehicle file; a VIN or plate the store knows already is refused (409)."""
    actor = writer(request, store)
    facts: dict[str, Any] = data.given("owner_id")
    owner = referred(Customer, data.owner_id, actor, "owner_id")
    row = create_vehicle(actor.must_store, actor=actor, owner=owner, mileage_source="接口", **facts)
    return created(request, response, reverse("api:vehicle", args=[row.pk]), _again(request, row))


@resource.get("/{int:pk}", response=VehicleOut, url_name="vehicle")
def vehicle(request: ApiRequest, pk: int) -> Vehicle:
    """One car."""
    return _again(request, held(request, Vehicle, pk)[0])


@resource.patch("/{int:pk}", response=VehicleOut, url_name="vehicle")
def change(request: ApiRequest, pk: int, data: VehicleChange) -> Vehicle:
    """Change what is given of a file; a changed plate goes into the plate history."""
    row, actor = held(request, Vehicle, pk)
    return _again(request, change_vehicle(row, actor=actor, version=data.version, **data.given("version")))


@resource.post("/{int:pk}/change-owner", response=VehicleOut)
def owner(request: ApiRequest, pk: int, data: OwnerChange) -> Vehicle:
    """The car has a new owner from a day on; the old one stays in the history."""
    row, actor = held(request, Vehicle, pk)
    customer = referred(Customer, data.customer_id, actor, "customer_id")
    return _again(
        request, change_owner(row, customer=customer, on=data.on, actor=actor, version=data.version)
    )


@resource.post("/{int:pk}/add-user", response=VehicleOut)
def add_user(request: ApiRequest, pk: int, data: UserChange) -> Vehicle:
    """A customer uses the car from a day on, beside its owner."""
    row, actor = held(request, Vehicle, pk)
    customer = referred(Customer, data.customer_id, actor, "customer_id")
    assert customer is not None
    add_vehicle_user(row, customer=customer, on=data.on, actor=actor, version=data.version)
    return _again(request, row)


@resource.post("/{int:pk}/end-user", response=VehicleOut)
def end_user(request: ApiRequest, pk: int, data: UserChange) -> Vehicle:
    """A customer no longer uses the car."""
    row, actor = held(request, Vehicle, pk)
    customer = referred(Customer, data.customer_id, actor, "customer_id")
    assert customer is not None
    end_vehicle_user(row, customer=customer, on=data.on, actor=actor, version=data.version)
    return _again(request, row)


@resource.post("/{int:pk}/record-mileage", response=VehicleOut)
def mileage(request: ApiRequest, pk: int, data: Reading) -> Vehicle:
    """Record an odometer reading; one that goes back is refused unless the instrument was replaced."""
    row, actor = held(request, Vehicle, pk)
    record_mileage(
        row,
        kilometers=data.kilometers,
        read_on=data.read_on,
        source=data.source,
        instrument_replaced=data.instrument_replaced,
        actor=actor,
    )
    return _again(request, row)


@resource.get("/{int:pk}/mileage-readings", response=Listed[ReadingOut])
def readings(request: ApiRequest, pk: int, page: Query[Page]) -> object:
    """Every reading of the car, the newest first."""
    row, actor = held(request, Vehicle, pk)
    return listing(rows_of(MileageReading, actor).filter(MileageReading.VALID, vehicle=row), page)


@resource.post("/{int:pk}/merge", response=VehicleOut)
def merge(request: ApiRequest, pk: int, data: Merge) -> Vehicle:
    """Merge this file into another of the same car; answers the file that goes on."""
    row, actor = held(request, Vehicle, pk)
    into = referred(Vehicle, data.into_id, actor, "into_id")
    assert into is not None
    return _again(request, merge_vehicles(row, into=into, actor=actor, version=data.version))


router.add_router("/vehicles", resource, tags=["vehicles"])
