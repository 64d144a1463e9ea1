"""The lines of an order: added under `/repair-orders/{id}/add-…`, changed under the line's own address (SV-05)."""

from decimal import Decimal
from typing import Literal

from ninja import Router
from pydantic import Field

from fours.desk.api_tools import (
    ApiRequest,
    Hours,
    Id,
    Money,
    Quantity,
    Text,
    Versioned,
    held,
    referred,
)
from fours.parts.models import Part
from fours.service.models import (
    AdditionalWork,
    FeeLine,
    LaborLine,
    LaborOperation,
    Package,
    PartLine,
    RepairOrder,
)
from fours.service.models.lines import PricedLine
from fours.service.verbs.lines import (
    add_fee,
    add_labor,
    add_package,
    add_part,
    change_line,
    remove_line,
    split_line,
)

from .shapes import OrderOut, order_whole

Payer = Literal["customer", "warranty", "insurer", "internal", "goodwill"]
PartKind = Literal["genuine", "same_quality", "remanufactured", "recycled", "customer"]


class LineIn(Versioned):
    """`version` is the order's."""

    payer: Payer = "customer"
    discount: Money = Decimal("0.00")
    unit_price: Money | None = None
    additional_work_id: Id | None = None


class LaborIn(LineIn):
    operation_id: Id | None = None
    name: Text = ""
    hours: Hours | None = None
    work_kind: Literal["mechanical", "electrical", "body", "paint", "care"] | None = None
    repair_class: Literal[
        "minor", "special", "first_maintenance", "second_maintenance", "assembly", "whole_vehicle"
    ] | None = None  # fmt: skip


class PartIn(LineIn):
    part_id: Id | None = None
    name: Text = ""
    number: Text = ""
    brand: Text = ""
    unit: Text = ""
    quantity: Quantity = Decimal(1)
    kind: PartKind | None = None
    job_id: Id | None = None


class FeeIn(LineIn):
    name: Text
    unit_price: Money
    quantity: Quantity = Decimal(1)


class PackageIn(Versioned):
    package_id: Id
    payer: Payer = "customer"
    additional_work_id: Id | None = None


class LineChange(Versioned):
    """Only what is given is changed."""

    name: Text = ""
    payer: Payer = "customer"
    unit_price: Money = Decimal(0)
    discount: Money = Decimal(0)


class LaborChange(LineChange):
    hours: Hours = Decimal(0)


class FeeChange(LineChange):
    quantity: Quantity = Decimal(1)


class PartChange(FeeChange):
    kind: PartKind = "genuine"
    job_id: Id | None = None


class Split(Versioned):
    payer: Payer
    amount: Money = Field(description="the sum the other payer takes over, VAT included")


adding = Router()
jobs, parts, fees = Router(), Router(), Router()
LINES: tuple[tuple[Router, type[PricedLine], str], ...] = (
    (jobs, LaborLine, "job"), (parts, PartLine, "part"), (fees, FeeLine, "fee"),
)  # fmt: skip


@adding.post("/{int:pk}/add-labor", response=OrderOut)
def labor(request: ApiRequest, pk: int, data: LaborIn) -> RepairOrder:
    """Add a job from the catalogue or in own words."""
    order, actor = held(request, RepairOrder, pk)
    add_labor(
        order,
        operation=referred(LaborOperation, data.operation_id, actor, "operation_id"),
        name=data.name,
        hours=data.hours,
        unit_price=data.unit_price,
        payer=data.payer,
        work_kind=data.work_kind or "",
        discount=data.discount,
        repair_class=data.repair_class or "",
        additional_work=referred(AdditionalWork, data.additional_work_id, actor, "additional_work_id"),
        actor=actor,
        version=data.version,
    )
    return order_whole(request, order)


