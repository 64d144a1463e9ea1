from typing import ClassVar

from django.conf import settings
from django.db import models

from fours.customers.models import Customer
from fours.kernel.models import StoreScoped

from .words import Channel


class OptOutScope(models.TextChoices):
    MARKETING = "marketing", "营销消息"
    ALL = "all", "全部消息"


class OptOut(StoreScoped):
    """A customer wants no more messages (退订): of a channel or, when none is named, of all; until it is lifted.

    No row is unique: a merge of two files may leave two of a kind, which block as one and are lifted as one.
    """

    view_permission: ClassVar[str | None] = "customers.view"
    What = OptOutScope

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="message_opt_outs", verbose_name="客户"
    )
    channel = models.CharField("通道", max_length=10, choices=Channel.choices, blank=True)
    what = models.CharField("退订内容", max_length=10, choices=OptOutScope.choices)
    at = models.DateTimeField("退订时间", auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    lifted_at = models.DateTimeField("恢复时间", null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "退订"
        indexes = [
            models.Index(fields=["customer"], condition=models.Q(lifted_at__isnull=True), name="opt_out_open")
        ]

    def __str__(self) -> str:
        channel = self.get_channel_display() if self.channel else "各通道"
        return f"{channel}的{self.get_what_display()}"

    def blocks(self, channel: str, purpose: str) -> bool:
        """Whether it keeps a message of this channel and purpose back."""
        return self.channel in ("", channel) and self.what in (OptOutScope.ALL, purpose)
