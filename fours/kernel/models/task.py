from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from .scope import ChildOfDocument, StoreScoped


class TaskState(models.TextChoices):
    OPEN = "open", "待办"
    DONE = "done", "已办"
    CANCELLED = "cancelled", "已取消"


class Task(StoreScoped):
    """A piece of work that is due (待办): of a post, and where known of a person; unique by rule, source and occurrence."""

    State = TaskState

    rule = models.CharField("规则", max_length=60)
    source_kind = models.CharField("来源类型", max_length=40)
    source_id = models.BigIntegerField("来源")
    occurrence = models.CharField("第几次", max_length=40, blank=True)
    post = models.CharField("岗位", max_length=40)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name="负责人",
    )
    title = models.CharField("事项", max_length=200)
    subject = models.CharField("对象", max_length=100, blank=True)
    url = models.CharField("打开", max_length=200)
    due_at = models.DateTimeField("时限")
    window_start = models.DateTimeField("最早", null=True, blank=True)
    counted_from = models.DateTimeField("起算", null=True, blank=True)
    note = models.CharField("提示", max_length=120, blank=True)
    state = models.CharField("状态", max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    escalated_at = models.DateTimeField("升级时间", null=True, blank=True)
    snoozed_until = models.DateTimeField("暂缓至", null=True, blank=True)
    snooze_reason = models.CharField("暂缓原因", max_length=100, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                # In this order it also finds the tasks of a source.
                fields=["store", "source_kind", "source_id", "rule", "occurrence"],
                name="task_once_per_occurrence",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(done_at__isnull=False), name="task_done_has_time"
            ),
        ]
        indexes = [
            models.Index(
                fields=["store", "post", "due_at"], condition=Q(state="open"), name="task_open_by_post"
            ),
            models.Index(
                fields=["store", "person", "due_at"], condition=Q(state="open"), name="task_open_by_person"
            ),
            models.Index(fields=["done_by", "done_at"], name="task_done_by"),
        ]

    def __str__(self) -> str:
        return self.title


class TaskWatcher(ChildOfDocument):
    """A post that also sees a task since it was escalated (升级关注)."""

    parent_field: ClassVar[str] = "task"
    task = models.ForeignKey(Task, models.CASCADE, related_name="watchers")
    post = models.CharField("岗位", max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "post"], name="task_watcher_once")]
        indexes = [models.Index(fields=["store", "post"], name="task_watcher_post")]
