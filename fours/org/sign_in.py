"""Who somebody is who types a PIN or a password at a shared device; every wrong try is counted and noted."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from fours.base.errors import Refused
from fours.desk.middleware import keep_writes
from fours.kernel.actor import grants_of
from fours.kernel.models import User
from fours.kernel.security import note

from .models import SharedDevice
from .pins import PIN, may_use_pin, try_pin


def is_pin(secret: str) -> bool:
    """Six digits are a PIN: a password has at least eight characters."""
    return PIN.fullmatch(secret) is not None


def prove(request: HttpRequest, device: SharedDevice, username: str, secret: str) -> User:
    """The person of that user name, proved by PIN or password; else refused beside the field `secret`."""
    if is_pin(secret):
        return _by_pin(
            request, device, User.objects.filter(username=username.strip().lower()).first(), secret
        )
    return by_password(request, username, secret)


def by_password(request: HttpRequest, username: str, password: str, field: str = "secret") -> User:
    """The same limits of guessing and the same log as the sign-in page."""
    keep_writes(request)
    try:
        user = get_adapter().authenticate(request, username=username.strip().lower(), password=password)
    except ValidationError as error:
        raise Refused("".join(error.messages), field=field) from error
    # The backend also names somebody whose account is closed.
    if user is None or not user.is_active:
        raise Refused("用户名或密码不对。" if field == "secret" else "密码不对。", field=field)
    return user  # type: ignore[no-any-return]


def _by_pin(request: HttpRequest, device: SharedDevice, user: User | None, pin: str) -> User:
    keep_writes(request)
    try:
        try_pin(_who_may(user, device), device, pin)
    except Refused as refusal:
        name = user.name if user is not None else "未知用户名"
        note(request, "pin_failed", f"{name}，设备“{device.name}”：{refusal.message}", user, device.store_id)
        raise
    assert user is not None
    return user


def _who_may(user: User | None, device: SharedDevice) -> User | None:
    """The person if a PIN would do here; what one who lacks a post learns is what one with a wrong PIN learns."""
    if user is None or not user.is_active:
        return None
    grants = grants_of(user)
    if device.store_id not in grants.permissions:
        return None
    if not may_use_pin(grants):
        raise Refused("管理员不用PIN，请用密码登录。", field="secret")
    if user.must_change_password:
        raise Refused("请先用密码登录，修改密码后再用PIN。", field="secret")
    return user
