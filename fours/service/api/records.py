"""`/api/v1/estimates`, `/inspections`: what was offered and what was found, frozen, to read (SV-05, SV-10)."""

from decimal import Decimal
from typing import Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from fours.desk.api_tools import (
    ApiRequest,
    Id,
    Listed,
    Moment,
    Page,
    PersonOut,
    held,
    listing,
    reader,
    rows_of,
)
from fours.service.models import Estimate, Inspection

estimates = Router()
inspections = Router()


class EstimateOut(Schema):
    """An estimate with the order's lines as they stood; made by `/repair-orders/{id}/issue-estimate`."""

    id: int
    store: str
    number: str
    order_id: int
    promised_at: Moment | None
    total: Decimal
    lines: list[dict[str, Any]]
    created_at: Moment

    @staticmethod
    def resolve_store(row: Estimate) -> str:
        return row.store.code


class InspectionOut(Schema):
    """One of the three inspections; a later one counts."""

    id: int
    order_id: int
    job_id: int | None
    level: str
    passed: bool
    items: list[dict[str, str]]
    reason: str
    advice: str
    inspector: PersonOut
    at: Moment


class EstimatePage(Page):
    order_id: Id | None = None
    number: str = Field("", max_length=32)


class InspectionPage(Page):
    order_id: Id | None = None
    job_id: Id | None = None
    level: Literal["self", "team", "final"] | None = None
    passed: bool | None = None


@estimates.get("", response=Listed[EstimateOut], url_name="estimates")
def estimate_list(request: ApiRequest, page: Query[EstimatePage]) -> object:
    """Estimates of the caller's stores, the newest first."""
    rows = rows_of(Estimate, reader(request, page.store))
    for name in ("order_id", "number"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    return listing(rows, page, lambda shown: shown.select_related("store"))


@estimates.get("/{int:pk}", response=EstimateOut, url_name="estimate")
def estimate(request: ApiRequest, pk: int) -> Estimate:
    """One estimate."""
    return held(request, Estimate, pk, "store")[0]


@inspections.get("", response=Listed[InspectionOut], url_name="inspections")
def inspection_list(request: ApiRequest, page: Query[InspectionPage]) -> object:
    """Inspections of the caller's stores, the newest first."""
    rows = rows_of(Inspection, reader(request, page.store))
    for name in ("order_id", "job_id", "level", "passed"):
        if (wanted := getattr(page, name)) is not None:
            rows = rows.filter(**{name: wanted})
    return listing(rows, page, lambda shown: shown.select_related("inspector"))


@inspections.get("/{int:pk}", response=InspectionOut, url_name="inspection")
def inspection(request: ApiRequest, pk: int) -> Inspection:
    """One inspection."""
    return held(request, Inspection, pk, "inspector")[0]
