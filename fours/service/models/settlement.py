from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from fours.customers.models import Customer
from fours.kernel.models import ChildOfDocument, Document, StoreScoped

from .order import Payer, RepairOrder


class StatementState(models.TextChoices):
    DRAFT = "draft", "草稿"
    ISSUED = "issued", "待收款"
    PART_PAID = "part_paid", "部分收款"
    ON_ACCOUNT = "on_account", "已挂账"
    PAID = "paid", "已收清"
    REVERSED = "reversed", "已冲销"


class Statement(Document):
    """What one payer owes for one order (车辆维修结算单): frozen once issued, reversed only by a counter-statement."""

    view_permission: ClassVar[str | None] = "service.view_money"
    State = StatementState
    Payer = Payer

    order = models.ForeignKey(RepairOrder, models.PROTECT, related_name="statements", verbose_name="工单")
    payer = models.CharField("付费方", max_length=10, choices=Payer.choices)
    payer_name = models.CharField("付费方名称", max_length=100)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="statements", verbose_name="客户"
    )
    state = models.CharField(
        "状态", max_length=10, choices=StatementState.choices, default=StatementState.DRAFT
    )
    labor_total = models.DecimalField("工时费", max_digits=14, decimal_places=2, default=Decimal(0))
    parts_total = models.DecimalField("材料费", max_digits=14, decimal_places=2, default=Decimal(0))
    fee_total = models.DecimalField("其他费", max_digits=14, decimal_places=2, default=Decimal(0))
    rounding = models.DecimalField("抹零", max_digits=14, decimal_places=2, default=Decimal(0))
    total = models.DecimalField("应收合计（含税）", max_digits=14, decimal_places=2, default=Decimal(0))
    net = models.DecimalField("不含税", max_digits=14, decimal_places=2, default=Decimal(0))
    tax = models.DecimalField("税额", max_digits=14, decimal_places=2, default=Decimal(0))
    paid = models.DecimalField("已收", max_digits=14, decimal_places=2, default=Decimal(0))
    issued_at = models.DateTimeField("出单时间", null=True, blank=True)
    business_date = models.DateField("营业日期", null=True, blank=True)
    paid_at = models.DateTimeField("收清时间", null=True, blank=True)
    on_account_reason = models.CharField("挂账原因", max_length=200, blank=True)
    on_account_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="挂账批准人",
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="冲销"
    )
    reversal_reason = models.CharField("冲销原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "结算单"
        constraints = [
            models.UniqueConstraint(
                fields=["store", "number"], condition=~Q(number=""), name="statement_number_once"
            ),
            models.UniqueConstraint(
                fields=["order", "payer"],
                condition=~Q(state="reversed") & Q(reverses__isnull=True),
                name="statement_one_live_per_payer",
            ),
            models.CheckConstraint(condition=Q(total=F("net") + F("tax")), name="statement_ties_out"),
            models.CheckConstraint(
                condition=Q(total=F("labor_total") + F("parts_total") + F("fee_total") - F("rounding")),
                name="statement_is_sum_of_parts",
            ),
            models.CheckConstraint(
                condition=Q(total__lt=0) | (Q(paid__gte=0) & Q(paid__lte=F("total"))),
                name="statement_not_overpaid",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "state", "-id"], name="statement_state"),
            models.Index(fields=["store", "business_date"], name="statement_day"),
        ]

    @property
    def due(self) -> Decimal:
        """What is still to be paid."""
        return self.total - self.paid


class StatementLine(ChildOfDocument):
    """A line as it was billed (结算明细): a frozen copy of the order's line."""

    parent_field: ClassVar[str] = "statement"
    view_permission: ClassVar[str | None] = "service.view_money"

    statement = models.ForeignKey(Statement, models.PROTECT, related_name="lines", verbose_name="结算单")
    position = models.PositiveIntegerField("序号")
    kind = models.CharField(
        "类别", max_length=8, choices=[("labor", "工时"), ("part", "材料"), ("fee", "其他")]
    )
    source_id = models.BigIntegerField("来源行")
    code = models.CharField("编码", max_length=40, blank=True)
    name = models.CharField("名称", max_length=100)
    brand = models.CharField("品牌", max_length=40, blank=True)
    part_kind = models.CharField("配件类别", max_length=15, blank=True)
    amount = models.DecimalField("数量/工时", max_digits=12, decimal_places=3)
    unit = models.CharField("单位", max_length=8, blank=True)
    unit_price = models.DecimalField("单价", max_digits=14, decimal_places=2)
    discount = models.DecimalField("折扣", max_digits=14, decimal_places=2)
    gross = models.DecimalField("金额（含税）", max_digits=14, decimal_places=2)
    tax_rate = models.DecimalField("税率", max_digits=5, decimal_places=4)
    net = models.DecimalField("不含税", max_digits=14, decimal_places=2)
    tax = models.DecimalField("税额", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "结算明细"
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="statement_line_ties_out")
        ]


