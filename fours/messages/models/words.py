"""The words a message goes by: through what, what for, how far."""

from django.db import models


class Channel(models.TextChoices):
    SMS = "sms", "短信"
    EMAIL = "email", "邮件"
    ROBOT = "robot", "群机器人"
    LETTER = "letter", "信函"


class Purpose(models.TextChoices):
    """Service follows from the contract; marketing needs consent (PIPL 13, 消保法实施条例 24)."""

    SERVICE = "service", "服务通知"
    MARKETING = "marketing", "营销"


class MessageState(models.TextChoices):
    WAITING = "waiting", "待发"
    SENT = "sent", "已发"
    FAILED = "failed", "失败"
    REFUSED = "refused", "被拒收"
    CANCELLED = "cancelled", "已取消"
