from typing import ClassVar

from django.db import models

from fours.kernel.models import Document


class ReceiptKind(models.TextChoices):
    OPENING = "opening", "期初"
    RECEIPT = "receipt", "采购入库"


class StockReceipt(Document):
    """Parts that came in on one paper (入库单). Its lines are the stock movements that name it as their source."""

    view_permission: ClassVar[str | None] = "parts.view"
    Kind = ReceiptKind

    kind = models.CharField("类型", max_length=10, choices=ReceiptKind.choices, default=ReceiptKind.RECEIPT)
    supplier = models.CharField("供应商", max_length=100, blank=True)
    delivery_note = models.CharField("送货单号", max_length=40, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    business_date = models.DateField("营业日期")

    class Meta:
        verbose_name = "入库单"
        constraints = [models.UniqueConstraint(fields=["store", "number"], name="stock_receipt_number_once")]
