"""`/api/v1/parts`, `/stock-movements`: the catalogue with what is on the shelf, and the card ledger, to read (PT-01, PT-02)."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from ninja import Query, Router, Schema
from pydantic import Field

from fours.base.errors import NotThere
from fours.desk.api_tools import ApiRequest, Id, Listed, Moment, Page, listing, reader, rows_of
from fours.parts.models import Part, StockBalance, StockMovement

parts = Router()
movements = Router()


class StockOut(Schema):
    """What one store has of a part."""

    store: str
    on_hand: Decimal
    reserved: Decimal
    free: Decimal


class PartOut(Schema):
    """A part of the group's catalogue, with the stock of the caller's stores."""

    id: int
    number: str
    name: str
    brand: str
    unit: str
    retail_price: Decimal
    active: bool
    stock: list[StockOut]


class MovementOut(Schema):
    """One in (positive) or out (negative) of a part; `value` only for who may see cost."""

    id: int
    store: str
    part_id: int
    kind: str
    quantity: Decimal
    value: Decimal | None
    balance: Decimal
    bin: str
    lot: str
    source_kind: str
    source_id: int
    source_number: str
    business_date: date
    at: Moment
    actor_name: str


class PartPage(Page):
    number: str = Field("", max_length=40)
    name: str = Field("", max_length=100)
    active: bool | None = None


class MovementPage(Page):
    part_id: Id | None = None
    kind: Literal["opening", "receipt", "issue", "issue_return", "adjustment"] | None = None
    business_date: date | None = None


def shown(rows: list[Part], request: ApiRequest) -> list[dict[str, Any]]:
    """Parts with the stock the caller may see."""
    stock: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in rows}
    balances = rows_of(StockBalance, request.actor).filter(part__in=stock).select_related("store")
    for balance in balances.order_by("store__code"):
        free = balance.on_hand - balance.reserved
        stock[balance.part_id].append(
            {
                "store": balance.store.code,
                "on_hand": balance.on_hand,
                "reserved": balance.reserved,
                "free": free,
            }
        )
    names = ("id", "number", "name", "brand", "unit", "retail_price", "active")
    return [{**{name: getattr(row, name) for name in names}, "stock": stock[row.pk]} for row in rows]


@parts.get("", response=Listed[PartOut], url_name="parts")
def part_list(request: ApiRequest, page: Query[PartPage]) -> object:
    """The catalogue, the newest first."""
    rows = rows_of(Part, reader(request, page.store))
    for name in ("number", "name"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    if page.active is not None:
        rows = rows.filter(active=page.active)
    found = listing(rows, page)
    return {"count": found.count, "count_capped": found.count_capped, "items": shown(found.items, request)}


@parts.get("/{int:pk}", response=PartOut, url_name="part")
def part(request: ApiRequest, pk: int) -> dict[str, Any]:
    """One part."""
    row = rows_of(Part, request.actor).filter(pk=pk).first()
    if row is None:
        raise NotThere()
    return shown([row], request)[0]


@movements.get("", response=Listed[MovementOut], url_name="stock-movements")
def movement_list(request: ApiRequest, page: Query[MovementPage]) -> object:
    """The card ledger, the newest first; rows are never changed."""
    rows = rows_of(StockMovement, reader(request, page.store))
    for name in ("part_id", "kind", "business_date"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    found = listing(rows, page, lambda some: some.select_related("store", "bin", "lot"))
    items = [movement(row, request) for row in found.items]
    return {"count": found.count, "count_capped": found.count_capped, "items": items}


def movement(row: StockMovement, request: ApiRequest) -> dict[str, Any]:
    """A movement, its value for who may see cost."""
    names = (
        "id", "part_id", "kind", "quantity", "balance", "source_kind", "source_id", "source_number", "business_date",
        "at", "actor_name",
    )  # fmt: skip
    value = row.value if request.actor.can("parts.view_cost", row.store_id) else None
    more = {"store": row.store.code, "bin": row.bin.code, "lot": row.lot.code, "value": value}
    return {**{name: getattr(row, name) for name in names}, **more}
