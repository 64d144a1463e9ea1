"""What every hand-written screen shares: who may enter, finding a visible row, a form that calls a verb, the way back."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme

from fours.base.errors import NotThere, Refused, Stale

from .actor import Actor
from .models import Store, User
from .models.scope import ScopedManager

METHODS = ("GET", "HEAD", "POST")
P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=models.Model)


class ActorRequest(HttpRequest):
    """A request of somebody signed in, after ActorMiddleware; `actor.store` is the store of the session's switch,
    `stores` are those it may be switched to."""

    actor: Actor
    user: User
    stores: list[Store]


Screen = Callable[Concatenate[ActorRequest, P], HttpResponseBase]


def screen(
    permission: str | None,
) -> Callable[[Screen[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Only for people signed in who hold the permission in their current store (None: any post will do)."""

    def wrap(view: Screen[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def entered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in METHODS:
                return HttpResponseNotAllowed(METHODS)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor_request = cast(ActorRequest, request)
            actor_request.actor.require(permission, actor_request.actor.must_store.pk)
            return view(actor_request, *args, **kwargs)

        return entered

    return wrap


def find(model: type[M], pk: int, actor: Actor, *related: str) -> M:
    """The row if the actor may see it, with `related` joined; else NotThere, which answers 404."""
    manager = cast(ScopedManager[M], model._default_manager)
    rows = manager.visible_to(actor)
    row = (rows.select_related(*related) if related else rows).filter(pk=pk).first()
    if row is None:
        raise NotThere()
    return row


def attempt(form: BaseForm, call: Callable[[], R]) -> R | None:
    """The verb's result when the form is valid and the verb did its work; else None with the refusal on the form.

    A refusal stands beside the field it names, or above the form. Verbs undo their own half-done work.
    """
    if not form.is_valid():
        return None
    try:
        return call()
    except Refused as refusal:
        put_on(form, refusal)
        return None


def put_on(form: BaseForm, refusal: Refused) -> None:
    """Show a refusal on the form: beside the fields it names, and above it when it names none the form has."""
    refusal.remember(_typed(form))
    placed = False
    for name, message in refusal.fields.items():
        if name in form.fields:
            form.add_error(name, _with_way_on(message, refusal))
            placed = True
    if not placed:
        form.add_error(None, _with_way_on(refusal.message, refusal))
    form.refused = refusal  # type: ignore[attr-defined]
    if isinstance(refusal, Stale) and refusal.now is not None:
        # Told of the change, the person may send the same page again: then what stands on it counts.
        form.data = form.data.copy()  # type: ignore[attr-defined]
        form.data["version"] = str(refusal.now)  # type: ignore[index]


def _typed(form: BaseForm) -> dict[str, str]:
    """What was typed into the form, and which of the page's forms it is."""
    names = {field.name: field.html_name for field in form.visible_fields()}
    typed = {name: form.data[sent] for name, sent in names.items() if sent in form.data}
    place = getattr(form, "place", "")
    return {**typed, "form": place} if place else typed


def typed_before(request: HttpRequest, *names: str, place: str = "") -> dict[str, str]:
    """What was typed into a form when it was refused, brought back in the address; nothing if that was another form."""
    if request.GET.get("form", "") != place:
        return {}
    return {name: request.GET[name] for name in names if name in request.GET}


def _with_way_on(message: str, refusal: Refused) -> str:
    if refusal.way_on is None:
        return message
    label, address = refusal.way_on
    return format_html('{} <a href="{}">{}</a>', message, address, label)


def form_status(form: BaseForm) -> int:
    """200 for a fresh form, 409 after a conflict, 422 after any other error; htmx swaps all three."""
    if not form.is_bound or not form.errors:
        return 200
    refusal: Refused | None = getattr(form, "refused", None)
    return refusal.status if refusal is not None else 422


def page(
    request: HttpRequest, template: str, context: dict[str, object], form: BaseForm | None = None
) -> HttpResponse:
    """Render a page; with a form that was refused, under the status that says so."""
    return render(request, template, context, status=form_status(form) if form is not None else 200)


def done(request: HttpRequest, message: str, address: str) -> HttpResponse:
    """Say what was done and go there."""
    if message:
        messages.success(request, message)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def back_address(request: HttpRequest, otherwise: str) -> str:
    """Where a posting button came from (`next` or the referring page of this host)."""
    for address in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if is_own(request, address):
            return address
    return otherwise


def is_own(request: HttpRequest, address: str) -> bool:
    """Whether it is the address of a page of this host, and not a mere word, which Django would take for a view's name."""
    whole = address.startswith(("/", "http://", "https://"))
    return whole and url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
