from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from fours.customers.models import Customer
from fours.kernel.models import Document
from fours.service.models import RepairOrder
from fours.vehicles.models import Vehicle

from .follow_up import FollowUpCall


class HandlingState(models.TextChoices):
    OPEN = "open", "待处理"
    SOLVED = "solved", "已解决待二访"
    CLOSED = "closed", "已关闭"


class HandlingKind(models.TextChoices):
    REPAIR_QUALITY = "repair_quality", "维修质量"
    SERVICE = "service", "服务态度"
    TIME = "time", "等待/交车时间"
    PRICE = "price", "价格收费"
    PARTS = "parts", "配件"
    CLEANING = "cleaning", "清洁"
    OTHER = "other", "其他"


class HandlingSheet(Document):
    """A customer with a problem (快速处理表, SU-03): to the service manager at once, called again when solved."""

    view_permission: ClassVar[str | None] = "survey.view"
    State = HandlingState
    Kind = HandlingKind

    call = models.OneToOneField(
        FollowUpCall,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="handling_sheet",
        verbose_name="来源回访",
    )
    second_call = models.OneToOneField(
        FollowUpCall,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="handled_sheet",
        verbose_name="二次回访",
    )
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="handling_sheets", verbose_name="车辆")
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="handling_sheets", verbose_name="客户"
    )
    order = models.ForeignKey(
        RepairOrder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="handling_sheets",
        verbose_name="工单",
    )
    words = models.TextField("客户原话", max_length=2000)
    kind = models.CharField(
        "问题类别", max_length=15, choices=HandlingKind.choices, default=HandlingKind.OTHER
    )
    department = models.CharField("责任部门", max_length=40, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="责任人",
    )
    promised_at = models.DateTimeField("承诺解决时间", null=True, blank=True)
    state = models.CharField("状态", max_length=8, choices=HandlingState.choices, default=HandlingState.OPEN)
    cause = models.CharField("原因", max_length=500, blank=True)
    measure = models.CharField("处理措施", max_length=500, blank=True)
    cost = models.DecimalField("处理费用", max_digits=14, decimal_places=2, default=0)
    result = models.CharField("结果", max_length=500, blank=True)
    solved_at = models.DateTimeField("解决时间", null=True, blank=True)
    solved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True)
    accepted_by_customer = models.BooleanField("客户认可", null=True, blank=True)
    reopened = models.PositiveSmallIntegerField("退回次数", default=0)

    class Meta:
        verbose_name = "快速处理表"
        constraints = [
            models.UniqueConstraint(fields=["store", "number"], name="handling_sheet_number_once"),
            models.CheckConstraint(
                condition=Q(state="open") | (Q(solved_at__isnull=False) & ~Q(measure="")),
                name="handling_sheet_solved_is_complete",
            ),
        ]
        indexes = [models.Index(fields=["store", "state", "-id"], name="handling_sheet_state")]
