from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from fours.base.personal import PersonalText, PersonName
from fours.customers.models import Customer
from fours.kernel.models import ChildOfDocument, Document
from fours.service.models import RepairOrder
from fours.vehicles.models import Vehicle


class CallState(models.TextChoices):
    DUE = "due", "待回访"
    DONE = "done", "已完成"
    UNREACHABLE = "unreachable", "未联系上"
    REFUSED = "refused", "拒访"
    NOT_CALLABLE = "not_callable", "请勿来电"


class FollowUpCall(Document):
    """One call per vehicle and delivery day (售后回访, SU-01), to the person who brought the car.

    `answers`: {question code: 1-5 or word}; `second_call` calls follow a solved handling sheet.
    """

    view_permission: ClassVar[str | None] = "survey.view"
    State = CallState

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="follow_up_calls", verbose_name="车辆")
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="follow_up_calls", verbose_name="客户"
    )
    delivered_on = models.DateField("交车日期")
    contact_name = PersonName("联系人", max_length=40)
    contact_phone = PersonalText("电话", personal="phone", max_length=24)
    window_start = models.DateTimeField("方便来电自")
    window_end = models.DateTimeField("方便来电至")
    due_at = models.DateTimeField("时限")
    state = models.CharField("状态", max_length=12, choices=CallState.choices, default=CallState.DUE)
    second_call = models.BooleanField("二次回访", default=False)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="回访人",
    )
    business_date = models.DateField("完成营业日", null=True, blank=True)
    answers = models.JSONField("问卷", default=dict, blank=True)
    questionnaire = models.CharField("问卷版本", max_length=20, default="2026-1")
    satisfied = models.BooleanField("满意", null=True, blank=True)
    words = models.TextField("客户原话", max_length=2000, blank=True)

    class Meta:
        verbose_name = "回访"
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle", "delivered_on"],
                condition=Q(second_call=False),
                name="follow_up_one_per_delivery_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(done_at__isnull=False, satisfied__isnull=False),
                name="follow_up_done_is_complete",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "state", "due_at"], name="follow_up_due"),
            models.Index(fields=["store", "business_date"], name="follow_up_day"),
            models.Index(
                fields=["store", "id"],
                condition=models.Q(state="done", satisfied=False),
                name="follow_up_unhappy",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle} {self.delivered_on:%m-%d} 回访"


class FollowUpOrder(ChildOfDocument):
    """An order the call is about (回访工单)."""

    parent_field: ClassVar[str] = "call"
    view_permission: ClassVar[str | None] = "survey.view"
    call = models.ForeignKey(FollowUpCall, models.CASCADE, related_name="orders")
    order = models.OneToOneField(RepairOrder, models.PROTECT, related_name="follow_up")


class AttemptResult(models.TextChoices):
    REACHED = "reached", "接通完成"
    LATER = "later", "约时间"
    NO_ANSWER = "no_answer", "无人接听"
    REFUSED = "refused", "拒访"
    WRONG_NUMBER = "wrong_number", "号码错误"


class CallAttempt(ChildOfDocument):
    """One try to reach somebody (拨打记录)."""

    parent_field: ClassVar[str] = "call"
    view_permission: ClassVar[str | None] = "survey.view"
    append_only: ClassVar[bool] = True
    Result = AttemptResult

    call = models.ForeignKey(FollowUpCall, models.PROTECT, related_name="attempts")
    result = models.CharField("结果", max_length=12, choices=AttemptResult.choices)
    at = models.DateTimeField("时间", auto_now_add=True)
    business_date = models.DateField("营业日期")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="回访人")
    note = models.CharField("备注", max_length=200, blank=True)
    call_again_at = models.DateTimeField("约定时间", null=True, blank=True)
