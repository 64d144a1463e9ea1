"""Ways out of the store: each provider's settings become the carrier that speaks its language."""

from fours.messages.models import Provider
from fours.messages.models.provider import Security

from .base import Carrier, NotSent, Outgoing, Receipt, ReceiverRefuses, Rejected, Troubled, Unreachable
from .robots import DingTalkRobot, WeComRobot
from .sms import SignedSms
from .smtp import Smtp

__all__ = [
    "Carrier",
    "NotSent",
    "Outgoing",
    "Receipt",
    "ReceiverRefuses",
    "Rejected",
    "Troubled",
    "Unreachable",
    "carrier_of",
]


def carrier_of(provider: Provider) -> Carrier:
    """The carrier of a provider's settings; Unreachable while its secret cannot be read."""
    if provider.secret_is_lost:
        raise Unreachable("密钥无法解开，请管理员在发送通道重新填写。")
    if provider.kind == Provider.Kind.SIGNED_SMS:
        return SignedSms(provider.address, provider.account, provider.secret)
    if provider.kind == Provider.Kind.DINGTALK:
        return DingTalkRobot(provider.address, provider.secret)
    if provider.kind == Provider.Kind.WECOM:
        return WeComRobot(provider.address)
    host, _, port = provider.address.rpartition(":")
    return Smtp(
        host=host,
        port=int(port),
        sender=provider.sender,
        account=provider.account,
        secret=provider.secret,
        starttls=provider.security == Security.STARTTLS,
        ssl=provider.security == Security.SSL,
    )
