"""换人: on a shared device the next person takes over with a PIN; nothing of the former one is left in the session."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fours.base.errors import NotThere
from fours.kernel.models import User
from fours.kernel.web import attempt, done, page
from fours.org.devices import device_of, give_cookie, recent_people, secret_of
from fours.org.lock import change_person, lock_of, lock_screen
from fours.org.models import SharedDevice
from fours.org.people import present_assignments
from fours.org.posts import post_names
from fours.org.sign_in import is_pin, prove

from .lock import SecretForm

NOT_REGISTERED = "这台设备没有登记，或已停用。请用用户名和密码登录。"


class OtherForm(SecretForm):
    username = forms.CharField(
        label="用户名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    field_order = ("username", "secret")


def switch_person(request: HttpRequest) -> HttpResponse:
    """Who worked here lately; the button of the menu (POST) locks the present person's session first."""
    device = device_of(request)
    if device is None:
        return _not_registered(request)
    if request.method == "POST":
        found = lock_of(request)
        if found is not None:
            lock_screen(found.row)
        return redirect("switch_person")
    people = recent_people(device)
    return page(request, "org/switch_person.html", {"device": device, "people": _with_posts(device, people)})


def chosen_person(request: HttpRequest, pk: int) -> HttpResponse:
    """One of those who worked here lately."""
    device = device_of(request)
    if device is None:
        raise NotThere(NOT_REGISTERED)
    person = next((user for user in recent_people(device) if user.pk == pk), None)
    if person is None:
        raise NotThere("此人最近没有在这台设备上登录过，请从“其他人”登录。")
    return _sign_in(request, device, SecretForm(request.POST or None), person)


def other_person(request: HttpRequest) -> HttpResponse:
    """Anybody else, by user name."""
    device = device_of(request)
    if device is None:
        return _not_registered(request)
    return _sign_in(request, device, OtherForm(request.POST or None), None)


def _sign_in(
    request: HttpRequest, device: SharedDevice, form: SecretForm, person: User | None
) -> HttpResponse:
    if request.method == "POST":
        typed = form.data.get("username", "")
        username = person.username if person is not None else typed
        user = attempt(form, lambda: prove(request, device, username, form.cleaned_data["secret"]))
        if user is not None:
            change_person(request, device, user, by_pin=is_pin(form.cleaned_data["secret"]))
            answer = redirect("home")
            give_cookie(answer, secret_of(request))
            return answer
    return page(request, "org/chosen_person.html", {"device": device, "form": form, "person": person}, form)


def _not_registered(request: HttpRequest) -> HttpResponse:
    messages.warning(request, NOT_REGISTERED)
    return done(request, "", reverse("account_login" if not request.user.is_authenticated else "home"))


def _with_posts(device: SharedDevice, people: list[User]) -> list[tuple[User, str]]:
    held = present_assignments(device.store).filter(user__in=people).order_by("-pk")
    posts = dict(held.values_list("user", "post"))
    return [(user, post_names().get(posts[user.pk], "")) for user in people if user.pk in posts]
