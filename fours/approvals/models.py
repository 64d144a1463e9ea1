from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from fours.kernel.models import ChildOfDocument, Document, StoreScoped


class AuthorityLimit(StoreScoped):
    """How far a post may go by itself in a matter (权限额度, PF-02); without a row the matter's shipped limit holds."""

    view_permission: ClassVar[str | None] = "org.view"
    matter = models.CharField("事项", max_length=40)
    post = models.CharField("岗位", max_length=40)
    amount = models.DecimalField("额度", max_digits=14, decimal_places=2)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "权限额度"
        ordering = ["matter", "post"]
        constraints = [
            models.UniqueConstraint(fields=["store", "matter", "post"], name="authority_limit_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="authority_limit_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.post}"


class ApprovalRule(StoreScoped):
    """Who has to agree, one after another, from an amount on (审批步骤, PF-06); rows replace the matter's shipped steps."""

    view_permission: ClassVar[str | None] = "org.view"
    matter = models.CharField("事项", max_length=40)
    position = models.PositiveSmallIntegerField("第几步", default=1)
    post = models.CharField("审批岗位", max_length=40)
    from_amount = models.DecimalField("超出后的数额达到", max_digits=14, decimal_places=2, default=0)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "审批步骤"
        ordering = ["matter", "position"]
        constraints = [
            models.UniqueConstraint(fields=["store", "matter", "position"], name="approval_rule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.matter} {self.position}"


class Substitution(StoreScoped):
    """Who decides while somebody is away (代理审批, PF-06)."""

    view_permission: ClassVar[str | None] = "org.view"
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="不在的人"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="代理人"
    )
    starts_on = models.DateField("自")
    ends_on = models.DateField("至")
    reason = models.CharField("原因", max_length=60, blank=True)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = "代理审批"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="substitution_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(person=F("deputy")), name="substitution_by_another"),
        ]

    def __str__(self) -> str:
        return f"{self.person} → {self.deputy}"


class RequestState(models.TextChoices):
    WAITING = "waiting", "待审批"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    USED = "used", "已办理"
    WITHDRAWN = "withdrawn", "已撤回"


class ApprovalRequest(Document):
    """Somebody asks to go beyond what their post may do (审批单, PF-06): for one document, up to one amount, once.

    `bound` says which part of the document it is for, as the rule that asked writes it; another price or line is not covered.
    """

    State = RequestState

    matter = models.CharField("事项", max_length=40)
    target_kind = models.CharField("单据类型", max_length=40)
    target_id = models.BigIntegerField("单据")
    target_title = models.CharField("单据", max_length=100)
    target_url = models.CharField(max_length=200, blank=True)
    amount = models.DecimalField("申请额度", max_digits=14, decimal_places=2)
    bound = models.CharField("用于", max_length=200, blank=True)
    reason = models.CharField("申请原因", max_length=200)
    state = models.CharField(
        "状态", max_length=10, choices=RequestState.choices, default=RequestState.WAITING
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    used_at = models.DateTimeField("办理时间", null=True, blank=True)

    class Meta:
        verbose_name = "审批单"
        constraints = [
            models.UniqueConstraint(fields=["store", "number"], name="approval_request_number_once"),
            models.CheckConstraint(
                condition=~Q(state="used") | Q(used_at__isnull=False), name="approval_request_used_has_time"
            ),
        ]
        indexes = [
            models.Index(
                fields=["store", "matter", "target_kind", "target_id"], name="approval_request_target"
            ),
            models.Index(fields=["store", "state", "-id"], name="approval_request_state"),
        ]


class StepState(models.TextChoices):
    WAITING = "waiting", "待审批"
    APPROVED = "approved", "同意"
    REFUSED = "refused", "不同意"


class ApprovalStep(ChildOfDocument):
    """One post's word on a request (审批意见): a signature is a person and a time."""

    parent_field: ClassVar[str] = "request"
    State = StepState

    request = models.ForeignKey(ApprovalRequest, models.PROTECT, related_name="steps", verbose_name="审批单")
    position = models.PositiveSmallIntegerField("第几步")
    post = models.CharField("审批岗位", max_length=40)
    state = models.CharField("意见", max_length=10, choices=StepState.choices, default=StepState.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审批人",
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    note = models.CharField("意见说明", max_length=200, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="approval_step_once"),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(decided_at__isnull=False), name="approval_step_has_time"
            ),
        ]
