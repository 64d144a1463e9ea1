"""The search page, and the drop-down of the search box."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from fours.desk.search import creation_address, search
from fours.kernel.web import ActorRequest, screen

PAGE_LIMIT = 50
BOX_LIMIT = 12


@screen(None)
def search_page(request: ActorRequest) -> HttpResponse:
    """What begins with `q`; only the list for htmx, which fills the box's drop-down with it.

    Enter in the box (`open`) goes straight to the only thing found: typed fast or scanned, no list in between.
    """
    text = request.GET.get("q", "").strip()
    in_box = bool(request.headers.get("HX-Request"))
    items = search(request.actor, text, BOX_LIMIT if in_box else PAGE_LIMIT)
    if len(items) == 1 and request.GET.get("open") and not in_box:
        return redirect(items[0].url)
    context: dict[str, object] = {"items": items, "q": text}
    if text and not items:
        context["create_url"] = creation_address(request.actor, text)
    return render(request, "desk/search_results.html" if in_box else "desk/search.html", context)
