"""Parts that came in: the list, one receipt, and booking a new one by hand."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.http import HttpResponse
from django.urls import reverse

from fours.base.errors import Refused
from fours.base.text import number_in
from fours.kernel.web import ActorRequest, done, find, page, put_on, screen
from fours.parts.forms import ReceiptFilter, ReceiptForm, ReceiptLineForm, ReceiptLines
from fours.parts.models import Bin, StockMovement, StockReceipt, StorePart
from fours.parts.verbs.receive import receive_parts

KIND = "parts.stockreceipt"


@screen("parts.view")
def receipts(request: ActorRequest) -> HttpResponse:
    """Receipts, the newest first."""
    form = ReceiptFilter(request.GET)
    moved = StockMovement.objects.visible_to(request.actor).filter(source_kind=KIND, source_id=OuterRef("pk"))
    grouped = moved.order_by().values("source_id")
    rows = StockReceipt.objects.visible_to(request.actor).select_related("created_by").order_by("-pk")
    if form.is_valid() and (q := form.cleaned_data["q"]):
        rows = rows.filter(Q(number__icontains=q) | Q(supplier__icontains=q) | Q(delivery_note__icontains=q))
    rows = rows.annotate(
        line_count=Subquery(grouped.annotate(n=Count("pk")).values("n")),
        value=Subquery(grouped.annotate(sum=Sum("value")).values("sum")),
    )
    context = {
        "form": form,
        "rows": Paginator(rows, 50).get_page(request.GET.get("page")),
        "may_cost": request.actor.can("parts.view_cost"),
        "may_receive": request.actor.can("parts.receive"),
    }
    return page(request, "parts/receipts.html", context)


@screen("parts.view")
def receipt(request: ActorRequest, pk: int) -> HttpResponse:
    """One receipt with its lines."""
    shown = find(StockReceipt, pk, request.actor, "created_by")
    lines = (
        StockMovement.objects.visible_to(request.actor)
        .filter(source_kind=KIND, source_id=pk)
        .select_related("part", "lot", "bin")
        .order_by("pk")
    )
    may_cost = request.actor.can("parts.view_cost")
    return page(request, "parts/receipt.html", {"receipt": shown, "lines": lines, "may_cost": may_cost})


@screen("parts.receive")
def receipt_new(request: ActorRequest) -> HttpResponse:
    """Book a delivery: head and lines by hand; all lines or none."""
    posted = _with_more_lines(request) if "more" in request.POST else request.POST or None
    head = ReceiptForm(posted)
    lines = ReceiptLines(posted, form_kwargs=_line_facts(request))
    if request.method == "POST" and "more" not in request.POST:
        made = _book(request, head, lines)
        if made is not None:
            return done(request, f"已入库 {made.number}", reverse("receipt", args=[made.pk]))
    wrong = request.method == "POST" and not lines.is_valid()
    answer = page(request, "parts/receipt_new.html", {"form": head, "lines": lines}, head)
    if wrong and "more" not in request.POST and answer.status_code == 200:
        answer.status_code = 422
    return answer


def _book(request: ActorRequest, head: ReceiptForm, lines: Any) -> StockReceipt | None:
    """The receipt, or None with what is wrong on the forms."""
    if not head.is_valid() or not lines.is_valid():
        return None
    filled: list[ReceiptLineForm] = [form for form in lines if form.has_changed()]
    actor = request.actor
    try:
        return receive_parts(
            actor.must_store, lines=[form.arrival() for form in filled], actor=actor, **head.cleaned_data
        )
    except Refused as refusal:
        put_on(head, Refused(refusal.message))
        return None


def _line_facts(request: ActorRequest) -> dict[str, Any]:
    own = StorePart.objects.visible_to(request.actor).filter(bin__active=True).select_related("bin")
    posted = [number_in(pk) for name, pk in request.POST.items() if name.endswith("-part")]
    bins: dict[int, Bin] = {row.part_id: row.bin for row in own.filter(part_id__in=posted) if row.bin}
    return {"actor": request.actor, "usual_bins": bins}


def _with_more_lines(request: ActorRequest) -> Any:
    """What was typed, with six more empty lines."""
    posted = request.POST.copy()
    posted["form-TOTAL_FORMS"] = str(min(number_in(posted.get("form-TOTAL_FORMS", "")) + 6, 60))
    return posted
