from typing import ClassVar

from django.conf import settings
from django.db import models

from fours.base.personal import PersonalText, PersonName
from fours.customers.models import Customer
from fours.kernel.models import Document
from fours.vehicles.models import Vehicle


class AppointmentState(models.TextChoices):
    BOOKED = "booked", "已预约"
    ARRIVED = "arrived", "已到店"
    NO_SHOW = "no_show", "未到店"
    CANCELLED = "cancelled", "已取消"


class AppointmentSource(models.TextChoices):
    PHONE = "phone", "来电"
    COUNTER = "counter", "到店"
    INVITED = "invited", "主动邀约"
    ONLINE = "online", "网上"


class Appointment(Document):
    """A booked visit (预约) with the hours of work it will take from the workshop's day."""

    view_permission: ClassVar[str | None] = "service.view"
    State = AppointmentState
    Source = AppointmentSource

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="appointments", verbose_name="车辆")
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="appointments", verbose_name="客户"
    )
    contact_name = PersonName("联系人", max_length=40)
    contact_phone = PersonalText("联系电话", personal="phone", max_length=24)
    at = models.DateTimeField("预约到店时间")
    hours = models.DecimalField("预计工时", max_digits=6, decimal_places=2)
    work_kind = models.CharField("工种", max_length=12, default="mechanical")
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="服务顾问"
    )
    concern = models.CharField("需求", max_length=500)
    source = models.CharField("来源", max_length=10, choices=AppointmentSource.choices, default="phone")
    state = models.CharField("状态", max_length=10, choices=AppointmentState.choices, default="booked")
    closed_reason = models.CharField("原因", max_length=100, blank=True)
    arrived_at = models.DateTimeField("到店时间", null=True, blank=True)

    class Meta:
        verbose_name = "预约"
        constraints = [models.UniqueConstraint(fields=["store", "number"], name="appointment_number_once")]
        indexes = [
            models.Index(fields=["store", "at"], name="appointment_day"),
            # Who did not come is looked for at every opening of the worklist.
            models.Index(
                fields=["store", "at"], condition=models.Q(state="booked"), name="appointment_booked"
            ),
        ]
