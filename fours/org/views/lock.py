"""The locked screen of a shared device: locked at once or by idleness, opened by the same person."""

from typing import cast

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from fours.base.errors import Refused
from fours.base.text import number_in
from fours.kernel.forms import TablerForm
from fours.kernel.models import User
from fours.kernel.security import note
from fours.kernel.web import ActorRequest, attempt, done, is_own, page
from fours.org.lock import LOCKED, Lock, lock_of, lock_screen, note_work, open_screen
from fours.org.models import DeviceSignIn
from fours.org.pins import forgive
from fours.org.sign_in import is_pin, prove


class SecretForm(TablerForm, forms.Form):
    secret = forms.CharField(
        label="PIN 或密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


def lock(request: HttpRequest) -> HttpResponse:
    """GET: the form that opens the screen (for htmx the form alone); POST: lock it now."""
    found = lock_of(request)
    if not _is_theirs(request, found):
        return _away(request)
    assert found is not None
    if request.method == "POST":
        lock_screen(found.row)
        return HttpResponse(status=204) if "HX-Request" in request.headers else redirect("lock")
    if not found.locked and "HX-Request" not in request.headers:
        return redirect(_next(request))
    return _form(request, SecretForm())


@require_POST
def lock_open(request: HttpRequest) -> HttpResponse:
    """The same person is back: the page under the cover is shown again, or `next` is opened."""
    found = lock_of(request)
    if not _is_theirs(request, found):
        return _away(request)
    assert found is not None
    form, user = SecretForm(request.POST), request.user
    assert isinstance(user, User)
    proved = attempt(form, lambda: _prove(request, found.row, user, form.cleaned_data["secret"]))
    if proved is None:
        return _form(request, form)
    by_pin = is_pin(form.cleaned_data["secret"])
    if not by_pin:
        forgive(user)
    open_screen(request, found.row, by_pin=by_pin)
    note(request, "screen_opened", f"解锁，共用设备“{found.row.device.name}”")
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Trigger": "fours-opened"})
    return redirect(_next(request))


def _prove(request: HttpRequest, row: DeviceSignIn, user: User, secret: str) -> User:
    """The cover is off the page of another store for a password only."""
    here = cast(ActorRequest, request).actor.store
    if is_pin(secret) and (here is None or here.pk != row.device.store_id):
        raise Refused("您正在其他门店工作，PIN只用于本设备的门店，请用密码解锁。", field="secret")
    return prove(request, row.device, user.username, secret)


@require_POST
def lock_active(request: HttpRequest) -> HttpResponse:
    """The page says that somebody typed or clicked: 204, 423 when it is locked, 409 when it is no longer theirs."""
    found = lock_of(request)
    if not _is_theirs(request, found):
        return HttpResponse(status=409)
    assert found is not None
    if found.locked:
        return HttpResponse(status=LOCKED)
    note_work(found.row)
    return HttpResponse(status=204)


def _away(request: HttpRequest) -> HttpResponse:
    """To the own worklist, or to the sign-in when nobody is signed in any more."""
    return done(request, "", reverse("home" if request.user.is_authenticated else "account_login"))


def _is_theirs(request: HttpRequest, found: Lock | None) -> bool:
    """Whether the page that asks is of whoever is signed in now; another window may have changed people."""
    who = _sent(request).get("who", "")
    return found is not None and (not who or number_in(who) == request.user.pk)


def _next(request: HttpRequest) -> str:
    """Where the locked page was, if it is a page of this host."""
    address = _sent(request).get("next", "")
    return (
        address if is_own(request, address) and not address.startswith(reverse("lock")) else reverse("home")
    )


def _sent(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _form(request: HttpRequest, form: SecretForm) -> HttpResponse:
    fragment = "HX-Request" in request.headers
    template = "org/lock_form.html" if fragment else "org/lock.html"
    return page(request, template, {"form": form, "next": _sent(request).get("next", "")}, form)
