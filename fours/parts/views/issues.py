"""Slips of parts handed out."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse

from fours.kernel.web import ActorRequest, find, page, screen
from fours.parts.forms import SlipFilter
from fours.parts.models import IssueSlip
from fours.parts.papers import lines_of
from fours.parts.sources import address_of


@screen("parts.view")
def issue_slips(request: ActorRequest) -> HttpResponse:
    """Slips, the newest first; found by their number, the order's or the plate."""
    form = SlipFilter(request.GET)
    rows = IssueSlip.objects.visible_to(request.actor).select_related("receiver", "created_by")
    if form.is_valid() and (q := form.cleaned_data["q"].replace("·", "")):
        rows = rows.filter(Q(number__icontains=q) | Q(source_number__icontains=q) | Q(subject__icontains=q))
    rows = rows.annotate(line_count=Count("lines")).order_by("-pk")
    listed = Paginator(rows, 50).get_page(request.GET.get("page"))
    return page(request, "parts/issue_slips.html", {"form": form, "rows": listed})


@screen("parts.view")
def issue_slip(request: ActorRequest, pk: int) -> HttpResponse:
    """One slip, its lines in bin order."""
    slip = find(IssueSlip, pk, request.actor, "receiver", "created_by")
    context = {
        "slip": slip,
        "lines": lines_of(slip),
        "source_url": address_of(slip.source_kind, slip.source_id),
        "may_cost": request.actor.can("parts.view_cost"),
    }
    return page(request, "parts/issue_slip.html", context)
