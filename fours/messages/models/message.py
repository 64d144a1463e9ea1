import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from fours.base.personal import PersonalText
from fours.customers.models import Customer
from fours.kernel.models import StoreScoped

from .words import Channel, MessageState, Purpose


class Broadcast(StoreScoped):
    """One text to many customers at once (群发), with whom it was meant for and who was left out why."""

    view_permission: ClassVar[str | None] = "messages.view"
    Channel = Channel
    Purpose = Purpose

    name = models.CharField("名称", max_length=60)
    channel = models.CharField("通道", max_length=10, choices=Channel.choices)
    purpose = models.CharField("用途", max_length=10, choices=Purpose.choices)
    subject = models.CharField("标题", max_length=100, blank=True)
    text = models.TextField("正文")
    audience = models.JSONField("对象", default=dict)
    queued = models.PositiveIntegerField("已排队", default=0)
    left_out = models.JSONField("未发原因", default=dict)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经手人"
    )

    class Meta:
        verbose_name = "群发"

    def __str__(self) -> str:
        return self.name


class Message(StoreScoped):
    """One message to one receiver (消息), kept in the outbox before and after it is sent.

    `client_id` is what the provider recognises a second hand-over of the same message by. `key` keeps a document from
    causing the same message twice. A lease that has not run out says that somebody is sending it at this moment.
    """

    view_permission: ClassVar[str | None] = "messages.view"
    Channel = Channel
    Purpose = Purpose
    State = MessageState

    client_id = models.UUIDField("发送编号", default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField("唯一键", max_length=160, blank=True)
    channel = models.CharField("通道", max_length=10, choices=Channel.choices)
    purpose = models.CharField("用途", max_length=10, choices=Purpose.choices)
    template = models.CharField("模板", max_length=60, blank=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="messages", verbose_name="客户"
    )
    broadcast = models.ForeignKey(
        Broadcast, models.PROTECT, null=True, blank=True, related_name="messages", verbose_name="群发"
    )
    to = PersonalText("收件", personal="text", max_length=300, blank=True)
    subject = models.CharField("标题", max_length=100, blank=True)
    text = models.TextField("内容")
    source_kind = models.CharField("来源类型", max_length=40, blank=True)
    source_id = models.BigIntegerField("来源", null=True, blank=True)
    source_title = models.CharField("来源单据", max_length=80, blank=True)
    source_url = models.CharField("来源页面", max_length=200, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=MessageState.choices, default=MessageState.WAITING
    )
    tries = models.PositiveIntegerField("发送次数", default=0)
    next_try = models.DateTimeField("最早发送时间")
    valid_until = models.DateTimeField("过期时间", null=True, blank=True)
    leased_until = models.DateTimeField("发送占用至", null=True, blank=True)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    provider_id = models.CharField("服务商回执", max_length=100, blank=True)
    cost = models.DecimalField("费用（元）", max_digits=10, decimal_places=4, null=True, blank=True)
    reason = models.CharField("原因", max_length=300, blank=True)
    cleared_at = models.DateTimeField("内容清除时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经手人"
    )
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = "消息"
        constraints = [
            models.UniqueConstraint(fields=["store", "key"], condition=~Q(key=""), name="message_key_once"),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="message_sent_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["store", "next_try"], condition=Q(state="waiting"), name="message_waiting"),
            models.Index(fields=["store", "state", "-id"], name="message_state"),
            models.Index(fields=["customer", "-id"], name="message_customer"),
            models.Index(fields=["store", "source_kind", "source_id"], name="message_source"),
            models.Index(
                fields=["store", "updated_at"],
                condition=Q(cleared_at=None) & ~Q(state="waiting"),
                name="message_to_clear",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.pk}"

    def is_being_sent(self, now: datetime) -> bool:
        """Whether a sender holds it at this moment, so that it can't be called back."""
        return self.leased_until is not None and self.leased_until > now