@adding.post("/{int:pk}/add-part", response=OrderOut)
def part(request: ApiRequest, pk: int, data: PartIn) -> RepairOrder:
    """Add parts from the catalogue, or of kind `customer` what the customer brought along."""
    order, actor = held(request, RepairOrder, pk)
    add_part(
        order,
        part=referred(Part, data.part_id, actor, "part_id"),
        name=data.name,
        number=data.number,
        brand=data.brand,
        unit=data.unit,
        quantity=data.quantity,
        unit_price=data.unit_price,
        payer=data.payer,
        kind=data.kind or "",
        discount=data.discount,
        job=referred(LaborLine, data.job_id, actor, "job_id"),
        additional_work=referred(AdditionalWork, data.additional_work_id, actor, "additional_work_id"),
        actor=actor,
        version=data.version,
    )
    return order_whole(request, order)


@adding.post("/{int:pk}/add-fee", response=OrderOut)
def fee(request: ApiRequest, pk: int, data: FeeIn) -> RepairOrder:
    """Add anything else that is charged."""
    order, actor = held(request, RepairOrder, pk)
    add_fee(
        order,
        name=data.name,
        unit_price=data.unit_price,
        quantity=data.quantity,
        payer=data.payer,
        discount=data.discount,
        additional_work=referred(AdditionalWork, data.additional_work_id, actor, "additional_work_id"),
        actor=actor,
        version=data.version,
    )
    return order_whole(request, order)


@adding.post("/{int:pk}/add-package", response=OrderOut)
def package(request: ApiRequest, pk: int, data: PackageIn) -> RepairOrder:
    """Add a menu service with its operation and parts."""
    order, actor = held(request, RepairOrder, pk)
    chosen = referred(Package, data.package_id, actor, "package_id")
    assert chosen is not None
    work = referred(AdditionalWork, data.additional_work_id, actor, "additional_work_id")
    add_package(
        order, package=chosen, payer=data.payer, additional_work=work, actor=actor, version=data.version
    )
    return order_whole(request, order)


def _changed(request: ApiRequest, model: type[PricedLine], pk: int, data: LineChange) -> RepairOrder:
    line, actor = held(request, model, pk, "order")
    changes = data.given("version", "job_id")
    if isinstance(data, PartChange) and "job_id" in data.model_fields_set:
        changes["job"] = referred(LaborLine, data.job_id, actor, "job_id")
    change_line(line, actor=actor, version=data.version, **changes)
    return order_whole(request, line.order)  # type: ignore[attr-defined]


@jobs.post("/{int:pk}/change", response=OrderOut)
def change_job(request: ApiRequest, pk: int, data: LaborChange) -> RepairOrder:
    """Change what is given of a labor line."""
    return _changed(request, LaborLine, pk, data)


@parts.post("/{int:pk}/change", response=OrderOut)
def change_part(request: ApiRequest, pk: int, data: PartChange) -> RepairOrder:
    """Change what is given of a part line."""
    return _changed(request, PartLine, pk, data)


@fees.post("/{int:pk}/change", response=OrderOut)
def change_fee(request: ApiRequest, pk: int, data: FeeChange) -> RepairOrder:
    """Change what is given of a fee."""
    return _changed(request, FeeLine, pk, data)


def _put_up(router: Router, model: type[PricedLine], name: str) -> None:
    """What is the same for every kind of line."""

    @router.post("/{int:pk}/remove", response=OrderOut, operation_id=f"remove_{name}")
    def remove(request: ApiRequest, pk: int, data: Versioned) -> RepairOrder:
        """Take a line off the order."""
        line, actor = held(request, model, pk, "order")
        order: RepairOrder = line.order  # type: ignore[attr-defined]
        remove_line(line, actor=actor, version=data.version)
        return order_whole(request, order)

    @router.post("/{int:pk}/split", response=OrderOut, operation_id=f"split_{name}")
    def split(request: ApiRequest, pk: int, data: Split) -> RepairOrder:
        """Let another payer take over a part of a line."""
        line, actor = held(request, model, pk, "order")
        split_line(line, payer=data.payer, amount=data.amount, actor=actor, version=data.version)
        return order_whole(request, line.order)  # type: ignore[attr-defined]


for _router, _model, _name in LINES:
    _put_up(_router, _model, _name)
