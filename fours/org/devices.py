"""Which registered device a request comes from, and who has worked there lately (PF-15)."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from fours.kernel.models import User

from .models import DeviceSignIn, SharedDevice
from .people import present_assignments

COOKIE = "device"
SALT = "fours.device"
COOKIE_AGE = timedelta(days=400)  # what browsers keep at most; renewed whenever people change
RECENTLY = timedelta(days=60)
MOST_TILES = 12


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def give_cookie(response: HttpResponse, secret: str) -> None:
    """`Lax` like the session's cookie: a page opened from a link must bring both or neither."""
    response.set_signed_cookie(
        COOKIE,
        secret,
        salt=SALT,
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def secret_of(request: HttpRequest) -> str:
    """The device's secret if the cookie is one of ours, else nothing."""
    return str(request.get_signed_cookie(COOKIE, "", salt=SALT)) if COOKIE in request.COOKIES else ""


def present_devices() -> QuerySet[SharedDevice]:
    return SharedDevice.objects.filter(revoked_at=None, store__active=True)


def device_of(request: HttpRequest) -> SharedDevice | None:
    """The registered device that is not revoked; None for any other browser, without asking the database."""
    secret = secret_of(request)
    if not secret:
        return None
    return present_devices().select_related("store").filter(secret_hash=hash_of(secret)).first()


def recent_people(device: SharedDevice) -> list[User]:
    """Who worked on the device lately and still has a post in its store, last one first."""
    here = present_assignments(device.store).values("user")
    since = timezone.now() - RECENTLY
    rows = DeviceSignIn.objects.filter(device=device, user__in=here, active_at__gt=since)
    return [row.user for row in rows.select_related("user").order_by("-active_at")[:MOST_TILES]]