class OpeningReceivable(Document):
    """What a customer owed before the store began to use the system (期初应收): an opening entry with the old bill's number.

    `total` is what was open on the first day and is no turnover of this system. Never edited: a mistake is reversed by a
    counter-entry of the opposite amounts, after which the old bill may be entered anew.
    """

    view_permission: ClassVar[str | None] = "service.view_money"
    State = StatementState

    foreign_number = models.CharField("原单号", max_length=40)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="opening_receivables", verbose_name="客户"
    )
    plate = models.CharField("车牌", max_length=20, blank=True)
    billed_on = models.DateField("原单日期", null=True, blank=True)
    billed = models.DecimalField("原应收", max_digits=14, decimal_places=2)
    paid_before = models.DecimalField("此前已收", max_digits=14, decimal_places=2, default=Decimal(0))
    total = models.DecimalField("期初应收", max_digits=14, decimal_places=2)
    paid = models.DecimalField("已收", max_digits=14, decimal_places=2, default=Decimal(0))
    state = models.CharField(
        "状态", max_length=10, choices=StatementState.choices, default=StatementState.ISSUED
    )
    business_date = models.DateField("登记日期")
    paid_at = models.DateTimeField("收清时间", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="冲销"
    )
    reversal_reason = models.CharField("冲销原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "期初应收"
        constraints = [
            models.UniqueConstraint(fields=["store", "number"], name="receivable_number_once"),
            models.UniqueConstraint(
                fields=["store", "foreign_number"],
                condition=~Q(state="reversed"),
                name="receivable_old_number_once",
            ),
            models.CheckConstraint(condition=~Q(foreign_number=""), name="receivable_has_old_number"),
            models.CheckConstraint(
                condition=Q(total=F("billed") - F("paid_before")), name="receivable_ties_out"
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True, total__gt=0, paid_before__gte=0)
                | Q(reverses__isnull=False, total__lt=0, paid_before__lte=0),
                name="receivable_is_owed",
            ),
            models.CheckConstraint(
                condition=Q(total__lt=0, paid=0) | (Q(paid__gte=0) & Q(paid__lte=F("total"))),
                name="receivable_not_overpaid",
            ),
        ]
        indexes = [models.Index(fields=["store", "state", "-id"], name="receivable_state")]

    @property
    def due(self) -> Decimal:
        """What is still to be paid."""
        return self.total - self.paid


class PaymentKind(models.TextChoices):
    CASH = "cash", "现金"
    WECHAT = "wechat", "微信"
    ALIPAY = "alipay", "支付宝"
    CARD = "card", "银行卡(POS)"
    TRANSFER = "transfer", "银行转账"


class Payment(StoreScoped):
    """Money received for a statement or an opening receivable (收款). Never changed; a refund is a negative row."""

    view_permission: ClassVar[str | None] = "service.view_money"
    append_only: ClassVar[bool] = True
    # Those of one visit to the till while its verb is at work, for the receipt; nothing of the row.
    together: "Sequence[Payment]" = ()
    Kind = PaymentKind

    number = models.CharField("收据号", max_length=32)
    statement = models.ForeignKey(
        Statement, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="结算单"
    )
    receivable = models.ForeignKey(
        OpeningReceivable,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name="期初应收",
    )
    kind = models.CharField("方式", max_length=10, choices=PaymentKind.choices)
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2)
    reference = models.CharField("交易号", max_length=60, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="收银员"
    )
    at = models.DateTimeField("时间", auto_now_add=True)
    business_date = models.DateField("营业日期")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="corrections")
    reason = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "收款"
        constraints = [
            models.UniqueConstraint(fields=["store", "number"], name="payment_number_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="payment_not_zero"),
            models.CheckConstraint(
                condition=Q(statement__isnull=True) ^ Q(receivable__isnull=True), name="payment_for_one_bill"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(corrects__isnull=False), name="payment_negative_corrects"
            ),
        ]
        indexes = [models.Index(fields=["store", "business_date"], name="payment_day")]

    @property
    def bill(self) -> Statement | OpeningReceivable:
        """What was paid for; the database sees to it that it is exactly one."""
        bill = self.statement or self.receivable
        assert bill is not None
        return bill


class GatePass(Document):
    """Leave for the car to go (出门证): only after the final check and when every customer statement is settled."""

    view_permission: ClassVar[str | None] = "service.view"
    order = models.ForeignKey(RepairOrder, models.PROTECT, related_name="gate_passes", verbose_name="工单")
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="放行人"
    )
    valid_until = models.DateTimeField("有效至")

    class Meta:
        verbose_name = "出门证"
        constraints = [models.UniqueConstraint(fields=["store", "number"], name="gate_pass_number_once")]
