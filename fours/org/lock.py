"""Sessions on a shared device: which of them may go on, locking and opening the screen, changing people (PF-15).

A session on a registered device names its row (`DeviceSignIn`). It goes on only with that device's cookie, while the
device is not revoked, and while somebody worked there within the store's setting; one begun with a PIN also only in
the device's store and while a PIN would still do.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django.contrib import messages
from django.contrib.auth import login, logout
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from fours.desk.accounts import STORE_KEY
from fours.desk.middleware import afterwards
from fours.kernel.models import Setting, User
from fours.kernel.store_settings import DECLARED
from fours.kernel.web import ActorRequest, done

from .defaults import LOCK_MINUTES
from .devices import device_of, hash_of, present_devices, secret_of
from .models import DeviceSignIn, Pin, SharedDevice
from .pins import may_use_pin

ROW, BY_PIN = "device_sign_in", "by_pin"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LOCKED = 423
# What a locked session may still ask for: to be opened, to be left to somebody else.
OPEN_WHEN_LOCKED = ("/lock/", "/switch-person/", "/accounts/logout/")


@dataclass(frozen=True)
class Lock:
    """What a page of a shared device knows: whose it is, and after how many idle minutes it covers itself (0: never)."""

    row: DeviceSignIn
    minutes: int
    locked: bool


def gate(request: HttpRequest) -> HttpResponse | None:
    """The answer instead of the page, when this session may not go on. Asked after the actor is known."""
    entered = cast(ActorRequest, request)
    if not secret_of(request) and ROW not in request.session:
        return None
    row = _row(entered)
    if row is None and ROW not in request.session:
        return None
    if row is None or not _may_go_on(entered, row):
        return _end(request)
    lock = _lock(row)
    request.lock = lock  # type: ignore[attr-defined]
    if lock.locked:
        return None if request.path.startswith(OPEN_WHEN_LOCKED) else _refuse(request)
    if _is_work(request):
        afterwards(request, lambda: note_work(row))
    return None


def lock_of(request: HttpRequest) -> Lock | None:
    """The lock of the session, found by `gate`; None away from shared devices."""
    found: Lock | None = getattr(request, "lock", None)
    return found


def note_work(row: DeviceSignIn) -> None:
    """Somebody worked; a screen that was locked meanwhile stays so."""
    DeviceSignIn.objects.filter(pk=row.pk, locked_at=None).update(active_at=timezone.now())


def lock_screen(row: DeviceSignIn) -> None:
    DeviceSignIn.objects.filter(pk=row.pk, locked_at=None).update(locked_at=timezone.now())


def open_screen(request: HttpRequest, row: DeviceSignIn, *, by_pin: bool) -> None:
    """The same person goes on, in the same session under a new key. Forms behind the cover keep their CSRF token.

    Opened with a PIN, a session is worth what a PIN is, also one that was begun with the password.
    """
    request.session.cycle_key()
    if by_pin:
        request.session[STORE_KEY], request.session[BY_PIN] = row.device.store_id, True
    DeviceSignIn.objects.filter(pk=row.pk).update(locked_at=None, active_at=timezone.now())


def change_person(request: HttpRequest, device: SharedDevice, user: User, *, by_pin: bool) -> None:
    """End whatever session there was and begin the person's own, in the device's store."""
    request.session.flush()
    how = "PIN" if by_pin else "密码"
    request.sign_in_words = f"用{how}登录，共用设备“{device.name}”"  # type: ignore[attr-defined]
    login(request, user, backend=BACKEND)
    request.session[STORE_KEY] = device.store_id
    request.session[BY_PIN] = by_pin
    _bind(request, device, user)


def _row(request: ActorRequest) -> DeviceSignIn | None:
    """The session's row if the device's cookie is there too; a session new on the device gets its row.

    `own_minutes` is the store's own setting and `has_pin` the person's, read along: this is asked at every request.
    """
    if ROW not in request.session:
        device = device_of(request)
        if device is None:
            return None
        _bind(request, device, request.user)
    own = Setting.objects.filter(store=request.actor.store, key=LOCK_MINUTES).values("value")[:1]
    pin = Pin.objects.filter(user=OuterRef("user"))
    rows = DeviceSignIn.objects.select_related("device").annotate(
        own_minutes=Subquery(own), has_pin=Exists(pin)
    )
    found = rows.filter(pk=request.session[ROW], user=request.user, device__in=present_devices())
    return found.filter(device__secret_hash=hash_of(secret_of(request))).first()


def _bind(request: HttpRequest, device: SharedDevice, user: User) -> None:
    row, _ = DeviceSignIn.objects.update_or_create(
        device=device, user=user, defaults={"active_at": timezone.now(), "locked_at": None}
    )
    request.session[ROW] = row.pk


def _may_go_on(request: ActorRequest, row: DeviceSignIn) -> bool:
    if not request.session.get(BY_PIN):
        return True
    home = row.device.store_id
    request.stores = [store for store in request.stores if store.pk == home]
    actor, has_pin = request.actor, cast(bool, row.has_pin)  # type: ignore[attr-defined]
    return actor.store is not None and actor.store.pk == home and has_pin and may_use_pin(actor.grants)


def _lock(row: DeviceSignIn) -> Lock:
    own: int | None = row.own_minutes  # type: ignore[attr-defined]
    minutes = cast(int, DECLARED[LOCK_MINUTES].default) if own is None else own
    idle = timezone.now() - row.active_at > timedelta(minutes=minutes) if minutes else False
    return Lock(row, minutes, locked=idle or row.locked_at is not None)


def _is_work(request: HttpRequest) -> bool:
    """A page the browser itself was sent to. What scripts ask for (boards, searches) is no work: the page says by
    `/lock/active/` that somebody typed or clicked."""
    return "HX-Request" not in request.headers and "text/html" in request.headers.get("Accept", "")


def _refuse(request: HttpRequest) -> HttpResponse:
    if "HX-Request" in request.headers or "text/html" not in request.headers.get("Accept", ""):
        return HttpResponse(status=LOCKED)
    if request.method != "GET":
        messages.warning(request, "屏幕已锁定，刚才提交的内容没有保存。")
        return redirect("lock")
    return redirect(f"{reverse('lock')}?{urlencode({'next': request.get_full_path()})}")


def _end(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.warning(request, "登录已结束，请重新登录。")
    return done(request, "", reverse("account_login"))
