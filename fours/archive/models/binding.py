from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from fours.kernel.models import ChildOfDocument, PrintedForm, StoreScoped


class BindingState(models.TextChoices):
    RUNNING = "running", "正在装订"
    STOPPED = "stopped", "已停止"
    FAILED = "failed", "出错停下"
    DONE = "done", "已装订"


class Binding(StoreScoped):
    """The kept papers of a month bound in order (月度归档, PF-09): first the month itself, later what came after (补装 n).

    What it binds and what was missing is settled when it begins, so it can be gone on with after a crash. When done,
    `path` is its list (JSON) with the SHA-256 of every paper and volume, `sha256` that of the list.
    """

    view_permission: ClassVar[str | None] = "archive.view"
    State = BindingState

    month = models.DateField("月份")
    supplement = models.PositiveSmallIntegerField("补装", default=0)
    state = models.CharField("状态", max_length=8, choices=BindingState.choices, default=BindingState.RUNNING)
    papers = models.PositiveIntegerField("单据数")
    volumes_due = models.PositiveIntegerField("册数")
    sequences = models.JSONField("编号", default=list)
    gaps = models.JSONField("缺失", default=list)
    path = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField("校验值", max_length=64, blank=True)
    error = models.CharField("停下的原因", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    started_at = models.DateTimeField("开始时间", auto_now_add=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="装订人"
    )
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = "月度归档"
        constraints = [
            models.UniqueConstraint(fields=["store", "month", "supplement"], name="binding_once"),
            models.UniqueConstraint(
                fields=["store", "month"], condition=~Q(state="done"), name="binding_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(sha256="") & Q(finished_at__isnull=False)),
                name="binding_done_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.title}"

    @property
    def title(self) -> str:
        return f"补装 {self.supplement}" if self.supplement else "正册"


class BoundPaper(ChildOfDocument):
    """A kept paper's place in a binding; a paper is bound once. Pages count within the volume, from 1."""

    parent_field: ClassVar[str] = "binding"
    view_permission: ClassVar[str | None] = "archive.view"

    binding = models.ForeignKey(Binding, models.PROTECT, related_name="bound", verbose_name="归档")
    printed = models.OneToOneField(PrintedForm, models.PROTECT, related_name="+", verbose_name="存档单据")
    position = models.PositiveIntegerField("序号")
    volume = models.PositiveIntegerField("册")
    label = models.CharField("单据", max_length=60)
    number = models.CharField("编号", max_length=40)
    first_page = models.PositiveIntegerField("起始页", default=0)
    pages = models.PositiveIntegerField("页数", default=0)

    class Meta:
        verbose_name = "装订的单据"
        constraints = [models.UniqueConstraint(fields=["binding", "position"], name="bound_paper_place")]


class Volume(ChildOfDocument):
    """One PDF of a binding (册). Once a person's paper in it has to go, so have its bytes; the hash stays."""

    parent_field: ClassVar[str] = "binding"
    view_permission: ClassVar[str | None] = "archive.view"

    binding = models.ForeignKey(Binding, models.PROTECT, related_name="volumes", verbose_name="归档")
    number = models.PositiveIntegerField("册")
    papers = models.PositiveIntegerField("单据数")
    pages = models.PositiveIntegerField("页数")
    size = models.PositiveBigIntegerField("字节")
    path = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField("校验值", max_length=64)
    removed_at = models.DateTimeField("销毁时间", null=True, blank=True)
    created_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "归档册"
        constraints = [
            models.UniqueConstraint(fields=["binding", "number"], name="volume_once"),
            models.CheckConstraint(
                condition=~Q(path="") | Q(removed_at__isnull=False), name="volume_has_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.binding} 第 {self.number} 册"
