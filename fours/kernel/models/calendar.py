from typing import ClassVar

from django.db import models

from .scope import Scope, StoreScoped


class CalendarDay(models.Model):
    """A day that differs from the shipped calendar (节假日调整), for all stores."""

    scope: ClassVar[Scope] = Scope.INSTALLATION
    date = models.DateField("日期", unique=True)
    working = models.BooleanField("上班")
    note = models.CharField("说明", max_length=60, blank=True)

    class Meta:
        ordering = ["date"]
        verbose_name = "节假日调整"

    def __str__(self) -> str:
        return f"{self.date} {'上班' if self.working else '放假'}"


class ClosedDate(StoreScoped):
    """A business date that is signed off (日结): later postings take the next open date."""

    date = models.DateField("营业日期")
    reason = models.CharField("原因", max_length=60)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "date"], name="closed_date_once")]


class NumberCounter(StoreScoped):
    """The last number given for a kind of document on a business date (流水号)."""

    kind = models.CharField(max_length=8)
    date = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "kind", "date"], name="number_counter_once")]
