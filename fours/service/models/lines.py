from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from fours.base.money import round_money, split_tax
from fours.kernel.models import ChildOfDocument
from fours.parts.models import Part

from .catalogue import LaborOperation, WorkKind
from .order import AdditionalWork, Payer, RepairOrder


class PricedLine(ChildOfDocument):
    """A line with exactly one payer. Prices include VAT: gross = amount × price − discount = net + tax."""

    parent_field: ClassVar[str] = "order"
    view_permission: ClassVar[str | None] = "service.view"

    position = models.PositiveIntegerField("序号", default=0)
    payer = models.CharField("付费方", max_length=10, choices=Payer.choices, default=Payer.CUSTOMER)
    unit_price = models.DecimalField("单价（含税）", max_digits=14, decimal_places=2)
    discount = models.DecimalField("折扣", max_digits=14, decimal_places=2, default=0)
    gross = models.DecimalField("金额（含税）", max_digits=14, decimal_places=2)
    tax_rate = models.DecimalField("税率", max_digits=5, decimal_places=4)
    net = models.DecimalField("不含税", max_digits=14, decimal_places=2)
    tax = models.DecimalField("税额", max_digits=14, decimal_places=2)
    additional_work = models.ForeignKey(
        AdditionalWork, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name="增项"
    )
    split_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="splits", verbose_name="拆分自"
    )

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    @property
    def amount(self) -> Decimal:
        """The number the unit price is multiplied by: hours or pieces."""
        raise NotImplementedError

    def price(self) -> None:
        """Compute gross, net and tax from amount, unit price, discount and tax rate."""
        self.gross = round_money(self.amount * self.unit_price) - self.discount
        self.net, self.tax = split_tax(self.gross, self.tax_rate)

    @property
    def is_authorised(self) -> bool:
        """May be worked on or issued: the order is signed, and an additional work accepted."""
        if self.additional_work is not None:
            return self.additional_work.state == AdditionalWork.State.ACCEPTED
        return self.order.authorised_at is not None  # type: ignore[attr-defined]


class JobState(models.TextChoices):
    OPEN = "open", "待派工"
    DISPATCHED = "dispatched", "已派工"
    IN_WORK = "in_work", "施工中"
    PAUSED = "paused", "中断"
    SELF_CHECKED = "self_checked", "已自检"
    TEAM_CHECKED = "team_checked", "已组检"


class PauseReason(models.TextChoices):
    PARTS = "parts", "待料"
    CUSTOMER = "customer", "待客户"
    BAY = "bay", "待工位"
    OUTSIDE = "outside", "外加工"
    BREAK = "break", "休息/下班"


class LaborLine(PricedLine):
    """A job of an order (维修项目): one labor line with its own state, worked by technicians in a bay."""

    State = JobState
    PauseReason = PauseReason

    order = models.ForeignKey(RepairOrder, models.PROTECT, related_name="jobs", verbose_name="工单")
    operation = models.ForeignKey(
        LaborOperation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="项目"
    )
    code = models.CharField("项目编码", max_length=20, blank=True)
    name = models.CharField("项目名称", max_length=100)
    work_kind = models.CharField("工种", max_length=12, choices=WorkKind.choices, default=WorkKind.MECHANICAL)
    repair_class = models.CharField("维修类别", max_length=20, default="minor")
    hours = models.DecimalField("工时", max_digits=6, decimal_places=2)
    package = models.CharField("套餐", max_length=100, blank=True)
    state = models.CharField("状态", max_length=12, choices=JobState.choices, default=JobState.OPEN)
    pause_reason = models.CharField("中断原因", max_length=10, choices=PauseReason.choices, blank=True)
    bay = models.CharField("工位", max_length=10, blank=True)
    cause = models.CharField("原因", max_length=300, blank=True)
    work_done = models.CharField("作业说明", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta(PricedLine.Meta):
        verbose_name = "维修项目"
        constraints = [
            models.CheckConstraint(condition=Q(hours__gte=0), name="labor_line_hours"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="labor_line_ties_out"),
            models.CheckConstraint(
                condition=Q(gross__gte=0) & Q(discount__gte=0), name="labor_line_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["store", "state"], name="labor_line_state")]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> Decimal:
        return self.hours


class PartKind(models.TextChoices):
    GENUINE = "genuine", "原厂件"
    SAME_QUALITY = "same_quality", "同质件"
    REMANUFACTURED = "remanufactured", "再制造件"
    RECYCLED = "recycled", "回用件"
    CUSTOMER = "customer", "客户自带"


class PartLine(PricedLine):
    """Parts for an order (配件行); customer-supplied ones have no part of ours and cost nothing."""

    Kind = PartKind

    order = models.ForeignKey(RepairOrder, models.PROTECT, related_name="parts", verbose_name="工单")
    job = models.ForeignKey(
        LaborLine, models.PROTECT, null=True, blank=True, related_name="parts", verbose_name="所属项目"
    )
    part = models.ForeignKey(
        Part, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="配件"
    )
    number = models.CharField("配件编码", max_length=40, blank=True)
    name = models.CharField("名称", max_length=100)
    brand = models.CharField("品牌", max_length=40, blank=True)
    unit = models.CharField("单位", max_length=8, default="件")
    kind = models.CharField("配件类别", max_length=15, choices=PartKind.choices, default=PartKind.GENUINE)
    quantity = models.DecimalField("数量", max_digits=12, decimal_places=3)
    issued = models.DecimalField("已领", max_digits=12, decimal_places=3, default=0)
    package = models.CharField("套餐", max_length=100, blank=True)

    class Meta(PricedLine.Meta):
        verbose_name = "配件行"
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="part_line_quantity"),
            models.CheckConstraint(
                condition=Q(issued__gte=0) & Q(issued__lte=F("quantity")), name="part_line_issued"
            ),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="part_line_ties_out"),
            models.CheckConstraint(
                condition=Q(gross__gte=0) & Q(discount__gte=0), name="part_line_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> Decimal:
        return self.quantity

    @property
    def still_to_issue(self) -> Decimal:
        return self.quantity - self.issued


class FeeLine(PricedLine):
    """Anything else that is charged (其他费用): towing, outside work, machining."""

    order = models.ForeignKey(RepairOrder, models.PROTECT, related_name="fees", verbose_name="工单")
    name = models.CharField("名称", max_length=100)
    quantity = models.DecimalField("数量", max_digits=12, decimal_places=3, default=1)

    class Meta(PricedLine.Meta):
        verbose_name = "其他费用"
        constraints = [
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="fee_line_ties_out"),
            models.CheckConstraint(
                condition=Q(gross__gte=0) & Q(discount__gte=0), name="fee_line_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> Decimal:
        return self.quantity
