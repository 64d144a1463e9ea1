from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from fours.base.personal import PersonalText, PersonName
from fours.customers.models import Customer
from fours.kernel.models import Attachment, Document
from fours.vehicles.models import Vehicle

from .appointment import Appointment


class CheckInState(models.TextChoices):
    DRAFT = "draft", "登记中"
    SIGNED = "signed", "已签字"
    VOID = "void", "已作废"


class CheckIn(Document):
    """The car is taken over (接车登记/环车检查): what came in, in what state, with whose words and signature.

    `damage_marks`: [{"n": 1…, "x": 0-1000, "y": 0-500, "kind": "scratch"…, "note": text}] on the car outline;
    `lamps`, `items`, `papers`: lists of names.
    """

    view_permission: ClassVar[str | None] = "service.view"
    State = CheckInState

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="check_ins", verbose_name="车辆")
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="check_ins", verbose_name="客户"
    )
    appointment = models.OneToOneField(
        Appointment, models.PROTECT, null=True, blank=True, related_name="check_in", verbose_name="预约"
    )
    deliverer_name = PersonName("送修人", max_length=40)
    deliverer_phone = PersonalText("送修人电话", personal="phone", max_length=24)
    arrived_at = models.DateTimeField("到店时间")
    arrival_date = models.DateField("到店营业日")
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="服务顾问"
    )
    mileage = models.PositiveIntegerField("进厂里程（公里）", null=True, blank=True)
    fuel_level = models.PositiveSmallIntegerField("油量/电量(%)", null=True, blank=True)
    lamps = models.JSONField("警告灯", default=list, blank=True)
    items = models.JSONField("随车物品", default=list, blank=True)
    papers = models.JSONField("收取证件钥匙", default=list, blank=True)
    valuables_reminded = models.BooleanField("已提醒贵重物品", default=False)
    protective_set = models.BooleanField("已铺三件套", default=False)
    test_drive = models.BooleanField("需要试车", default=False)
    damage_marks = models.JSONField("外观标记", default=list, blank=True)
    concern = models.TextField("客户原话", max_length=2000, blank=True)
    findings = models.TextField("接车诊断", max_length=2000, blank=True)
    key_tag = models.CharField("钥匙牌号", max_length=10, blank=True)
    parking_place = models.CharField("停车位", max_length=20, blank=True)
    state = models.CharField("状态", max_length=10, choices=CheckInState.choices, default="draft")
    signature = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="客户签字"
    )
    signed_by = PersonName("签字人", max_length=40, blank=True)
    signed_at = models.DateTimeField("签字时间", null=True, blank=True)

    class Meta:
        verbose_name = "接车单"
        constraints = [
            models.UniqueConstraint(
                fields=["store", "number"], condition=~Q(number=""), name="check_in_number_once"
            ),
            models.CheckConstraint(
                condition=Q(fuel_level__isnull=True) | Q(fuel_level__lte=100), name="check_in_fuel_percent"
            ),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False, mileage__isnull=False),
                name="check_in_signed_is_complete",
            ),
        ]
        indexes = [
            models.Index(fields=["store", "state", "-id"], name="check_in_state"),
            models.Index(fields=["store", "arrival_date"], name="check_in_arrived"),
        ]
