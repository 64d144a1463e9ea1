"""`/api/v1/labor-operations`, `/packages`, `/labor-rates`: what can be put on an order at which price, to read."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from fours.base.errors import NotThere
from fours.desk.api_tools import ApiRequest, Listed, Page, listing, reader, rows_of
from fours.service.models import LaborOperation, LaborRate, Package

operations = Router()
packages = Router()
rates = Router()


class OperationOut(Schema):
    id: int
    code: str
    name: str
    work_kind: str
    hours: Decimal
    repair_class: str
    fits_models: str
    active: bool


class PackageOut(Schema):
    id: int
    code: str
    name: str
    fits_models: str
    active: bool


class PackageLineOut(Schema):
    """An operation or a part of a package: exactly one of the two."""

    operation_id: int | None
    part_id: int | None
    quantity: Decimal


class PackageWhole(PackageOut):
    lines: list[PackageLineOut]

    @staticmethod
    def resolve_lines(row: Package) -> list[Any]:
        return list(row.lines.order_by("pk"))


class RateOut(Schema):
    """Price of one hour of a kind of work from a day on, VAT included."""

    id: int
    store: str
    work_kind: str
    price: Decimal
    valid_from: date

    @staticmethod
    def resolve_store(row: LaborRate) -> str:
        return row.store.code


class RatePage(Page):
    work_kind: Literal["mechanical", "electrical", "body", "paint", "care"] | None = None


class CataloguePage(Page):
    code: str = Field("", max_length=20)
    name: str = Field("", max_length=100)


def _asked(request: ApiRequest, model: type[LaborOperation] | type[Package], page: CataloguePage) -> object:
    rows = rows_of(model, reader(request, page.store))
    for name in ("code", "name"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    return listing(rows, page)


@operations.get("", response=Listed[OperationOut], url_name="labor-operations")
def operation_list(request: ApiRequest, page: Query[CataloguePage]) -> object:
    """Coded jobs with their standard hours, shared by the group's stores."""
    return _asked(request, LaborOperation, page)


@packages.get("", response=Listed[PackageOut], url_name="packages")
def package_list(request: ApiRequest, page: Query[CataloguePage]) -> object:
    """Menu services, shared by the group's stores."""
    return _asked(request, Package, page)


@packages.get("/{int:pk}", response=PackageWhole, url_name="package")
def package(request: ApiRequest, pk: int) -> Package:
    """One menu service with its operations and parts."""
    row = rows_of(Package, request.actor).filter(pk=pk).first()
    if row is None:
        raise NotThere()
    return row


@rates.get("", response=Listed[RateOut], url_name="labor-rates")
def rate_list(request: ApiRequest, page: Query[RatePage]) -> object:
    """Hourly prices of the caller's stores, the newest first; of one kind of work the latest begun counts."""
    rows = rows_of(LaborRate, reader(request, page.store))
    if page.work_kind:
        rows = rows.filter(work_kind=page.work_kind)
    return listing(rows, page, lambda shown: shown.select_related("store"))
