from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from fours.kernel.models import ChildOfDocument

from .lines import LaborLine
from .order import RepairOrder


class InspectionLevel(models.TextChoices):
    SELF = "self", "自检"
    TEAM = "team", "组检"
    FINAL = "final", "终检"


class Inspection(ChildOfDocument):
    """One of the three inspections (三级检验, SV-10). Never changed; a later one counts.

    `items`: [{"name": 项目, "result": ok | watch | replace | fail, "value": text}].
    """

    parent_field: ClassVar[str] = "order"
    view_permission: ClassVar[str | None] = "service.view"
    append_only: ClassVar[bool] = True
    Level = InspectionLevel

    order = models.ForeignKey(RepairOrder, models.PROTECT, related_name="inspections", verbose_name="工单")
    job = models.ForeignKey(
        LaborLine, models.PROTECT, null=True, blank=True, related_name="inspections", verbose_name="项目"
    )
    level = models.CharField("级别", max_length=6, choices=InspectionLevel.choices)
    passed = models.BooleanField("合格")
    items = models.JSONField("项目", default=list)
    reason = models.CharField("不合格原因", max_length=300, blank=True)
    advice = models.CharField("下次建议", max_length=300, blank=True)
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="检验人"
    )
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "检验"
        constraints = [
            models.CheckConstraint(
                condition=Q(passed=True) | ~Q(reason=""), name="inspection_failure_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(level="final", job__isnull=True) | (~Q(level="final") & Q(job__isnull=False)),
                name="inspection_job_or_order",
            ),
        ]


class WashState(models.TextChoices):
    WAITING = "waiting", "待洗"
    WASHING = "washing", "清洗中"
    DONE = "done", "已洗"


class Wash(ChildOfDocument):
    """The car in the wash queue (洗车)."""

    parent_field: ClassVar[str] = "order"
    view_permission: ClassVar[str | None] = "service.view"
    State = WashState

    order = models.OneToOneField(RepairOrder, models.PROTECT, related_name="wash", verbose_name="工单")
    state = models.CharField("状态", max_length=8, choices=WashState.choices, default=WashState.WAITING)
    washer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="洗车工",
    )
    queued_at = models.DateTimeField("排队时间", auto_now_add=True)
    started_at = models.DateTimeField("开始", null=True, blank=True)
    done_at = models.DateTimeField("完成", null=True, blank=True)
    items = models.JSONField("清洁项目", default=list, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "洗车"
