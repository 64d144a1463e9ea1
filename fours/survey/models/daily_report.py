from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from fours.kernel.models import StoreScoped


class ReportState(models.TextChoices):
    DRAFT = "draft", "待签"
    SIGNED = "signed", "已签"


class DailyReport(StoreScoped):
    """The day in figures (售后日报表, SU-13). A draft is computed when looked at; signing freezes `figures` for good."""

    view_permission: ClassVar[str | None] = "survey.view_report"
    State = ReportState

    date = models.DateField("日期")
    state = models.CharField("状态", max_length=8, choices=ReportState.choices, default=ReportState.DRAFT)
    remarks = models.TextField("备注", max_length=2000, blank=True)
    figures = models.JSONField("数据", default=dict)
    sha256 = models.CharField(max_length=64, blank=True)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField("签字时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = "售后日报"
        constraints = [
            models.UniqueConstraint(fields=["store", "date"], name="daily_report_once"),
            models.CheckConstraint(
                condition=Q(state="draft") | (Q(signed_at__isnull=False) & ~Q(sha256="")),
                name="daily_report_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} 售后日报"
