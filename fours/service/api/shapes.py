"""The documents of the service area as the interface shows them, written out by hand."""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Prefetch, QuerySet
from ninja import Schema
from pydantic import BeforeValidator, ValidationInfo

from fours.desk.api_tools import ApiRequest, Moment, PersonOut, PhoneText, rows_of
from fours.service.models import ClockEntry, LaborLine, OpeningReceivable, Payment, RepairOrder, Statement
from fours.service.stage import stage_of
from fours.service.totals import Totals, totals_by_payer


def _for_who_sees_money(value: Any, info: ValidationInfo) -> Any:
    """Amounts go out as null, lists of amounts empty, to posts without `service.view_money`."""
    actor = getattr((info.context or {}).get("request"), "actor", None)
    if actor is None or actor.stores_with("service.view_money"):
        return value
    return [] if isinstance(value, list) or hasattr(value, "all") else None


Price = Annotated[Decimal | None, BeforeValidator(_for_who_sees_money)]


class VehicleRef(Schema):
    id: int
    plate: str
    vin: str


class CustomerRef(Schema):
    id: int
    name: str


class AssignmentOut(Schema):
    technician: PersonOut
    share: Decimal


class ClockOut(Schema):
    technician: PersonOut
    started_at: Moment
    ended_at: Moment | None


class LineOut(Schema):
    """A priced line: gross = amount × unit_price − discount = net + tax."""

    id: int
    order_id: int
    position: int
    payer: str
    name: str
    unit_price: Price
    discount: Price
    gross: Price
    tax_rate: Decimal
    net: Price
    tax: Price
    additional_work_id: int | None
    split_from_id: int | None


class JobOut(LineOut):
    """A job of an order: a labor line with its own state."""

    operation_id: int | None
    code: str
    work_kind: str
    repair_class: str
    hours: Decimal
    state: str
    pause_reason: str
    bay: str
    cause: str
    work_done: str
    version: int
    assignments: list[AssignmentOut]
    clock_entries: list[ClockOut]

    @staticmethod
    def resolve_assignments(job: LaborLine) -> list[Any]:
        return list(job.assignments.all())

    @staticmethod
    def resolve_clock_entries(job: LaborLine) -> list[ClockEntry]:
        return list(job.clock_entries.all())


class PartLineOut(LineOut):
    """Parts of an order; `issued` is what the store room has handed out."""

    part_id: int | None
    job_id: int | None
    number: str
    brand: str
    unit: str
    kind: str
    quantity: Decimal
    issued: Decimal


class FeeLineOut(LineOut):
    quantity: Decimal


class AdditionalWorkOut(Schema):
    """Work found in the workshop; its lines count once it is accepted."""

    id: int
    order_id: int
    number: str
    finding: str
    safety_related: bool
    state: str
    found_by: PersonOut
    found_at: Moment
    new_promised_at: Moment | None
    answered_by: str
    answered_via: str
    answered_at: Moment | None
    refusal_reason: str
    refusal_consequence: str
    version: int


class WashOut(Schema):
    id: int
    order_id: int
    state: str
    queued_at: Moment
    started_at: Moment | None
    done_at: Moment | None
    version: int


class TotalsOut(Schema):
    """What a payer owes for the lines the customer has agreed to, VAT included."""

    payer: str
    labor: Decimal
    parts: Decimal
    fees: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal


class StatementRef(Schema):
    id: int
    number: str
    payer: str
    state: str
    total: Decimal
    paid: Decimal


class OrderRow(Schema):
    """A repair order in a list."""

    id: int
    store: str
    number: str
    foreign_number: str
    version: int
    kind: str
    state: str
    presence: str
    stage: str
    vehicle: VehicleRef
    customer: CustomerRef
    advisor: PersonOut
    arrived_at: Moment
    promised_at: Moment | None
    mileage_in: int

    @staticmethod
    def resolve_store(order: RepairOrder) -> str:
        return order.store.code

    @staticmethod
    def resolve_stage(order: RepairOrder) -> str:
        return stage_of(order).code


class OrderOut(OrderRow):
    """A repair order with everything on it."""

    repair_class: str
    check_in_id: int | None
    deliverer_name: str
    deliverer_phone: PhoneText
    fuel_level: int | None
    concern: str
    diagnosis: str
    first_promised_at: Moment | None
    payment_wish: str
    old_parts: str
    wash_wanted: bool
    road_test_allowed: bool
    contact_way: str
    key_tag: str
    parking_place: str
    insurer_name: str
    claim_number: str
    authorised_at: Moment | None
    authorised_by: str
    estimated_total: Price
    completed_at: Moment | None
    delivered_at: Moment | None
    mileage_out: int | None
    next_service_on: date | None
    next_service_mileage: int | None
    call_from: time | None
    call_until: time | None
    closed_at: Moment | None
    void_reason: str
    jobs: list[JobOut]
    parts: list[PartLineOut]
    fees: list[FeeLineOut]
    additional_works: list[AdditionalWorkOut]
    wash: WashOut | None
    statements: Annotated[list[StatementRef], BeforeValidator(_for_who_sees_money)]
    totals: Annotated[list[TotalsOut], BeforeValidator(_for_who_sees_money)]

    @staticmethod
    def resolve_wash(order: RepairOrder) -> Any:
        return getattr(order, "wash", None)

    @staticmethod
    def resolve_totals(order: RepairOrder) -> list[dict[str, Any]]:
        return [_totals(payer, totals) for payer, totals in totals_by_payer(order).items()]


