from typing import ClassVar

from django.conf import settings
from django.db import models

from fours.base.sealed import LOST, SealedText
from fours.kernel.models import StoreScoped

from .words import Channel


class ProviderKind(models.TextChoices):
    SMTP = "smtp", "邮件服务器(SMTP)"
    SIGNED_SMS = "signed_sms", "短信网关(HTTP 签名)"
    DINGTALK = "dingtalk", "钉钉群机器人"
    WECOM = "wecom", "企业微信群机器人"


CHANNEL_OF_KIND = {
    ProviderKind.SMTP: Channel.EMAIL,
    ProviderKind.SIGNED_SMS: Channel.SMS,
    ProviderKind.DINGTALK: Channel.ROBOT,
    ProviderKind.WECOM: Channel.ROBOT,
}


class Security(models.TextChoices):
    STARTTLS = "starttls", "STARTTLS"
    SSL = "ssl", "SSL/TLS"
    NONE = "none", "不加密（仅限本机或内网）"


class Provider(StoreScoped):
    """Who carries a channel's messages out of the store (发送通道). Without an active one they wait in the outbox.

    `secret` is written and used, never shown: no page, interface, history or log repeats it. It lies encrypted.
    """

    view_permission: ClassVar[str | None] = "messages.change_providers"
    Kind = ProviderKind
    Security = Security

    channel = models.CharField("通道", max_length=10, choices=Channel.choices)
    kind = models.CharField("方式", max_length=12, choices=ProviderKind.choices)
    # Sealed as well: the address of a group robot carries its key.
    address = SealedText(
        "地址",
        max_length=300,
        help_text="短信网关、机器人填网址；邮件填 主机:端口，如 smtp.example.com:465。",
    )
    account = models.CharField("账号", max_length=100, blank=True)
    secret = SealedText("密钥/密码", blank=True)
    security = models.CharField("加密", max_length=10, choices=Security.choices, default=Security.SSL)
    sender = models.CharField("发件人", max_length=200, blank=True, help_text="邮件的发件地址。")
    price = models.DecimalField(
        "单价（元/条）",
        max_digits=8,
        decimal_places=4,
        default=0,
        help_text="短信每 70 字一条，超长按 67 字一条计。",
    )
    active = models.BooleanField("启用", default=False)
    version = models.PositiveIntegerField("版本", default=1)
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "发送通道"
        constraints = [
            models.UniqueConstraint(fields=["store", "channel"], name="provider_once_per_channel"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="provider_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def secret_is_lost(self) -> bool:
        """It was encrypted with another installation's key and must be typed anew."""
        return LOST in (self.secret, self.address)
