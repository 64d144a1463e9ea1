"""What the store has: the list, one part with its card ledger, what the store rules for it, a count."""

from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.http import HttpResponse
from django.urls import reverse

from fours.base.text import number_in
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.parts.catalogue import parts_matching, visible_parts
from fours.parts.forms import SHOWN, AdjustForm, StockFilter, StorePartForm
from fours.parts.models import (
    Backorder,
    LotBalance,
    Part,
    Reservation,
    StockBalance,
    StockMovement,
    StorePart,
)
from fours.parts.sources import address_of
from fours.parts.verbs.stock import adjust_stock
from fours.parts.verbs.store_part import set_store_part

LEDGER_ROWS = 40
KINDS = {
    "": Q(),
    "low": Q(on_hand__lt=F("minimum")),
    "short": Q(missing__gt=0),
    "empty": Q(on_hand=0),
}


@screen("parts.view")
def stock(request: ActorRequest) -> HttpResponse:
    """On hand, reserved and free of every part the store deals in, with tabs for what needs doing."""
    form = StockFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = stock_rows(request, asked)
    counts = rows.aggregate(**{f"n_{name}": Count("pk", filter=kind) for name, kind in KINDS.items()})
    shown = asked.get("show", "")
    tabs = [
        (label, f"?{_with(request, show=name)}", counts[f"n_{name}"], name == shown) for name, label in SHOWN
    ]
    paging = Paginator(rows.filter(KINDS[shown]), 50)
    paging.count = counts[f"n_{shown}"]
    listed = paging.get_page(request.GET.get("page"))
    may_cost = request.actor.can("parts.view_cost")
    return page(
        request, "parts/stock.html", {"form": form, "tabs": tabs, "rows": listed, "may_cost": may_cost}
    )


def stock_rows(request: ActorRequest, asked: dict[str, Any]) -> QuerySet[StockBalance]:
    """The balances of the current store with minimum, usual bin and missing pieces beside them."""
    actor = request.actor
    own = StorePart.objects.visible_to(actor).filter(store=OuterRef("store"), part=OuterRef("part"))
    wanting = Backorder.objects.visible_to(actor).filter(
        store=OuterRef("store"), part=OuterRef("part"), open=True
    )
    sums = wanting.order_by().values("part").annotate(sum=Sum("quantity")).values("sum")
    rows = StockBalance.objects.visible_to(actor).select_related("part").order_by("part__number")
    if asked.get("category"):
        rows = rows.filter(part__category=asked["category"])
    if asked.get("q"):
        rows = rows.filter(part__in=parts_matching(visible_parts(actor), asked["q"]).order_by().values("pk"))
    number = DecimalField(max_digits=12, decimal_places=3)
    return rows.annotate(
        minimum=Subquery(own.values("minimum_stock")[:1], output_field=number),
        own_price=Subquery(own.values("retail_price")[:1]),
        usual_bin=Subquery(own.values("bin__code")[:1]),
        missing=Subquery(sums, output_field=number),
    )


@screen("parts.view")
def part(request: ActorRequest, pk: int) -> HttpResponse:
    """A part in this store: what there is and where, who waits for it, and every in and out (卡片账)."""
    actor = request.actor
    shown = find(Part, pk, actor, "superseded_by")
    places = (
        LotBalance.objects.visible_to(actor)
        .filter(lot__part=shown, quantity__gt=0)
        .select_related("lot", "bin")
        .order_by("lot__received_on", "lot_id", "bin__code")
    )
    bin_code = request.GET.get("bin", "")[:20]
    number = _page_number(request)
    moves = _ledger(request, shown, bin_code, number)
    context: dict[str, object] = {
        "part": shown,
        "balance": stock_rows(request, {}).filter(part=shown).first(),
        "places": list(places),
        "ledger": moves[:LEDGER_ROWS],
        "page_number": number,
        "more": len(moves) > LEDGER_ROWS,
        "bin_code": bin_code,
        "waiting": _waiting(request, shown),
        "may_cost": actor.can("parts.view_cost"),
        "may_change": actor.can("parts.change"),
    }
    return page(request, "parts/part.html", context)


