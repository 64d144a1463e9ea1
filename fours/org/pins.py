"""A person's PIN: six digits that sign in on a registered device of the own store, and nowhere else (PF-15).

Whoever may give rights or passwords has none: for them a counter's PC with six digits would be the whole store's door
(decision 15). The digits are hashed together with the installation's key, so a copy of the database alone does not
give them away; then by Django's hasher.
"""

import re
from datetime import timedelta
from itertools import pairwise

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from fours.base.errors import Refused
from fours.kernel.actor import Grants
from fours.kernel.models import User

from .models import Pin, SharedDevice

PIN = re.compile(r"[0-9]{6}", re.ASCII)
MOST_WRONG = 5
MOST_WRONG_ON_DEVICE = 10
DEVICE_WINDOW = timedelta(hours=1)
# With one of these the rights of all others can be had.
KEYS_OF_THE_HOUSE = frozenset(
    {"org.manage_users", "org.change_rights", "org.grant_any", "org.manage_devices"}
)
WRONG = "PIN不对，或还没有设置PIN。"


def may_use_pin(grants: Grants) -> bool:
    """False for those who hold a key of the house in any store."""
    return not any(KEYS_OF_THE_HOUSE & granted for granted in grants.permissions.values())


def check_new_pin(pin: str, user: User) -> None:
    """Refuse what is no PIN, and what is guessed first."""
    if not PIN.fullmatch(pin):
        raise Refused("PIN须为6位数字。", field="pin")
    if _is_trivial(pin):
        raise Refused("这个PIN太容易猜到，请换一个（不要用连号、重复的数字）。", field="pin")
    if re.sub(r"\D", "", user.phone).endswith(pin):
        raise Refused("PIN不要用自己的手机号。", field="pin")


def _is_trivial(pin: str) -> bool:
    digits = [int(digit) for digit in pin]
    # 123456, 987654, 246802 go up or down by the same step; 890123 passes the nought.
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    # 000000, 112112, 121212, 123123.
    return len(steps) == 1 or len(set(digits)) < 3 or pin[:3] == pin[3:]


@transaction.atomic
def set_pin(user: User, pin: str) -> None:
    """The person's new PIN; whoever calls it has asked for the password."""
    check_new_pin(pin, user)
    Pin.objects.update_or_create(
        user=user, defaults={"hash": make_password(_peppered(user, pin)), "failures": 0}
    )


def forget_pin(user: User) -> bool:
    """Take the PIN away; whether there was one."""
    return bool(Pin.objects.filter(user=user).delete()[0])


def forgive(user: User) -> None:
    """A right password ends the counting of wrong PINs."""
    Pin.objects.filter(user=user, failures__gt=0).update(failures=0)


def try_pin(user: User | None, device: SharedDevice, pin: str) -> None:
    """Count one try and refuse a wrong one; `user` None: somebody who has no PIN here.

    Device and PIN stay locked until the transaction ends, so tries at the same moment are counted one after the other.
    The caller lets the transaction commit also when refused (`keep_writes`).
    """
    device = SharedDevice.objects.select_for_update().get(pk=device.pk)
    if not _begin_window(device):
        raise Refused("这台设备上PIN输错太多次，一小时内请用密码登录。", field="secret")
    row = Pin.objects.select_for_update().filter(user=user).first() if user is not None else None
    if row is not None and row.failures >= MOST_WRONG:
        raise Refused(f"PIN连续输错{MOST_WRONG}次，已停用。请用密码登录，之后PIN恢复。", field="secret")
    if row is not None and user is not None and check_password(_peppered(user, pin), row.hash):
        row.failures = 0
        row.save(update_fields=["failures"])
        return
    device.failures += 1
    device.save(update_fields=["failures", "failures_since"])
    if row is None:
        raise Refused(WRONG, field="secret")
    row.failures += 1
    row.save(update_fields=["failures"])
    left = MOST_WRONG - row.failures
    raise Refused(WRONG + (f"还可试{left}次。" if left else "PIN已停用，请用密码登录。"), field="secret")


def _begin_window(device: SharedDevice) -> bool:
    """Whether one more try is allowed on the locked device; an hour after the first wrong one counting begins anew."""
    now = timezone.now()
    if device.failures_since is None or now - device.failures_since > DEVICE_WINDOW:
        device.failures, device.failures_since = 0, now
    return device.failures < MOST_WRONG_ON_DEVICE


def _peppered(user: User, pin: str) -> str:
    return salted_hmac("fours.pin", f"{user.pk}:{pin}", algorithm="sha256").hexdigest()
