from typing import ClassVar

from django.db import models
from django.db.models import Q

from fours.kernel.models import StoreScoped

from .words import Channel, Purpose


class MessageTemplate(StoreScoped):
    """A text with placeholders like {客户} (消息模板).

    One whose code is that of an occasion is what the product itself sends then; the others are for broadcasts.
    """

    view_permission: ClassVar[str | None] = "messages.view"
    Channel = Channel
    Purpose = Purpose

    code = models.CharField("代码", max_length=60)
    name = models.CharField("名称", max_length=60)
    channel = models.CharField("通道", max_length=10, choices=Channel.choices, default=Channel.SMS)
    purpose = models.CharField("用途", max_length=10, choices=Purpose.choices, default=Purpose.SERVICE)
    subject = models.CharField("标题", max_length=100, blank=True)
    text = models.TextField("正文", max_length=2000)
    active = models.BooleanField("在用", default=True)
    version = models.PositiveIntegerField("版本", default=1)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = "消息模板"
        constraints = [
            models.UniqueConstraint(fields=["store", "code"], name="message_template_code_once"),
            models.CheckConstraint(condition=~Q(text=""), name="message_template_has_text"),
        ]

    def __str__(self) -> str:
        return self.name
