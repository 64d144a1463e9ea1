"""The list of orders and the order's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from fours.base.errors import NotThere
from fours.base.text import number_in
from fours.desk.counting import tab_counts
from fours.desk.search import matching_ids
from fours.kernel.offers import Offer, offers_for
from fours.kernel.panels import panels_of, render_panel
from fours.kernel.printing import print_address
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.service.forms.orders import OrderEditForm, OrderFilterForm, OrderNewForm
from fours.service.models import AdditionalWork, CheckIn, RepairOrder
from fours.service.stage import STEPS, know_stages, stage_of
from fours.service.totals import OrderLines, totals_of
from fours.service.verbs.additional import open_recommendations
from fours.service.verbs.order import change_order, open_order
from fours.vehicles.models import Vehicle

from .conflicts import differences
from .orders_sheet import LineSheet, line_sheet, sheet_context, version_of

PER_PAGE = 25
SOON = timedelta(hours=1)
TABS = (
    ("open", "未交车", ("draft", "authorised", "completed")),
    ("draft", "草稿", ("draft",)),
    ("authorised", "在修", ("authorised",)),
    ("completed", "已竣工", ("completed",)),
    ("delivered", "已交车", ("delivered",)),
    ("closed", "已关闭", ("closed",)),
    ("void", "已作废", ("void",)),
    ("all", "全部", ()),
)
STATES = {code: states for code, _, states in TABS}
# What a row of the list shows, and the wash, which `stage_of` looks at.
OF_ROW = (
    "store", "number", "state", "presence", "kind", "arrived_at", "promised_at", "deliverer_name", "estimated_total",
    "vehicle__plate", "vehicle__vin", "vehicle__brand", "vehicle__series", "vehicle__model_name",
    "customer__name", "advisor__name", "wash__state",
)  # fmt: skip
STATES_OF_ALL = tuple(RepairOrder.State.values)
# Verbs that are never the next step, however few others there are.
ASIDE = frozenset({"void_order", "change_promise", "report_finding", "issue_estimate"})


class CountedPaginator(Paginator[RepairOrder]):
    """A paginator that is told its count: the tabs have counted the rows already."""

    known = 0

    @property
    def count(self) -> int:
        return self.known


@dataclass(frozen=True)
class OrderRow:
    """A row of the list."""

    order: RepairOrder
    stage: Any
    late: bool
    soon: bool


@require_GET
@screen("service.view")
def orders(request: ActorRequest) -> HttpResponse:
    """What is in the shop and what was: by state, kind, advisor and text; open orders unless another tab is asked for."""
    form = OrderFilterForm(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    state = wanted.get("state") or "open"
    found = _filtered(request, wanted)
    # A search for one order should not depend on the tab one happens to be on.
    if wanted.get("q") and not wanted.get("state"):
        state = "all"
    state = state if state in STATES else "open"
    states = STATES[state]
    rows = found.filter(state__in=states) if states else found
    ordered = rows.select_related("vehicle", "customer", "advisor", "wash").only(*OF_ROW).order_by("-pk")
    tabs, known = _tabs(request, found, state)
    pages = CountedPaginator(ordered, PER_PAGE)
    pages.known = known
    shown = pages.get_page(request.GET.get("page"))
    know_stages(shown)
    context = {
        "filter": form,
        "tabs": tabs,
        "page": shown,
        "rows": [_row(order) for order in shown],
        "may_open": request.actor.can("service.order"),
        "may_money": request.actor.can("service.view_money"),
    }
    return page(request, "service/orders/list.html", context)


def _filtered(request: ActorRequest, wanted: Mapping[str, Any]) -> QuerySet[RepairOrder]:
    rows = RepairOrder.objects.visible_to(request.actor)
    if kind := wanted.get("kind"):
        rows = rows.filter(kind=kind)
    if wanted.get("mine"):
        rows = rows.filter(advisor=request.user)
    if text := wanted.get("q"):
        rows = rows.filter(
            Q(pk__in=matching_ids(request.actor, "order", text))
            | Q(vehicle__in=matching_ids(request.actor, "vehicle", text))
            | Q(customer__in=matching_ids(request.actor, "customer", text))
        )
    return rows


def _tabs(
    request: ActorRequest, found: QuerySet[RepairOrder], state: str
) -> tuple[list[tuple[str, str, str, bool]], int]:
    """The tabs with their counts up to a thousand, and how many rows the chosen one can page through."""
    rows = {code: found.filter(state__in=states or STATES_OF_ALL) for code, _, states in TABS}
    said, counts = tab_counts(rows, state)
    tabs = []
    for code, label, _ in TABS:
        query = request.GET.copy()
        query.pop("page", None)
        query["state"] = code
        tabs.append((label, f"?{query.urlencode()}", said[code], code == state))
    return tabs, counts[state]


def _row(order: RepairOrder) -> OrderRow:
    waiting = order.promised_at if order.state == RepairOrder.State.AUTHORISED else None
    left = waiting - timezone.now() if waiting else None
    late = left is not None and left < timedelta(0)
    return OrderRow(order, stage_of(order), late, left is not None and not late and left < SOON)


@require_GET
@screen("service.view")
def order(request: ActorRequest, pk: int) -> HttpResponse:
    """One order on one screen: car and people, lines, money and promises, the next step."""
    return order_page(request, pk)


def order_page(
    request: ActorRequest, pk: int, *, bound: Mapping[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    """The order's page; `bound` are forms of lines that were refused, shown where they were typed."""
    shown = find(
        RepairOrder, pk, request.actor, "vehicle", "customer", "advisor", "check_in", "store", "wash"
    )
    if shown.state != RepairOrder.State.DRAFT:
        # What stage_of looks at; a draft has none of it, and of money only a completed order.
        money = ["statements"] if shown.state == RepairOrder.State.COMPLETED else []
        prefetch_related_objects([shown], "jobs", "additional_works", *money)
    context = _order_context(
        request, shown, line_sheet(shown, request.actor, bound=bound or {}, typed=request.GET.dict())
    )
    answer = page(request, "service/orders/page.html", context)
    answer.status_code = status
    return answer


