"""The whole history of a document on a page of its own."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from fours.kernel.attachments import target_of
from fours.kernel.history import events_of, line_of
from fours.kernel.models import StoreScoped
from fours.kernel.web import ActorRequest, page, screen

PER_PAGE = 100
# Where the document's page is not called like its model.
PAGES = {"repairorder": "order", "followupcall": "call", "additionalwork": "additional"}


@require_GET
@screen(None)
def history(request: ActorRequest, kind: str, pk: int) -> HttpResponse:
    """Every line, newest first."""
    document = target_of(kind, pk, request.actor)
    shown = Paginator(events_of(document, request.actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "document": document,
        "address": _page_of(document),
        "page": shown,
        "history": [line_of(event, request.actor) for event in shown],
    }
    return page(request, "desk/history_page.html", context)


def _page_of(document: StoreScoped) -> str:
    """The address of the page the history belongs to; empty where it has none of its own."""
    name = str(document._meta.model_name)
    try:
        return reverse(PAGES.get(name, name), args=[document.pk])
    except NoReverseMatch:
        return ""
