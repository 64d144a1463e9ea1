"""`/api/v1/stock-receipts`, `/lot-balances`, `/parts/{id}/set-store-part`: parts come in, are counted, have their place."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from fours.base.errors import NotThere, Refused
from fours.desk.api_tools import (
    ApiRequest,
    Asked,
    Id,
    Listed,
    Moment,
    Money,
    Page,
    Quantity,
    Text,
    created,
    held,
    listing,
    reader,
    rows_of,
    writer,
)
from fours.kernel.actor import Actor
from fours.kernel.events import kind_of
from fours.parts.models import Bin, LotBalance, Part, StockMovement, StockReceipt
from fours.parts.verbs.receive import Arrival, receive_parts
from fours.parts.verbs.stock import adjust_stock
from fours.parts.verbs.store_part import set_store_part

from .reading import MovementOut, PartOut, movement, parts, shown

receipts = Router()
balances = Router()
UnitCost = Annotated[Decimal, Field(ge=0, max_digits=13, decimal_places=6)]


class ReceiptRow(Schema):
    """Parts that came in on one paper, in a list."""

    id: int
    store: str
    number: str
    kind: str
    supplier: str
    delivery_note: str
    note: str
    business_date: date
    created_at: Moment

    @staticmethod
    def resolve_store(row: StockReceipt) -> str:
        return row.store.code


class ReceiptOut(ReceiptRow):
    """The receipt with its lines, which are stock movements."""

    movements: list[MovementOut]

    @staticmethod
    def resolve_movements(row: StockReceipt, context: dict[str, Any]) -> list[dict[str, Any]]:
        request: ApiRequest = context["request"]
        moved = rows_of(StockMovement, request.actor).filter(source_kind=kind_of(row), source_id=row.pk)
        return [
            movement(line, request) for line in moved.select_related("store", "bin", "lot").order_by("pk")
        ]


class ArrivalIn(Asked):
    """`unit_cost` without VAT; `bin` is the code of the place the pieces are put in."""

    part_id: Id
    quantity: Quantity
    unit_cost: UnitCost
    bin: Text
    lot_code: Annotated[Text, Field(max_length=30)] = ""
    expires_on: date | None = None


class ReceiptIn(Asked):
    supplier: Annotated[Text, Field(max_length=100)]
    delivery_note: Annotated[Text, Field(max_length=40)] = ""
    note: Annotated[Text, Field(max_length=200)] = ""
    lines: list[ArrivalIn] = Field(min_length=1, max_length=200)


class BalanceOut(Schema):
    """How much of a lot lies in a bin."""

    id: int
    store: str
    part_id: int
    lot: str
    bin: str
    quantity: Decimal

    @staticmethod
    def resolve_store(row: LotBalance) -> str:
        return row.store.code

    @staticmethod
    def resolve_part_id(row: LotBalance) -> int:
        return row.lot.part_id

    @staticmethod
    def resolve_lot(row: LotBalance) -> str:
        return row.lot.code

    @staticmethod
    def resolve_bin(row: LotBalance) -> str:
        return row.bin.code


class Counted(Asked):
    counted: Quantity
    reason: Text


class StorePartIn(Asked):
    """The usual bin by its code, the store's own price with VAT, the minimum stock; null takes one away."""

    bin: Text | None
    retail_price: Money | None
    minimum_stock: Quantity | None


class ReceiptPage(Page):
    kind: Literal["opening", "receipt"] | None = None
    number: str = Field("", max_length=32)
    business_date: date | None = None


class BalancePage(Page):
    part_id: Id | None = None
    bin: str = Field("", max_length=20)


def _bin(actor: Actor, code: str, field: str) -> Bin:
    found = Bin.objects.visible_to(actor).filter(code=code.strip().upper(), active=True).first()
    if found is None:
        raise Refused(f"本店没有在用的货位“{code}”。", field=field)
    return found


def _part(actor: Actor, pk: int, field: str) -> Part:
    found = rows_of(Part, actor).filter(pk=pk).first()
    if found is None:
        raise Refused("找不到所指的配件。", field=field)
    return found


@receipts.get("", response=Listed[ReceiptRow], url_name="stock-receipts")
def receipt_list(request: ApiRequest, page: Query[ReceiptPage]) -> object:
    """Receipts of the caller's stores, the newest first."""
    rows = rows_of(StockReceipt, reader(request, page.store))
    for name in ("kind", "number", "business_date"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    return listing(rows, page, lambda some: some.select_related("store"))


@receipts.post("", response={201: ReceiptOut}, url_name="stock-receipts")
def receive(
    request: ApiRequest, response: HttpResponse, data: ReceiptIn, store: str = ""
) -> Status[StockReceipt]:
    """Book a delivery into stock (`receive_parts`), all lines or none."""
    actor = writer(request, store)
    actor.require("parts.receive", actor.must_store.pk)
    lines = [
        Arrival(
            _part(actor, line.part_id, f"lines.{place}.part_id"),
            line.quantity,
            line.unit_cost,
            _bin(actor, line.bin, f"lines.{place}.bin"),
            line.lot_code,
            line.expires_on,
        )
        for place, line in enumerate(data.lines)
    ]
    head = data.model_dump(exclude={"lines"})
    row = receive_parts(actor.must_store, lines=lines, actor=actor, **head)
    return created(request, response, reverse("api:stock-receipt", args=[row.pk]), row)


@receipts.get("/{int:pk}", response=ReceiptOut, url_name="stock-receipt")
def receipt(request: ApiRequest, pk: int) -> StockReceipt:
    """One receipt with its lines."""
    return held(request, StockReceipt, pk, "store")[0]


@balances.get("", response=Listed[BalanceOut], url_name="lot-balances")
def balance_list(request: ApiRequest, page: Query[BalancePage]) -> object:
    """What lies where, the newest first."""
    rows = rows_of(LotBalance, reader(request, page.store))
    if page.part_id:
        rows = rows.filter(lot__part=page.part_id)
    if page.bin:
        rows = rows.filter(bin__code=page.bin)
    return listing(rows, page, lambda some: some.select_related("store", "lot", "bin"))


@balances.get("/{int:pk}", response=BalanceOut, url_name="lot-balance")
def balance(request: ApiRequest, pk: int) -> LotBalance:
    """One lot in one bin."""
    return held(request, LotBalance, pk, "store", "lot", "bin")[0]


@balances.post("/{int:pk}/adjust", response=BalanceOut)
def adjust(request: ApiRequest, pk: int, data: Counted) -> LotBalance:
    """Bring the lot in the bin to what was counted (`adjust_stock`)."""
    row, actor = held(request, LotBalance, pk, "store", "lot", "bin")
    adjust_stock(row, counted=data.counted, reason=data.reason, actor=actor)
    row.refresh_from_db(fields=["quantity"])
    return row


@parts.post("/{int:pk}/set-store-part", response=PartOut)
def store_part(request: ApiRequest, pk: int, data: StorePartIn, store: str = "") -> dict[str, Any]:
    """Say what the store rules for the part (`set_store_part`)."""
    actor = writer(request, store)
    row = rows_of(Part, actor).filter(pk=pk).first()
    if row is None:
        raise NotThere()
    place = _bin(actor, data.bin, "bin") if data.bin is not None else None
    given = {"retail_price": data.retail_price, "minimum_stock": data.minimum_stock}
    set_store_part(actor.must_store, part=row, bin=place, actor=actor, **given)
    return shown([row], request)[0]