class StatementLineOut(Schema):
    position: int
    kind: str
    code: str
    name: str
    brand: str
    part_kind: str
    amount: Decimal
    unit: str
    unit_price: Decimal
    discount: Decimal
    gross: Decimal
    tax_rate: Decimal
    net: Decimal
    tax: Decimal


class PaymentOut(Schema):
    """Money received, or with a negative amount given back."""

    id: int
    store: str
    number: str
    statement_id: int | None
    receivable_id: int | None
    kind: str
    amount: Decimal
    reference: str
    received_by: PersonOut
    at: Moment
    business_date: date
    corrects_id: int | None
    reason: str

    @staticmethod
    def resolve_store(payment: Payment) -> str:
        return payment.store.code


class StatementRow(Schema):
    """What one payer owes for one order, in a list."""

    id: int
    store: str
    number: str
    version: int
    order_id: int
    payer: str
    payer_name: str
    state: str
    labor_total: Decimal
    parts_total: Decimal
    fee_total: Decimal
    rounding: Decimal
    total: Decimal
    net: Decimal
    tax: Decimal
    paid: Decimal
    due: Decimal
    issued_at: Moment | None
    business_date: date | None
    paid_at: Moment | None
    on_account_reason: str
    reverses_id: int | None
    reversal_reason: str

    @staticmethod
    def resolve_store(statement: Statement) -> str:
        return statement.store.code


class StatementOut(StatementRow):
    lines: list[StatementLineOut]
    payments: list[PaymentOut]


class ReceivableRow(Schema):
    """What was still open of a bill of the system before, in a list; `total` is what is owed here."""

    id: int
    store: str
    number: str
    foreign_number: str
    version: int
    customer: CustomerRef
    plate: str
    billed_on: date | None
    billed: Decimal
    paid_before: Decimal
    total: Decimal
    paid: Decimal
    due: Decimal
    state: str
    business_date: date
    paid_at: Moment | None
    note: str
    reverses_id: int | None
    reversal_reason: str

    @staticmethod
    def resolve_store(receivable: OpeningReceivable) -> str:
        return receivable.store.code


class ReceivableOut(ReceivableRow):
    payments: list[PaymentOut]


def _totals(payer: str, totals: Totals) -> dict[str, Any]:
    names = ("labor", "parts", "fees", "discount", "net", "tax", "total")
    return {"payer": str(payer), **{name: getattr(totals, name) for name in names}}


# What `OrderRow` shows, and the wash, which `stage_of` looks at.
OF_ROW = (
    "number", "foreign_number", "version", "kind", "state", "presence", "arrived_at", "promised_at", "mileage_in",
    "store__code", "vehicle__plate", "vehicle__vin", "customer__name", "advisor__username", "advisor__name",
    "wash__state",
)  # fmt: skip


def order_rows(orders: QuerySet[RepairOrder]) -> QuerySet[RepairOrder]:
    """Orders with what a row of a list shows; `know_stages` reads the rest."""
    return orders.select_related("store", "vehicle", "customer", "advisor", "wash").only(*OF_ROW)


def jobs_whole(jobs: QuerySet[LaborLine]) -> QuerySet[LaborLine]:
    """Jobs with their people and clocks."""
    return jobs.select_related("additional_work").prefetch_related(
        "assignments__technician", "clock_entries__technician"
    )


def order_whole(request: ApiRequest, order: RepairOrder) -> RepairOrder:
    """The order as it is now, with everything on it."""
    jobs = Prefetch("jobs", jobs_whole(LaborLine.objects.order_by("position", "pk")))
    rows = (
        rows_of(RepairOrder, request.actor)
        .filter(pk=order.pk)
        .select_related("store", "vehicle", "customer", "advisor", "wash")
    )
    return rows.prefetch_related(jobs, "parts", "fees", "additional_works__found_by", "statements").get()


def statement_whole(request: ApiRequest, statement: Statement) -> Statement:
    """The statement as it is now, with lines and payments."""
    payments = Payment.objects.select_related("received_by", "store").order_by("pk")
    rows = rows_of(Statement, request.actor).filter(pk=statement.pk).select_related("store")
    return rows.prefetch_related("lines", Prefetch("payments", payments)).get()


def receivable_whole(request: ApiRequest, receivable: OpeningReceivable) -> OpeningReceivable:
    """The opening receivable as it is now, with its payments."""
    payments = Payment.objects.select_related("received_by", "store").order_by("pk")
    rows = rows_of(OpeningReceivable, request.actor).filter(pk=receivable.pk)
    return rows.select_related("store", "customer").prefetch_related(Prefetch("payments", payments)).get()
