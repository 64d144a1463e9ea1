from django.db import models
from django.db.models import Q

from .scope import StoreScoped


class OccurrenceState(models.TextChoices):
    DUE = "due", "待执行"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"


class Occurrence(StoreScoped):
    """One time a schedule falls due in a store (定时任务的一次): made once by however many workers, also when missed."""

    State = OccurrenceState

    rule = models.CharField("任务", max_length=60)
    due_at = models.DateTimeField("应执行")
    state = models.CharField(
        "状态", max_length=10, choices=OccurrenceState.choices, default=OccurrenceState.DUE
    )
    tries = models.PositiveSmallIntegerField("次数", default=0)
    error = models.CharField("错误", max_length=400, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "rule", "due_at"], name="occurrence_once")]
        indexes = [
            models.Index(fields=["store", "due_at"], condition=~Q(state="done"), name="occurrence_to_do")
        ]
        verbose_name = "定时任务"
