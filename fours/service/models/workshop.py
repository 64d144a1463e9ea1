from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from fours.kernel.models import ChildOfDocument

from .lines import LaborLine


class JobAssignment(ChildOfDocument):
    """A technician on a job with a share of its hours (派工); the shares of a job add up to 1."""

    parent_field: ClassVar[str] = "job"
    view_permission: ClassVar[str | None] = "service.view"
    job = models.ForeignKey(LaborLine, models.CASCADE, related_name="assignments", verbose_name="项目")
    technician = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="job_assignments", verbose_name="技师"
    )
    share = models.DecimalField("分摊", max_digits=5, decimal_places=4, default=Decimal(1))
    at = models.DateTimeField("派工时间", auto_now_add=True)

    class Meta:
        verbose_name = "派工"
        constraints = [
            models.UniqueConstraint(fields=["job", "technician"], name="job_assignment_once"),
            models.CheckConstraint(condition=Q(share__gt=0) & Q(share__lte=1), name="job_assignment_share"),
        ]


class ClockEntry(ChildOfDocument):
    """Time a technician was clocked on a job (打卡工时); one person's clocks cannot overlap."""

    parent_field: ClassVar[str] = "job"
    view_permission: ClassVar[str | None] = "service.view"
    job = models.ForeignKey(LaborLine, models.PROTECT, related_name="clock_entries", verbose_name="项目")
    technician = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="clock_entries", verbose_name="技师"
    )
    started_at = models.DateTimeField("开始")
    ended_at = models.DateTimeField("结束", null=True, blank=True)

    class Meta:
        verbose_name = "打卡"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="clock_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["technician"], condition=Q(ended_at__isnull=True), name="clock_one_running"
            ),
            ExclusionConstraint(
                name="clock_entries_do_not_overlap",
                index_type="GIST",
                expressions=[
                    (
                        Func("technician_id", "technician_id", Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (Func("started_at", "ended_at", function="tstzrange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
