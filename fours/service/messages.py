"""What the workshop writes to customers by itself (PF-12): booked, tomorrow, ready, thank you. Each is off until turned on."""

from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone

from fours.messages.models import Message
from fours.messages.occasions import Occasion, declare_occasion, notify, take_back

from .billing import live_statements
from .models import Appointment, RepairOrder
from .models.order import Payer

WITHDRAWN = "预约已变更"
BOOKED = declare_occasion(
    Occasion(
        "service.appointment_booked",
        "预约确认",
        "{客户}您好，您的爱车{车牌}已预约{时间}到店。如需改期，请致电{电话}。",
        ("车牌", "时间", "顾问"),
    )
)
REMINDER = declare_occasion(
    Occasion(
        "service.appointment_reminder",
        "预约提醒（前一天）",
        "{客户}您好，您的爱车{车牌}预约{时间}到店，我们已为您预留工位。如需改期，请致电{电话}。",
        ("车牌", "时间", "顾问"),
        hours=20,
    )
)
READY = declare_occasion(
    Occasion(
        "service.car_ready",
        "竣工取车",
        "{客户}您好，您的爱车{车牌}已竣工并通过检验，可以来店取车。咨询电话{电话}。",
        ("车牌", "单号", "顾问"),
    )
)
THANKS = declare_occasion(
    Occasion(
        "service.order_delivered",
        "交车致谢",
        "{客户}您好，感谢您光临{门店}。您的爱车{车牌}本次消费{金额}元，下次保养{下次保养}。如有问题请致电{电话}。",
        ("车牌", "单号", "金额", "下次保养", "顾问"),
    )
)


def confirm_booking(appointment: Appointment) -> Message | None:
    """Tell the customer the day and hour, once for each they were given."""
    return notify(
        BOOKED,
        appointment,
        customer=appointment.customer,
        to=appointment.contact_phone,
        facts=_of_appointment(appointment),
        once=appointment.at.isoformat(),
        url=reverse("appointment", args=[appointment.pk]),
    )


def remind_the_day_before(appointment: Appointment, at: datetime) -> Message | None:
    """Lay the reminder into the outbox for `at`; a visit booked after that needs none."""
    if at <= timezone.now():
        return None
    return notify(
        REMINDER,
        appointment,
        customer=appointment.customer,
        to=appointment.contact_phone,
        facts=_of_appointment(appointment),
        not_before=at,
        once=appointment.at.isoformat(),
        url=reverse("appointment", args=[appointment.pk]),
    )


def take_back_booking(appointment: Appointment) -> None:
    """What was still to be said of a booking is not true any more."""
    for occasion in (BOOKED, REMINDER):
        take_back(appointment, occasion, WITHDRAWN)


def reminder_time(appointment: Appointment, remind_at: time) -> datetime:
    """The day before the visit, at the store's time for reminders."""
    day = timezone.localdate(appointment.at) - timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, remind_at))


def tell_car_is_ready(order: RepairOrder) -> Message | None:
    """The car was finished and looked over: it can be fetched."""
    return notify(
        READY,
        order,
        customer=order.customer,
        to=order.deliverer_phone,
        facts=_of_order(order),
        url=reverse("order", args=[order.pk]),
    )


def thank_for_the_visit(order: RepairOrder) -> Message | None:
    """What the visit cost the customer and when the next service is due; that the car is ready is no news any more."""
    take_back(order, READY, "已交车")
    paid = sum(one.total for one in live_statements(order) if one.payer == Payer.CUSTOMER)
    facts = {
        **_of_order(order),
        "金额": f"{paid:.2f}",
        "下次保养": f"{order.next_service_on:%Y-%m-%d}" if order.next_service_on else "请按保养手册",
    }
    return notify(
        THANKS,
        order,
        customer=order.customer,
        to=order.deliverer_phone,
        facts=facts,
        url=reverse("order", args=[order.pk]),
    )


def _of_appointment(appointment: Appointment) -> dict[str, str]:
    when = timezone.localtime(appointment.at)
    return {
        "客户": appointment.contact_name,
        "车牌": appointment.vehicle.plate,
        "时间": f"{when:%m月%d日 %H:%M}",
        "顾问": appointment.advisor.name,
    }


def _of_order(order: RepairOrder) -> dict[str, str]:
    return {
        "客户": order.deliverer_name or order.customer.name,
        "车牌": order.vehicle.plate,
        "单号": order.number,
        "顾问": order.advisor.name,
    }
