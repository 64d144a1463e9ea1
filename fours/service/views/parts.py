"""Handing out parts for repair orders: who waits for what, the issue itself, taking back."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.models import User
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.org.models import Assignment
from fours.parts.errors import plain
from fours.parts.forms import QuantityField
from fours.parts.models import IssueLine, IssueSlip, Reservation
from fours.parts.stock import UNKNOWN, Available, availability
from fours.service.models import AdditionalWork, JobAssignment, PartLine, RepairOrder
from fours.service.verbs.parts import Give, issue_to_order, return_to_stock

SOURCE = "service.repairorder"
RECEIVING_POSTS = ("technician", "team_leader", "foreman", "technical_director", "inspector")
NONE = Decimal(0)
# A part that comes in after the final check is still handed out.
ISSUING = (RepairOrder.State.AUTHORISED, RepairOrder.State.COMPLETED)
_MINE = Reservation.objects.filter(
    store=OuterRef("store"), source_kind=SOURCE, source_line_id=OuterRef("pk"), part=OuterRef("part")
)
# What is reserved for a part line; lines given to `with_stock` carry it as `held`.
HELD = Subquery(_MINE.values("quantity")[:1])


@dataclass(frozen=True)
class WantedLine:
    """A part line that still wants pieces, with what may be given of it now."""

    line: PartLine
    stock: Available

    @property
    def held(self) -> Decimal:
        """Pieces reserved for this very line."""
        return getattr(self.line, "held", None) or NONE

    @property
    def can_give(self) -> Decimal:
        """As much as is wanted and there: free pieces and the line's own reservation."""
        return min(self.line.still_to_issue, self.stock.free + self.held)

    @property
    def missing(self) -> Decimal:
        return self.line.still_to_issue - self.can_give


def wanted_lines(actor: Actor) -> QuerySet[PartLine]:
    """Lines of our own parts that are authorised and not yet handed out in full."""
    agreed = Q(additional_work=None) | Q(additional_work__state=AdditionalWork.State.ACCEPTED)
    return (
        PartLine.objects.visible_to(actor)
        .filter(agreed, issued__lt=F("quantity"), part__isnull=False)
        .exclude(kind=PartLine.Kind.CUSTOMER)
        .select_related("part", "additional_work")
        .annotate(held=HELD)
    )


def with_stock(actor: Actor, lines: Iterable[PartLine]) -> list[WantedLine]:
    """The lines with stock and reservation beside them, in bin order."""
    listed = list(lines)
    stock = availability(actor.must_store, [line.part_id for line in listed if line.part_id])
    rows = [WantedLine(line, stock.get(line.part_id or 0, UNKNOWN)) for line in listed]
    return sorted(rows, key=lambda row: (row.stock.bin_code, row.line.number))


@screen("parts.view")
def order_parts(request: ActorRequest) -> HttpResponse:
    """Cars in work that wait for parts, by promised time: what is here, what is missing."""
    actor = request.actor
    wanting = wanted_lines(actor)
    orders = (
        RepairOrder.objects.visible_to(actor)
        .filter(Exists(wanting.filter(order=OuterRef("pk"))), state__in=ISSUING)
        .select_related("vehicle", "advisor")
        .prefetch_related(Prefetch("parts", wanting, to_attr="wanted"))
        .order_by("promised_at", "pk")
    )
    listed = Paginator(orders, 30).get_page(request.GET.get("page"))
    lines: list[PartLine] = [line for order in listed for line in order.wanted]  # type: ignore[attr-defined]
    by_order: dict[int, list[WantedLine]] = {}
    for row in with_stock(actor, lines):
        by_order.setdefault(row.line.order_id, []).append(row)
    rows = [(order, by_order.get(order.pk, []), _chip(by_order.get(order.pk, []))) for order in listed]
    context = {"rows": rows, "page": listed, "may_issue": actor.can("parts.issue"), "now": timezone.now()}
    return page(request, "service/parts/order_parts.html", context)


@screen("parts.issue")
def order_issue(request: ActorRequest, pk: int) -> HttpResponse:
    """Hand out parts for one order: lines in bin order, quantities, who receives them."""
    actor = request.actor
    order = find(RepairOrder, pk, actor, "vehicle", "advisor", "store")
    rows = with_stock(actor, wanted_lines(actor).filter(order=order))
    form = IssueForm(request.POST or None, rows=rows, order=order, actor=actor)
    if request.method == "POST":
        slip = attempt(form, lambda: _issue(order, form, actor))
        if slip is not None:
            return done(request, f"已发料 {slip.number}", reverse("issue_slip", args=[slip.pk]))
    context = {
        "order": order,
        "form": form,
        "rows": [(row, form[f"give_{row.line.pk}"]) for row in rows],
        "issued": issued_lines(actor, order),
        "open": order.state in ISSUING,
    }
    return page(request, "service/parts/order_issue.html", context, form)


