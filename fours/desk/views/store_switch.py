"""The switch between the stores a person has a post in."""

from urllib.parse import urlsplit

from django.http import HttpResponse
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_POST

from fours.base.errors import NotThere
from fours.desk.accounts import STORE_KEY
from fours.kernel.security import note
from fours.kernel.web import ActorRequest, back_address, done, screen


@require_POST
@screen(None)
def switch_store(request: ActorRequest) -> HttpResponse:
    """Work in another own store from here on. A document's page is the old store's, so from one it goes home."""
    wished = request.POST.get("store", "")
    store = next((store for store in request.stores if str(store.pk) == wished), None)
    if store is None:
        raise NotThere("您在这家门店没有岗位。")
    request.session[STORE_KEY] = store.pk
    note(request, "store_switched", f"切换到 {store}")
    return done(request, f"已切换到{store.name}", _page_of_every_store(back_address(request, "/")))


def _page_of_every_store(address: str) -> str:
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return reverse("home")
    return reverse("home") if match.args or match.kwargs else address
