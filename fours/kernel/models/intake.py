from typing import ClassVar

from django.conf import settings
from django.db import models

from .scope import ChildOfDocument, StoreScoped


class IntakeState(models.TextChoices):
    MAPPED = "mapped", "待核对"
    CHECKED = "checked", "已试运行"
    LOADED = "loaded", "已导入"
    UNDONE = "undone", "已撤销"


class IntakeLoad(StoreScoped):
    """One uploaded file on its way in (导入批次): nothing of it is in business tables until it is loaded."""

    State = IntakeState

    kind = models.CharField("种类", max_length=30)
    file_name = models.CharField("文件名", max_length=150)
    path = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField("工作表", max_length=100, blank=True)
    mapping = models.JSONField("列对应", default=dict)
    state = models.CharField("状态", max_length=10, choices=IntakeState.choices, default=IntakeState.MAPPED)
    result = models.JSONField("结果", default=dict)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"导入“{self.file_name}”"


class IntakeRow(ChildOfDocument):
    """One data row of a load (导入行) with what was found wrong in it and what became of it.

    `effects` are the ids of the events of what it did; `kept` says why that was not taken back.
    """

    parent_field: ClassVar[str] = "load"
    load = models.ForeignKey(IntakeLoad, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("行号")
    values = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    outcome = models.CharField("结果", max_length=10, blank=True)
    effects = models.JSONField(default=list)
    kept = models.CharField("未撤销原因", max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["load", "number"], name="intake_row_once")]


class IntakeMapping(StoreScoped):
    """Which heading a store once matched to which column (列对应记忆)."""

    kind = models.CharField(max_length=30)
    heading = models.CharField(max_length=100)
    column = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "kind", "heading"], name="intake_mapping_once")
        ]
