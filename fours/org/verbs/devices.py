"""A store's shared devices: registered at the device itself, revoked from anywhere (PF-15)."""

from django.utils import timezone

from fours.base.errors import Refused
from fours.base.text import clean
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.kernel.verbs import take, verb
from fours.org.devices import hash_of
from fours.org.models import SharedDevice

MANAGE = "org.manage_devices"


@verb("登记共用设备", MANAGE)
def register_device(store: Store, *, name: str, secret: str, actor: Actor) -> SharedDevice:
    """A browser becomes a shared device of the store; it keeps `secret`, the database only its hash."""
    name = clean(name)
    if not name or len(name) > 40:
        raise Refused("请填写设备名称，最多40字，如“前台一号”。", field="name")
    if SharedDevice.objects.filter(store=store, name=name, revoked_at=None).exists():
        raise Refused(f"本店已有设备“{name}”，请换一个名称。", field="name")
    device = SharedDevice.objects.create(
        store=store, name=name, secret_hash=hash_of(secret), registered_by=actor.user
    )
    announce("org.device_registered", device, actor=actor, sentence=f"登记共用设备“{name}”")
    return device


@verb("停用共用设备", MANAGE)
def revoke_device(device: SharedDevice, *, actor: Actor) -> SharedDevice:
    """Nobody signs in with a PIN there any more, and the sessions on it end at their next click. Not taken back:
    the browser is registered anew."""
    device = take(device)
    if device.revoked_at is not None:
        raise Refused(f"设备“{device.name}”已停用。")
    device.revoked_at, device.revoked_by = timezone.now(), actor.user
    device.save(update_fields=["revoked_at", "revoked_by"])
    announce("org.device_revoked", device, actor=actor, sentence=f"停用共用设备“{device.name}”")
    return device
