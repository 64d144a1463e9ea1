"""Who carries the messages out: set by the administrator, the secret written once and never shown (PF-12)."""

from decimal import Decimal
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from fours.base.errors import Refused
from fours.base.text import clean
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.kernel.verbs import keep, verb

from ..models import CHANNEL_OF_KIND, Provider
from ..models.provider import ProviderKind, Security

FIELDS = ("kind", "address", "account", "security", "sender", "price", "active")
LARGEST_PORT = 65_535


@verb("设置发送通道", "messages.change_providers")
def set_provider(
    store: Store,
    *,
    kind: str,
    address: str,
    account: str = "",
    secret: str = "",
    security: str = Security.SSL,
    sender: str = "",
    price: Decimal = Decimal(0),
    active: bool = False,
    actor: Actor,
) -> Provider:
    """Set who carries a channel's messages. An empty `secret` keeps the one there is while the address stays the same.

    The history names what was changed, never the secret, and of an address only that it changed: it may carry a token.
    """
    if kind not in ProviderKind.values:
        raise Refused("请选择方式。", field="kind")
    wanted = {
        "kind": kind, "address": _address(kind, address), "account": clean(account), "security": security,
        "sender": _sender(kind, sender), "price": price, "active": active,
    }  # fmt: skip
    channel = CHANNEL_OF_KIND[ProviderKind(kind)]
    row = Provider.objects.select_for_update().filter(store=store, channel=channel).first()
    row = row or Provider(store=store, channel=channel)
    changed = [name for name in FIELDS if getattr(row, name) != wanted[name]]
    if row.pk and "address" in changed and row.secret and not secret:
        # Else somebody could point the channel at a listener of their own and read the secret's signature or password.
        raise Refused("更换地址时请重新填写密钥。", field="secret")
    if secret:
        changed.append("secret")
    for name in changed:
        setattr(row, name, secret if name == "secret" else wanted[name])
    row.updated_by = actor.user
    if row.pk is None:
        row.save()
    elif changed:
        keep(row, *changed, "updated_by")
    _tell(row, changed, actor)
    return row


def _tell(row: Provider, changed: list[str], actor: Actor) -> None:
    labels = "、".join(str(Provider._meta.get_field(name).verbose_name) for name in changed)  # type: ignore[union-attr]
    said = f"{row.get_channel_display()}通道：{row}，{'启用' if row.active else '停用'}"
    announce("messages.provider_set", row, actor=actor, sentence=f"{said}；修改 {labels}" if labels else said)


def _address(kind: str, text: str) -> str:
    text = clean(text).replace(" ", "")
    if kind == ProviderKind.SMTP:
        host, _, port = text.rpartition(":")
        if not host or not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= LARGEST_PORT):
            raise Refused("请填 主机:端口，如 smtp.example.com:465。", field="address")
        return text
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right or len(text) > 300:
        raise Refused("请填以 https:// 开头的网址。", field="address")
    return text


def _sender(kind: str, text: str) -> str:
    text = clean(text)
    if kind != ProviderKind.SMTP:
        return text
    try:
        validate_email(text)
    except ValidationError as error:
        raise Refused("发件人请填邮箱地址。", field="sender") from error
    return text
