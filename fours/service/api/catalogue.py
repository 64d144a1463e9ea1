"""`/api/v1/labor-operations`, `/packages`: what can be put on an order, to read."""

from decimal import Decimal

from ninja import Query, Router, Schema
from pydantic import Field

from fours.desk.api_tools import ApiRequest, Listed, Page, listing, reader, rows_of
from fours.service.models import LaborOperation, Package

operations = Router()
packages = Router()


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
