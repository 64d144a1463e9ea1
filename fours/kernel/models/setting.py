from django.conf import settings
from django.db import models

from .scope import StoreScoped


class Setting(StoreScoped):
    """A store's own value for a declared setting (参数); without a row the declared default holds."""

    key = models.CharField("参数", max_length=60)
    value = models.JSONField("值")
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "key"], name="setting_once")]
