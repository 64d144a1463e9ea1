from typing import ClassVar

from django.conf import settings
from django.db import models

from .scope import Scope, StoreScoped


class Event(StoreScoped):
    """One thing that was done to one aggregate (动态/历史): what subscribers hear and what the history tab shows.

    Never changed. `data` is what changed or what subscribers need; personal values do not belong in it.
    """

    append_only: ClassVar[bool] = True
    # The objects the verb announced, for inline subscribers (`events.aggregate_of`); nothing of the row.
    live: tuple[models.Model, ...] = ()

    kind = models.CharField("事件", max_length=60)
    aggregate_kind = models.CharField("对象类型", max_length=40)
    aggregate_id = models.BigIntegerField("对象")
    aggregate_version = models.PositiveIntegerField("版本", default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经手人"
    )
    actor_name = models.CharField("经手人姓名", max_length=40)
    at = models.DateTimeField("时间", auto_now_add=True)
    business_date = models.DateField("营业日期")
    sentence = models.CharField("说明", max_length=400)
    data = models.JSONField("数据", default=dict)

    class Meta:
        indexes = [
            # Without the id, which would part what an order's thirty events share: twelve times the size.
            models.Index(fields=["store", "aggregate_kind", "aggregate_id"], name="event_of_aggregate"),
            models.Index(fields=["store", "kind", "business_date"], name="event_kind"),
        ]


class SecurityEntry(models.Model):
    """A line of the security log (安全日志): sign-ins, refusals, exports, revealed data. Never changed."""

    scope: ClassVar[Scope] = Scope.INSTALLATION
    append_only: ClassVar[bool] = True

    at = models.DateTimeField("时间", auto_now_add=True)
    kind = models.CharField("类别", max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="用户"
    )
    store_id = models.BigIntegerField("门店", null=True)
    address = models.GenericIPAddressField("来源地址", null=True)
    detail = models.CharField("说明", max_length=300)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="security_at")]
