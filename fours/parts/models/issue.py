from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from fours.kernel.models import ChildOfDocument, Document, StoreScoped

from .part import Part
from .stock import StockMovement


class IssueSlip(Document):
    """Parts handed out against a document (领料单/出库单). `source_*` names the document it rests on: never without."""

    view_permission: ClassVar[str | None] = "parts.view"
    # The document itself while its verb is at work, for the paper; nothing of the row.
    live_source: Document | None = None

    source_kind = models.CharField("依据类型", max_length=40)
    source_id = models.BigIntegerField("依据")
    source_number = models.CharField("依据单号", max_length=40)
    subject = models.CharField("车牌/用途", max_length=40, blank=True)
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="领料人"
    )
    business_date = models.DateField("营业日期")

    class Meta:
        verbose_name = "领料单"
        constraints = [models.UniqueConstraint(fields=["store", "number"], name="issue_slip_number_once")]
        indexes = [models.Index(fields=["store", "source_kind", "source_id"], name="issue_slip_source")]


class IssueLine(ChildOfDocument):
    """One part on a slip, from one lot and bin (领料行), with what later came back of it."""

    parent_field: ClassVar[str] = "slip"
    view_permission: ClassVar[str | None] = "parts.view"
    slip = models.ForeignKey(IssueSlip, models.PROTECT, related_name="lines", verbose_name="领料单")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", verbose_name="配件")
    movement = models.OneToOneField(StockMovement, models.PROTECT, related_name="+", verbose_name="流水")
    source_line_id = models.BigIntegerField("依据行")
    quantity = models.DecimalField("数量", max_digits=12, decimal_places=3)
    returned = models.DecimalField("已退", max_digits=12, decimal_places=3, default=0)

    class Meta:
        verbose_name = "领料行"
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="issue_line_positive"),
            models.CheckConstraint(
                condition=Q(returned__gte=0) & Q(returned__lte=F("quantity")),
                name="issue_line_returned_within",
            ),
        ]


class Reservation(StoreScoped):
    """Pieces held for a line of a document (预留)."""

    view_permission: ClassVar[str | None] = "parts.view"
    part = models.ForeignKey(Part, models.PROTECT, related_name="reservations", verbose_name="配件")
    source_kind = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    source_number = models.CharField("单据号", max_length=40, blank=True)
    source_line_id = models.BigIntegerField()
    quantity = models.DecimalField("数量", max_digits=12, decimal_places=3)
    created_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "预留"
        constraints = [
            models.UniqueConstraint(
                fields=["store", "source_kind", "source_line_id"], name="reservation_once_per_line"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_positive"),
        ]


class Backorder(StoreScoped):
    """Pieces asked for that were not there (缺件登记)."""

    view_permission: ClassVar[str | None] = "parts.view"
    part = models.ForeignKey(Part, models.PROTECT, related_name="backorders", verbose_name="配件")
    source_kind = models.CharField(max_length=40)
    source_id = models.BigIntegerField()
    source_number = models.CharField("单据号", max_length=40, blank=True)
    source_line_id = models.BigIntegerField()
    quantity = models.DecimalField("缺数", max_digits=12, decimal_places=3)
    open = models.BooleanField("未到", default=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    closed_at = models.DateTimeField("满足时间", null=True, blank=True)

    class Meta:
        verbose_name = "缺件登记"
        constraints = [
            models.UniqueConstraint(
                fields=["store", "source_kind", "source_line_id"],
                condition=Q(open=True),
                name="backorder_one_open",
            )
        ]