def _order_context(request: ActorRequest, shown: RepairOrder, sheet: LineSheet) -> dict[str, object]:
    stage = stage_of(shown)
    lines = sheet.everything
    draft = shown.state == RepairOrder.State.DRAFT
    offers = offers_for(shown, request.actor)
    chosen = request.GET.get("panel", "")
    panels = panels_of(RepairOrder, request)
    return {
        **sheet_context(sheet),
        "stage": stage,
        "steps": STEPS,
        "step": stage.step,
        "works": [] if draft else _works(shown, lines),
        "offers": _sorted_offers(offers),
        "recommended": list(open_recommendations(shown.vehicle)) if draft else [],
        "contract": print_address("service.repair_order", shown),
        "panels": panels,
        "chosen": chosen,
        "panel_html": next((render_panel(p, request, shown) for p in panels if p.key == chosen), ""),
        "late": _row(shown).late,
        "may_order": request.actor.can("service.order", shown.store_id),
    }


def _works(shown: RepairOrder, lines: OrderLines) -> list[tuple[AdditionalWork, Decimal]]:
    return [(work, totals_of(lines.of_work(work)).total) for work in shown.additional_works.all()]


def _sorted_offers(offers: list[Offer]) -> dict[str, list[Offer]]:
    """The next steps, first of them the primary one, and apart what may be done at any time."""
    return {
        "next": [one for one in offers if one.verb.name not in ASIDE],
        "aside": [one for one in offers if one.verb.name in ASIDE],
    }


@require_GET
@screen("service.view")
def order_panel(request: ActorRequest, pk: int, key: str) -> HttpResponse:
    """One tab of the order's page, fetched when it is opened."""
    shown = find(RepairOrder, pk, request.actor, "vehicle", "store")
    for one in panels_of(RepairOrder, request):
        if one.key == key:
            return HttpResponse(render_panel(one, request, shown))
    raise NotThere()


@require_http_methods(["GET", "POST"])
@screen("service.order")
def order_new(request: ActorRequest) -> HttpResponse:
    """Open an order: from a signed check-in (`?check_in=`) with nothing typed again, or for a car (`?vehicle=`)."""
    check_in = _check_in_of(request)
    form = OrderNewForm(
        request.POST or None, actor=request.actor, initial=_known(request, check_in), auto_id="order-%s"
    )
    if check_in is not None:
        for name in ("vehicle", "customer", "mileage_in"):
            del form.fields[name]
    if request.method == "POST":
        made = attempt(
            form,
            lambda: open_order(
                request.actor.must_store, check_in=check_in, actor=request.actor, **form.cleaned_data
            ),
        )
        if made is not None:
            return done(request, "已开工单，请加维修项目。", reverse("order", args=[made.pk]))
    context: dict[str, object] = {"form": form, "check_in": check_in}
    return page(request, "service/orders/new.html", context, form)


def _check_in_of(request: ActorRequest) -> CheckIn | None:
    pk = number_in(request.POST.get("check_in") or request.GET.get("check_in", ""))
    return find(CheckIn, pk, request.actor, "vehicle", "customer", "advisor") if pk else None


def _known(request: ActorRequest, check_in: CheckIn | None) -> dict[str, Any]:
    if check_in is not None:
        names = ("deliverer_name", "deliverer_phone", "concern", "key_tag", "parking_place")
        return {**{name: getattr(check_in, name) for name in names}, "diagnosis": check_in.findings}
    pk = number_in(request.GET.get("vehicle", ""))
    if not pk:
        return {}
    vehicle = find(Vehicle, pk, request.actor)
    owner = vehicle.owner
    return {"vehicle": vehicle, "customer": owner, "deliverer_name": owner.name if owner else ""}


@require_http_methods(["GET", "POST"])
@screen("service.order")
def order_edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change what is agreed besides the lines."""
    shown = find(RepairOrder, pk, request.actor, "vehicle", "advisor", "store")
    form = OrderEditForm(request.POST or None, order=shown)
    if request.method == "POST":
        changed = attempt(
            form,
            lambda: change_order(
                shown,
                actor=request.actor,
                version=version_of(request),
                **form.cleaned_data,
            ),
        )
        if changed is not None:
            return done(request, "已保存。", reverse("order", args=[pk]))
    conflicts = differences(form, shown, getattr(form, "cleaned_data", {}))
    context = {"form": form, "order": shown, "conflicts": conflicts}
    return page(request, "service/orders/edit.html", context, form)
