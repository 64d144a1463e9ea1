"""`/api/v1/repair-orders`: the order from its draft to the car's leaving, by the verbs of the screens (SV-05 to SV-13)."""

from datetime import date, time
from decimal import Decimal
from typing import Literal

from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router
from pydantic import Field

from fours.customers.models import Customer
from fours.desk.api_tools import (
    ApiRequest,
    Asked,
    DataUrl,
    Id,
    Kilometers,
    Listed,
    Money,
    Page,
    Quantity,
    Text,
    Version,
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
from fours.desk.search import matching_ids
from fours.org.people import employee
from fours.parts.models import IssueLine
from fours.service.models import AdditionalWork, CheckIn, RepairOrder
from fours.service.search import KIND
from fours.service.stage import know_stages
from fours.service.verbs.additional import report_finding, take_up_recommendation
from fours.service.verbs.delivery import check_handover, deliver_order, give_gate_pass
from fours.service.verbs.estimate import issue_estimate
from fours.service.verbs.inspection import final_check
from fours.service.verbs.large_order import note_large_order
from fours.service.verbs.order import authorise_order, change_order, change_promise, open_order, void_order
from fours.service.verbs.parts import Give, issue_to_order, return_to_stock
from fours.service.verbs.settlement import issue_statements
from fours.vehicles.models import Vehicle

from .jobs import CheckItem
from .shapes import OrderOut, OrderRow, order_rows, order_whole

router = Router()


class OrderFactsIn(Asked):
    kind: Literal[
        "first_service", "periodic_service", "general_repair", "body_paint", "accident", "warranty", "recall",
        "rework_internal", "rework_external", "pdi", "rescue", "accessory", "reconditioning", "own_car",
    ] = "general_repair"  # fmt: skip
    repair_class: Literal[
        "minor", "special", "first_maintenance", "second_maintenance", "assembly", "whole_vehicle"
    ] = "minor"
    concern: Text = ""
    diagnosis: Text = ""
    payment_wish: Literal["cash", "mobile", "card", "transfer", "on_account"] = "mobile"
    old_parts: Literal["take_back", "dispose", "none"] = "dispose"
    wash_wanted: bool = True
    road_test_allowed: bool = True
    contact_way: Text = "电话"
    key_tag: Text = ""
    parking_place: Text = ""
    insurer_name: Text = ""
    claim_number: Text = ""
    deliverer_name: Text = ""
    deliverer_phone: Text = ""
    fuel_level: int | None = Field(None, ge=0, le=100)
    advisor: Text | None = Field(None, description="user name; else the check-in's advisor, else the caller")


class OrderIn(OrderFactsIn):
    """From a signed check-in, or directly for a car."""

    check_in_id: Id | None = None
    vehicle_id: Id | None = None
    customer_id: Id | None = None
    mileage_in: Kilometers | None = None
    promised_at: When | None = None
    second_open_reason: Text = ""


class OrderChange(OrderFactsIn):
    version: Version = None


class Authorise(Versioned):
    """`signature`: the customer's, as data URL of a PNG."""

    signature: DataUrl
    signed_by: Text
    promised_at: When


class Promise(WithReason):
    promised_at: When
    told_customer: bool


class EstimateIn(Versioned):
    promised_at: When | None = None


class Finding(Asked):
    finding: Text
    safety_related: bool = False


class TakeUp(Versioned):
    additional_work_id: Id


class GiveIn(Asked):
    line_id: Id
    quantity: Quantity


class IssueParts(Asked):
    """`receiver`: user name of who takes the parts."""

    receiver: Text
    lines: list[GiveIn] = Field(min_length=1, max_length=200)


class ReturnParts(Asked):
    issue_line_id: Id
    quantity: Quantity


class FinalCheck(Versioned):
    passed: bool
    items: list[CheckItem] = Field(max_length=200)
    reason: Text = ""
    failed_job_ids: list[Id] = Field([], max_length=200)
    advice: Text = ""


class IssueStatements(Versioned):
    rounding: Money = Decimal("0.00")


class Ticked(Versioned):
    items: list[Text] = Field(max_length=100)


class Deliver(Ticked):
    mileage_out: Kilometers
    next_service_on: date | None = None
    next_service_mileage: Kilometers | None = None
    call_from: time | None = None
    call_until: time | None = None


class OrderPage(Page):
    q: str = Field("", max_length=80, description="number, plate: as in the search box")
    state: Literal["draft", "authorised", "completed", "delivered", "closed", "void"] | None = None
    presence: Literal["arrived", "gate_pass", "left"] | None = None
    kind: str = Field("", max_length=20)
    number: str = Field("", max_length=32)
    vehicle_id: Id | None = None
    customer_id: Id | None = None
    advisor: str = Field("", max_length=40)


@router.get("", response=Listed[OrderRow], url_name="repair-orders")
def orders(request: ApiRequest, page: Query[OrderPage]) -> object:
    """The orders of the caller's stores, the newest first."""
    actor = reader(request, page.store)
    rows = rows_of(RepairOrder, actor)
    if page.q:
        cars = matching_ids(actor, "vehicle", page.q)
        rows = rows.filter(pk__in=matching_ids(actor, KIND, page.q)) | rows.filter(vehicle__in=cars)
    for name in ("state", "presence", "kind", "number", "vehicle_id", "customer_id"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    if page.advisor:
        rows = rows.filter(advisor__username=page.advisor)
    listed = listing(rows, page, order_rows)
    know_stages(listed.items)
    return listed


@router.post("", response={201: OrderOut}, url_name="repair-orders")
def open_new(request: ApiRequest, response: HttpResponse, data: OrderIn, store: str = "") -> object:
    """Draft an order (`open_order`)."""
    actor = writer(request, store)
    facts = data.given("check_in_id", "vehicle_id", "customer_id", "advisor")
    order = open_order(
        actor.must_store,
        check_in=referred(CheckIn, data.check_in_id, actor, "check_in_id"),
        vehicle=referred(Vehicle, data.vehicle_id, actor, "vehicle_id"),
        customer=referred(Customer, data.customer_id, actor, "customer_id"),
        advisor=employee(actor.must_store, data.advisor, "advisor") if data.advisor else None,
        actor=actor,
        **facts,
    )
    return created(
        request, response, reverse("api:repair-order", args=[order.pk]), order_whole(request, order)
    )


@router.get("/{int:pk}", response=OrderOut, url_name="repair-order")
def order(request: ApiRequest, pk: int) -> RepairOrder:
    """One order with its lines, jobs, additional works, statements and totals by payer."""
    return order_whole(request, held(request, RepairOrder, pk)[0])


@router.patch("/{int:pk}", response=OrderOut, url_name="repair-order")
def change(request: ApiRequest, pk: int, data: OrderChange) -> RepairOrder:
    """Change what is given; after signing only what the contract leaves open."""
    row, actor = held(request, RepairOrder, pk)
    advisor = employee(actor.must_store, data.advisor, "advisor") if data.advisor else None
    facts = data.given("version", "advisor")
    return order_whole(
        request, change_order(row, actor=actor, version=data.version, advisor=advisor, **facts)
    )


@router.post("/{int:pk}/issue-estimate", response=OrderOut)
def estimate(request: ApiRequest, pk: int, data: EstimateIn) -> RepairOrder:
    """Freeze the draft's lines as an estimate."""
    row, actor = held(request, RepairOrder, pk)
    issue_estimate(row, promised_at=data.promised_at, actor=actor, version=data.version)
    return order_whole(request, row)


@router.post("/{int:pk}/take-up-recommendation", response=OrderOut)
def recommendation(request: ApiRequest, pk: int, data: TakeUp) -> RepairOrder:
    """Put what was refused on an earlier visit on this draft."""
    row, actor = held(request, RepairOrder, pk)
    work = referred(AdditionalWork, data.additional_work_id, actor, "additional_work_id")
    assert work is not None
    return order_whole(request, take_up_recommendation(row, work=work, actor=actor, version=data.version))


@router.post("/{int:pk}/authorise", response=OrderOut)
def authorise(request: ApiRequest, pk: int, data: Authorise) -> RepairOrder:
    """The customer signs: the draft becomes the contract and gets its number."""
    row, actor = held(request, RepairOrder, pk)
    return order_whole(
        request, authorise_order(row, actor=actor, version=data.version, **data.given("version"))
    )


@router.post("/{int:pk}/change-promise", response=OrderOut)
def promise(request: ApiRequest, pk: int, data: Promise) -> RepairOrder:
    """Promise another time, with the reason."""
    row, actor = held(request, RepairOrder, pk)
    return order_whole(
        request, change_promise(row, actor=actor, version=data.version, **data.given("version"))
    )


@router.post("/{int:pk}/void", response=OrderOut)
def void(request: ApiRequest, pk: int, data: WithReason) -> RepairOrder:
    """Make the order void; its number stays."""
    row, actor = held(request, RepairOrder, pk)
    return order_whole(request, void_order(row, reason=data.reason, actor=actor, version=data.version))


@router.post("/{int:pk}/note-large", response=OrderOut)
def seen(request: ApiRequest, pk: int, data: Asked) -> RepairOrder:
    """The manager has seen the large or key customer's order."""
    row, actor = held(request, RepairOrder, pk)
    return order_whole(request, note_large_order(row, actor=actor))


@router.post("/{int:pk}/report-finding", response=OrderOut)
def finding(request: ApiRequest, pk: int, data: Finding) -> RepairOrder:
    """Note what differs from the order; the advisor prices it as additional work."""
    row, actor = held(request, RepairOrder, pk)
    report_finding(row, finding=data.finding, safety_related=data.safety_related, actor=actor)
    return order_whole(request, row)


@router.post("/{int:pk}/issue-parts", response=OrderOut)
def issue_parts(request: ApiRequest, pk: int, data: IssueParts) -> RepairOrder:
    """Hand out parts for authorised lines, all or none (`issue_to_order`)."""
    row, actor = held(request, RepairOrder, pk)
    receiver = employee(actor.must_store, data.receiver, "receiver")
    lines = [Give(line.line_id, line.quantity) for line in data.lines]
    issue_to_order(row, lines=lines, receiver=receiver, actor=actor)
    return order_whole(request, row)


@router.post("/{int:pk}/return-to-stock", response=OrderOut)
def return_parts(request: ApiRequest, pk: int, data: ReturnParts) -> RepairOrder:
    """Take unused parts back into stock."""
    row, actor = held(request, RepairOrder, pk)
    line = referred(IssueLine, data.issue_line_id, actor, "issue_line_id")
    assert line is not None
    return_to_stock(row, issue_line=line, quantity=data.quantity, actor=actor)
    return order_whole(request, row)


@router.post("/{int:pk}/final-check", response=OrderOut)
def final(request: ApiRequest, pk: int, data: FinalCheck) -> RepairOrder:
    """The final check of the whole car; failed jobs go back to the workshop."""
    row, actor = held(request, RepairOrder, pk)
    final_check(
        row,
        passed=data.passed,
        items=[item.answered() for item in data.items],
        reason=data.reason,
        failed_jobs=data.failed_job_ids,
        advice=data.advice,
        actor=actor,
        version=data.version,
    )
    return order_whole(request, row)


@router.post("/{int:pk}/issue-statements", response=OrderOut)
def settle(request: ApiRequest, pk: int, data: IssueStatements) -> RepairOrder:
    """Issue one statement per payer."""
    row, actor = held(request, RepairOrder, pk)
    issue_statements(row, rounding=data.rounding, actor=actor, version=data.version)
    return order_whole(request, row)


@router.post("/{int:pk}/check-handover", response=OrderOut)
def handover(request: ApiRequest, pk: int, data: Ticked) -> RepairOrder:
    """The internal check before the customer is called; `items` are all names of the checklist."""
    row, actor = held(request, RepairOrder, pk)
    return order_whole(request, check_handover(row, items=data.items, actor=actor, version=data.version))


@router.post("/{int:pk}/give-gate-pass", response=OrderOut)
def gate_pass(request: ApiRequest, pk: int, data: Versioned) -> RepairOrder:
    """Let the car go."""
    row, actor = held(request, RepairOrder, pk)
    give_gate_pass(row, actor=actor, version=data.version)
    return order_whole(request, row)


@router.post("/{int:pk}/deliver", response=OrderOut)
def deliver(request: ApiRequest, pk: int, data: Deliver) -> RepairOrder:
    """Hand the car over to the customer; `items` are all names of the delivery checklist."""
    row, actor = held(request, RepairOrder, pk)
    return order_whole(
        request, deliver_order(row, actor=actor, version=data.version, **data.given("version"))
    )
