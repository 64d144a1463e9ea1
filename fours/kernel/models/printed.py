from django.conf import settings
from django.db import models

from .scope import StoreScoped


class PrintedForm(StoreScoped):
    """A paper as it was when it became evidence (存档单据): view model and PDF bytes with their hash.

    `path` and `sha256` are empty until the PDF of the view is first asked for (`printing.bytes_of`). Reprints serve
    these bytes with a copy mark and are counted in `copies`. Once its person is erased, a paper the law still wants is
    `locked_at` (only a special right opens it), any other `erased_at`: view and bytes are gone, the hash stays.
    """

    aggregate_kind = models.CharField("对象类型", max_length=40)
    aggregate_id = models.BigIntegerField("对象")
    form = models.CharField("单据", max_length=40)
    month = models.DateField("归档月份", help_text="每月第一天；按单据编号里的营业日，没有编号的按存档日。")
    occurrence = models.CharField("第几份", max_length=40, blank=True)
    view = models.JSONField("内容")
    path = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    copies = models.PositiveIntegerField("补打次数", default=0)
    locked_at = models.DateTimeField("依法留存", null=True, blank=True)
    erased_at = models.DateTimeField("已删除", null=True, blank=True)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "aggregate_kind", "aggregate_id", "form", "occurrence"],
                name="printed_form_once",
            )
        ]
        indexes = [
            models.Index(fields=["store", "month"], name="printed_form_month"),
            models.Index(
                "store", "id", name="printed_form_unset", condition=models.Q(path="", erased_at=None)
            ),
        ]
