from typing import ClassVar

from django.db import models
from django.db.models import Q

from fours.kernel.models import GroupScoped, StoreScoped
from fours.parts.models import Part


class WorkKind(models.TextChoices):
    MECHANICAL = "mechanical", "机修"
    ELECTRICAL = "electrical", "电工"
    BODY = "body", "钣金"
    PAINT = "paint", "喷漆"
    CARE = "care", "美容养护"


class LaborOperation(GroupScoped):
    """A coded job with its standard hours (维修项目/标准工时)."""

    view_permission: ClassVar[str | None] = "service.view"
    WorkKind = WorkKind

    code = models.CharField("项目编码", max_length=20)
    name = models.CharField("项目名称", max_length=100)
    work_kind = models.CharField("工种", max_length=12, choices=WorkKind.choices, default=WorkKind.MECHANICAL)
    hours = models.DecimalField("标准工时", max_digits=6, decimal_places=2)
    repair_class = models.CharField("维修类别", max_length=20, default="minor")
    fits_models = models.CharField("适用车型", max_length=200, blank=True)
    pinyin = models.CharField(max_length=60, blank=True)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "维修项目"
        constraints = [
            models.UniqueConstraint(fields=["group", "code"], name="labor_operation_once"),
            models.CheckConstraint(condition=Q(hours__gte=0), name="labor_operation_hours"),
        ]
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class LaborRate(StoreScoped):
    """Price of one hour by kind of work, VAT included, from a date on (工时单价)."""

    view_permission: ClassVar[str | None] = "service.view"
    work_kind = models.CharField("工种", max_length=12, choices=WorkKind.choices)
    price = models.DecimalField("工时单价（含税）", max_digits=14, decimal_places=2)
    valid_from = models.DateField("生效日期")

    class Meta:
        verbose_name = "工时单价"
        constraints = [
            models.UniqueConstraint(fields=["store", "work_kind", "valid_from"], name="labor_rate_once"),
            models.CheckConstraint(condition=Q(price__gt=0), name="labor_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_work_kind_display()} {self.price} 元/小时({self.valid_from} 起)"


class Package(GroupScoped):
    """A menu service by model and mileage (保养套餐): one labor operation with its parts."""

    view_permission: ClassVar[str | None] = "service.view"
    code = models.CharField("套餐编码", max_length=20)
    name = models.CharField("套餐名称", max_length=100)
    fits_models = models.CharField("适用车型", max_length=200, blank=True)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "保养套餐"
        constraints = [models.UniqueConstraint(fields=["group", "code"], name="package_once")]

    def __str__(self) -> str:
        return self.name


class PackageLine(GroupScoped):
    """An operation or a part of a package (套餐明细): exactly one of the two."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="lines", verbose_name="套餐")
    operation = models.ForeignKey(LaborOperation, models.PROTECT, null=True, blank=True, related_name="+")
    part = models.ForeignKey(Part, models.PROTECT, null=True, blank=True, related_name="+")
    quantity = models.DecimalField("数量", max_digits=12, decimal_places=3, default=1)

    class Meta:
        verbose_name = "套餐明细"
        constraints = [
            models.CheckConstraint(
                condition=Q(operation__isnull=True) ^ Q(part__isnull=True), name="package_line_one_of_two"
            )
        ]
