"""我的PIN: set, changed and given up by the person, with the own password."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from fours.base.errors import NotAllowed
from fours.kernel.forms import TablerForm
from fours.kernel.security import note
from fours.kernel.web import ActorRequest, attempt, done, page, screen
from fours.org.models import Pin
from fours.org.pins import MOST_WRONG, check_new_pin, forget_pin, may_use_pin, set_pin
from fours.org.sign_in import by_password


def _digits(label: str, help_text: str = "") -> forms.CharField:
    attrs = {"autocomplete": "off", "inputmode": "numeric", "maxlength": "6"}
    return forms.CharField(
        label=label, max_length=6, help_text=help_text, widget=forms.PasswordInput(attrs=attrs)
    )


class PinForm(TablerForm, forms.Form):
    password = forms.CharField(
        label="登录密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    pin = _digits("新PIN", "6位数字，不要用连号、重复的数字或手机号。")
    again = _digits("再输一遍新PIN")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "pin" in cleaned and "again" in cleaned and cleaned["pin"] != cleaned["again"]:
            self.add_error("again", "两次输入的PIN不一样。")
        return cleaned


@screen(None)
def own_pin(request: ActorRequest) -> HttpResponse:
    """Set or change the own PIN."""
    allowed = may_use_pin(request.actor.grants)
    form = PinForm(request.POST or None)
    if request.method == "POST":
        if not allowed:
            raise NotAllowed("您管理员工、权限或设备，须用密码登录，不能用PIN。")
        if attempt(form, lambda: _set(request, form)):
            note(request, "pin_changed", "设置PIN")
            return done(request, "PIN已设置，可在登记过的共用设备上使用", reverse("own_pin"))
    row = Pin.objects.filter(user=request.user).first()
    context = {"form": form, "allowed": allowed, "row": row, "most_wrong": MOST_WRONG}
    return page(request, "org/own_pin.html", context, form)


def _set(request: ActorRequest, form: PinForm) -> bool:
    check_new_pin(form.cleaned_data["pin"], request.user)
    user = by_password(request, request.user.username, form.cleaned_data["password"], field="password")
    set_pin(user, form.cleaned_data["pin"])
    return True


@require_POST
@screen(None)
def remove_own_pin(request: ActorRequest) -> HttpResponse:
    """Give the PIN up; who has none signs in with the password."""
    if forget_pin(request.user):
        note(request, "pin_changed", "取消PIN")
    return done(request, "PIN已取消，请用密码登录和解锁", reverse("own_pin"))
