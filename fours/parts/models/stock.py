from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from fours.kernel.models import StoreScoped

from .part import Bin, Part


class StockBalance(StoreScoped):
    """What a store has of a part (库存): always the sum of its movements; changed by conditional updates only.

    `value` is without VAT; unit cost is derived from it (moving average).
    """

    view_permission: ClassVar[str | None] = "parts.view"
    part = models.ForeignKey(Part, models.PROTECT, related_name="balances", verbose_name="配件")
    on_hand = models.DecimalField("现存量", max_digits=12, decimal_places=3, default=0)
    reserved = models.DecimalField("已预留", max_digits=12, decimal_places=3, default=0)
    value = models.DecimalField("金额（不含税）", max_digits=14, decimal_places=2, default=0)

    class Meta:
        verbose_name = "库存"
        constraints = [
            models.UniqueConstraint(fields=["store", "part"], name="stock_balance_once"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="stock_never_negative"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="stock_reserved_not_negative"),
            models.CheckConstraint(
                condition=Q(reserved__lte=F("on_hand")), name="stock_reserved_within_on_hand"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="stock_value_not_negative"),
            models.CheckConstraint(condition=~Q(on_hand=0) | Q(value=0), name="stock_empty_has_no_value"),
        ]


class Lot(StoreScoped):
    """The pieces of one receipt (批次); the oldest leaves first."""

    view_permission: ClassVar[str | None] = "parts.view"
    part = models.ForeignKey(Part, models.PROTECT, related_name="lots", verbose_name="配件")
    code = models.CharField("批次号", max_length=30)
    received_on = models.DateField("入库日期")
    unit_cost = models.DecimalField("入库单价（不含税）", max_digits=16, decimal_places=6)
    expires_on = models.DateField("有效期至", null=True, blank=True)

    class Meta:
        verbose_name = "批次"
        constraints = [models.UniqueConstraint(fields=["store", "part", "code"], name="lot_once")]
        indexes = [models.Index(fields=["store", "part", "received_on", "id"], name="lot_oldest_first")]


class LotBalance(StoreScoped):
    """How much of a lot lies in a bin (批次货位库存)."""

    view_permission: ClassVar[str | None] = "parts.view"
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="balances", verbose_name="批次")
    bin = models.ForeignKey(Bin, models.PROTECT, related_name="balances", verbose_name="货位")
    quantity = models.DecimalField("数量", max_digits=12, decimal_places=3, default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "bin"], name="lot_balance_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="lot_balance_never_negative"),
        ]


class MovementKind(models.TextChoices):
    OPENING = "opening", "期初"
    RECEIPT = "receipt", "入库"
    ISSUE = "issue", "领料出库"
    ISSUE_RETURN = "issue_return", "退料入库"
    ADJUSTMENT = "adjustment", "盘点调整"


class StockMovement(StoreScoped):
    """One in or out of a part, lot and bin (库存流水). Never changed; a mistake is reversed by a new row."""

    view_permission: ClassVar[str | None] = "parts.view"
    append_only: ClassVar[bool] = True
    Kind = MovementKind

    part = models.ForeignKey(Part, models.PROTECT, related_name="movements", verbose_name="配件")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="movements", verbose_name="批次")
    bin = models.ForeignKey(Bin, models.PROTECT, related_name="movements", verbose_name="货位")
    kind = models.CharField("类型", max_length=15, choices=MovementKind.choices)
    quantity = models.DecimalField("数量（出为负）", max_digits=12, decimal_places=3)
    value = models.DecimalField("金额（不含税）", max_digits=14, decimal_places=2)
    balance = models.DecimalField("结存", max_digits=12, decimal_places=3)
    source_kind = models.CharField("单据类型", max_length=40)
    source_id = models.BigIntegerField("单据")
    source_number = models.CharField("单据号", max_length=40, blank=True)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reversals")
    business_date = models.DateField("营业日期")
    at = models.DateTimeField("时间", auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField("经手人", max_length=40)

    class Meta:
        verbose_name = "库存流水"
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="movement_moves_something")]
        indexes = [
            models.Index(fields=["store", "part", "-id"], name="movement_card_ledger"),
            models.Index(fields=["store", "source_kind", "source_id"], name="movement_source"),
            models.Index(fields=["store", "business_date"], name="movement_day"),
        ]
