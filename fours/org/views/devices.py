"""共用设备: the browsers of counters that several people use; the present one is registered here."""

from django import forms
from django.db.models import Max
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from fours.base.errors import NotThere
from fours.kernel.forms import TablerForm
from fours.kernel.security import note
from fours.kernel.store_settings import setting
from fours.kernel.verbs import VERBS
from fours.kernel.web import ActorRequest, attempt, done, page, screen
from fours.org.defaults import LOCK_MINUTES
from fours.org.devices import device_of, give_cookie, new_secret
from fours.org.models import SharedDevice
from fours.org.verbs.devices import MANAGE, register_device, revoke_device


class DeviceForm(TablerForm, forms.Form):
    name = forms.CharField(label="设备名称", max_length=40, help_text="放在哪里，如：前台一号、车间看板旁。")


@screen(MANAGE)
def devices(request: ActorRequest) -> HttpResponse:
    """The store's devices; a POST registers the browser it comes from."""
    store, here = request.actor.must_store, device_of(request)
    form = DeviceForm(request.POST or None)
    if request.method == "POST":
        secret = new_secret()
        if here is not None:
            form.add_error(None, f"这台浏览器已登记为“{here.name}”，要重新登记请先停用。")
        made = attempt(
            form, lambda: register_device(store, **form.cleaned_data, secret=secret, actor=request.actor)
        )
        if made is not None:
            note(request, "device_registered", f"登记共用设备“{made.name}”")
            answer = done(request, f"已登记“{made.name}”，员工可在此用PIN换人", reverse("devices"))
            give_cookie(answer, secret)
            return answer
    rows = SharedDevice.objects.filter(store=store).select_related("registered_by", "revoked_by")
    context: dict[str, object] = {
        "form": form,
        "here": here,
        "rows": rows.annotate(used_at=Max("sign_ins__active_at")).order_by("-revoked_at", "name"),
        "minutes": setting(store, LOCK_MINUTES),
        "revoke": VERBS["revoke_device"],
    }
    return page(request, "org/devices.html", context, form)


@require_POST
@screen(MANAGE)
def device_revoke(request: ActorRequest, pk: int) -> HttpResponse:
    """The device is a stranger again."""
    device = SharedDevice.objects.filter(pk=pk, store=request.actor.must_store).first()
    if device is None:
        raise NotThere()
    revoke_device(device, actor=request.actor)
    note(request, "device_revoked", f"停用共用设备“{device.name}”")
    return done(request, f"已停用“{device.name}”", reverse("devices"))