@screen("parts.issue")
def order_return(request: ActorRequest, pk: int) -> HttpResponse:
    """Take unused parts of a slip line back into their bin."""
    actor = request.actor
    line = find(IssueLine, pk, actor, "slip", "part", "movement__bin", "movement__lot")
    order = find(RepairOrder, line.slip.source_id if line.slip.source_kind == SOURCE else 0, actor, "store")
    left = line.quantity - line.returned
    form = ReturnForm(request.POST or None, initial={"quantity": left.normalize()})
    back = reverse("order_issue", args=[order.pk])
    if request.method == "POST":
        moved = attempt(
            form,
            lambda: return_to_stock(
                order, issue_line=line, quantity=form.cleaned_data["quantity"], actor=actor
            ),
        )
        if moved is not None:
            return done(request, f"已退料，放回 {line.movement.bin.code}", back)
    intro = (
        f"{line.part} · {line.slip.number} · 放回货位 {line.movement.bin.code} 批次 {line.movement.lot.code}"
        f" · 可退 {plain(left)} {line.part.unit}"
    )
    context = {
        "title": "退料", "intro": intro, "form": form, "submit_label": "退料", "cancel_url": back,
        "crumbs": [("领料发料", reverse("order_parts")), (order.number, back)],
    }  # fmt: skip
    return page(request, "kernel/form_page.html", context, form)


def issued_lines(actor: Actor, order: RepairOrder) -> QuerySet[IssueLine]:
    """What was handed out for the order, slip by slip."""
    rows = IssueLine.objects.visible_to(actor).filter(slip__source_kind=SOURCE, slip__source_id=order.pk)
    return rows.select_related("slip__receiver", "part", "movement__bin", "movement__lot").order_by("pk")


class ReturnForm(TablerForm, forms.Form):
    quantity = QuantityField(label="退回数量")


class IssueForm(TablerForm, forms.Form):
    """A quantity for each line that wants pieces, and the receiver."""

    use_required_attribute = False

    def __init__(
        self, *args: Any, rows: list[WantedLine], order: RepairOrder, actor: Actor, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            self.fields[f"give_{row.line.pk}"] = QuantityField(
 label=f"发出 {row.line.name}", required=False,
                initial=row.can_give.normalize() if row.can_give > 0 else None,
            )  # fmt: skip
        people = receivers(actor, order)
        self.people = {str(user.pk): user for user in people}
        choices = [("", "请选择"), *((pk, user.name) for pk, user in self.people.items())]
        likeliest = next((pk for pk, user in self.people.items() if user.works_on_it), "")  # type: ignore[attr-defined]
        self.fields["receiver"] = forms.ChoiceField(
            label="领料人", choices=choices, initial=likeliest,
            error_messages={"required": "请选择领料人。", "invalid_choice": "请从列表中选择领料人。"},
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for row in self.rows:
            name = f"give_{row.line.pk}"
            if (quantity := given.get(name)) and quantity > row.can_give:
                self.add_error(name, _why_not(row, quantity))
        if not self.errors and not self.gives():
            self.add_error(None, "请至少填写一行发料数量。")
        return given

    def gives(self) -> list[Give]:
        """The lines with a quantity."""
        quantities = [(row, self.cleaned_data.get(f"give_{row.line.pk}")) for row in self.rows]
        return [Give(row.line.pk, quantity) for row, quantity in quantities if quantity]


def receivers(actor: Actor, order: RepairOrder) -> QuerySet[User]:
    """The people of the workshop who may receive parts, those who work on the order first."""
    today = timezone.localdate()
    held = Assignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        user=OuterRef("pk"),
        store=actor.must_store,
        post__in=RECEIVING_POSTS,
        starts_on__lte=today,
    )
    works = JobAssignment.objects.visible_to(actor).filter(job__order=order, technician=OuterRef("pk"))
    people = User.objects.filter(Exists(held), is_active=True).annotate(works_on_it=Exists(works))
    return people.order_by("-works_on_it", "name")


def _issue(order: RepairOrder, form: IssueForm, actor: Actor) -> IssueSlip:
    receiver = form.people[form.cleaned_data["receiver"]]
    return issue_to_order(order, lines=form.gives(), receiver=receiver, actor=actor)


def _why_not(row: WantedLine, quantity: Decimal) -> str:
    if quantity > row.line.still_to_issue:
        return f"工单还可领 {plain(row.line.still_to_issue)} {row.line.unit}。"
    return f"库存可领 {plain(row.can_give)} {row.line.unit}，不够 {plain(quantity)}。"


def _chip(rows: list[WantedLine]) -> tuple[str, str]:
    missing = [row for row in rows if row.missing]
    if not missing:
        return "齐料", "green"
    return ("缺料", "red") if len(missing) == len(rows) else ("部分缺料", "amber")
