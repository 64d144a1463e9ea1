"""`/api/v1/handling-sheets`: what a discontent customer has set going (快速处理表, SU-03)."""

from decimal import Decimal
from typing import Literal

from ninja import Query, Router, Schema

from fours.desk.api_tools import (
    ApiRequest,
    Id,
    Listed,
    Moment,
    Money,
    Page,
    PersonOut,
    Text,
    Versioned,
    When,
    held,
    listing,
    reader,
    rows_of,
)
from fours.org.people import employee
from fours.service.api.shapes import VehicleRef
from fours.survey.models import HandlingSheet
from fours.survey.verbs.handling import assign_handling, solve_handling

sheets = Router()
JOINED = ("store", "vehicle", "responsible", "solved_by")


class HandlingSheetOut(Schema):
    """`call_id` is the call it came from, `second_call_id` the one that asks whether it is solved."""

    id: int
    store: str
    number: str
    version: int
    state: str
    kind: str
    vehicle: VehicleRef
    customer_id: int
    order_id: int | None
    call_id: int | None
    second_call_id: int | None
    words: str
    department: str
    responsible: PersonOut | None
    promised_at: Moment | None
    cause: str
    measure: str
    result: str
    cost: Decimal
    solved_at: Moment | None
    solved_by: PersonOut | None
    closed_at: Moment | None
    accepted_by_customer: bool | None
    reopened: int

    @staticmethod
    def resolve_store(sheet: HandlingSheet) -> str:
        return sheet.store.code


class HandlingSheetPage(Page):
    state: Literal["open", "solved", "closed"] | None = None
    kind: Literal["repair_quality", "service", "time", "price", "parts", "cleaning", "other"] | None = None
    vehicle_id: Id | None = None
    customer_id: Id | None = None
    order_id: Id | None = None


class Assign(Versioned):
    """`responsible`: user name."""

    responsible: Text
    department: Text = ""
    promised_at: When


class Solve(Versioned):
    cause: Text
    measure: Text
    result: Text
    cost: Money = Decimal("0.00")


@sheets.get("", response=Listed[HandlingSheetOut], url_name="handling-sheets")
def sheet_list(request: ApiRequest, page: Query[HandlingSheetPage]) -> object:
    """Handling sheets of the caller's stores, the newest first."""
    rows = rows_of(HandlingSheet, reader(request, page.store))
    for name in ("state", "kind", "vehicle_id", "customer_id", "order_id"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    return listing(rows, page, lambda shown: shown.select_related(*JOINED))


@sheets.get("/{int:pk}", response=HandlingSheetOut, url_name="handling-sheet")
def sheet(request: ApiRequest, pk: int) -> HandlingSheet:
    """One handling sheet."""
    return held(request, HandlingSheet, pk, *JOINED)[0]


@sheets.post("/{int:pk}/assign", response=HandlingSheetOut)
def assign(request: ApiRequest, pk: int, data: Assign) -> HandlingSheet:
    """Name who answers for the solution, and by when it was promised."""
    row, actor = held(request, HandlingSheet, pk, *JOINED)
    return assign_handling(
        row,
        responsible=employee(actor.must_store, data.responsible, "responsible"),
        department=data.department,
        promised_at=data.promised_at,
        actor=actor,
        version=data.version,
    )


@sheets.post("/{int:pk}/solve", response=HandlingSheetOut)
def solve(request: ApiRequest, pk: int, data: Solve) -> HandlingSheet:
    """The problem is solved; the customer is called a second time."""
    row, actor = held(request, HandlingSheet, pk, *JOINED)
    return solve_handling(row, actor=actor, version=data.version, **data.given("version"))
