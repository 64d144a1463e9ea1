import uuid

from django.conf import settings
from django.db import models

from .scope import StoreScoped


class Attachment(StoreScoped):
    """A photo, scan or paper kept with an aggregate (附件); the bytes lie outside the database under a random name."""

    aggregate_kind = models.CharField("对象类型", max_length=40)
    aggregate_id = models.BigIntegerField("对象")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField("用途", max_length=30, blank=True)
    name = models.CharField("文件名", max_length=150)
    content_type = models.CharField("类型", max_length=60)
    size = models.PositiveIntegerField("字节")
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["store", "aggregate_kind", "aggregate_id"], name="attachment_aggregate")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")


class Comment(StoreScoped):
    """A remark colleagues leave on an aggregate (备注)."""

    aggregate_kind = models.CharField("对象类型", max_length=40)
    aggregate_id = models.BigIntegerField("对象")
    text = models.CharField("内容", max_length=1000)
    at = models.DateTimeField("时间", auto_now_add=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="作者"
    )

    class Meta:
        indexes = [models.Index(fields=["store", "aggregate_kind", "aggregate_id"], name="comment_aggregate")]