@screen("parts.change")
def part_store(request: ActorRequest, pk: int) -> HttpResponse:
    """Set the usual bin, own price and minimum stock."""
    actor = request.actor
    shown = find(Part, pk, actor)
    row = StorePart.objects.visible_to(actor).filter(part=shown).first()
    form = StorePartForm(request.POST or None, actor=actor, row=row)
    if request.method == "POST":
        made = attempt(
            form, lambda: set_store_part(actor.must_store, part=shown, actor=actor, **form.cleaned_data)
        )
        if made is not None:
            return done(request, "门店设定已保存", reverse("part", args=[pk]))
    back = reverse("part", args=[pk])
    crumbs = [("库存", reverse("stock")), (shown.number, back)]
    context = {"title": f"门店设定：{shown.name}", "form": form, "cancel_url": back, "crumbs": crumbs}
    return page(request, "kernel/form_page.html", context, form)


@screen("parts.change")
def stock_adjust(request: ActorRequest, pk: int) -> HttpResponse:
    """Book what was counted of a lot in a bin."""
    place = find(LotBalance, pk, request.actor, "lot__part", "bin", "store")
    form = AdjustForm(request.POST or None, initial={"counted": place.quantity.normalize()})
    back = reverse("part", args=[place.lot.part_id])
    if request.method == "POST":
        made = attempt(form, lambda: adjust_stock(place, actor=request.actor, **form.cleaned_data))
        if made is not None:
            return done(request, "盘点调整已入账", back)
    intro = f"{place.lot.part} · 货位 {place.bin.code} · 批次 {place.lot.code} · 账面 {place.quantity.normalize():f}"
    context = {
        "title": "盘点调整",
        "intro": intro,
        "form": form,
        "cancel_url": back,
        "submit_label": "入账",
        "crumbs": [("库存", reverse("stock")), (place.lot.part.number, back)],
    }
    return page(request, "kernel/form_page.html", context, form)


@screen("parts.view")
def backorders(request: ActorRequest) -> HttpResponse:
    """Pieces somebody waits for, the longest waiting first."""
    rows = Backorder.objects.visible_to(request.actor).filter(open=True).select_related("part").order_by("pk")
    listed = Paginator(rows, 50).get_page(request.GET.get("page"))
    for row in listed:
        row.address = address_of(row.source_kind, row.source_id)  # type: ignore[attr-defined]
    return page(request, "parts/backorders.html", {"rows": listed})


def _ledger(request: ActorRequest, shown: Part, bin_code: str, number: int) -> list[StockMovement]:
    """A page of the card ledger, the newest first, and one row more if there are older ones."""
    moves = StockMovement.objects.visible_to(request.actor).filter(part=shown).select_related("lot", "bin")
    if bin_code:
        moves = moves.filter(bin__code=bin_code)
    start = (number - 1) * LEDGER_ROWS
    listed = list(moves.order_by("-pk")[start : start + LEDGER_ROWS + 1])
    for move in listed:
        move.address = address_of(move.source_kind, move.source_id)  # type: ignore[attr-defined]
    return listed


def _page_number(request: ActorRequest) -> int:
    return min(number_in(request.GET.get("page", "")), 10_000) or 1


def _waiting(request: ActorRequest, shown: Part) -> list[tuple[str, str, str, Decimal]]:
    """Reservations and open back-orders of a part: word, address and number of the document, pieces."""
    names = ("word", "source_kind", "source_id", "source_number", "quantity")
    held = Reservation.objects.visible_to(request.actor).filter(part=shown)
    short = Backorder.objects.visible_to(request.actor).filter(part=shown, open=True)
    rows = held.annotate(word=Value("预留")).values_list(*names, "created_at").union(
        short.annotate(word=Value("缺件")).values_list(*names, "created_at"), all=True
    )  # fmt: skip
    return [
        (word, address_of(kind, pk), number, n)
        for word, kind, pk, number, n, _ in rows.order_by("created_at")
    ]


def _with(request: ActorRequest, **changes: str) -> str:
    parameters = request.GET.copy()
    parameters.pop("page", None)
    for name, value in changes.items():
        parameters[name] = value
    return parameters.urlencode()
