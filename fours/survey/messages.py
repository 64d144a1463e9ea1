"""What customer care writes by itself (PF-12): who could not be reached, who is not to be called, and who is not content."""

from django.urls import reverse

from fours.messages.models import Channel, Message
from fours.messages.occasions import Occasion, declare_occasion, notify

from .models import FollowUpCall, HandlingSheet

UNREACHED = declare_occasion(
    Occasion(
        "survey.unreached",
        "回访未联系上",
        "{客户}您好，您的爱车{车牌}{日期}在{门店}维修保养，我们几次致电未能联系上您。有任何意见请致电{电话}。",
        ("车牌", "日期"),
    )
)
LETTER = declare_occasion(
    Occasion(
        "survey.letter",
        "回访信（请勿来电的客户）",
        "尊敬的{客户}：\n感谢您{日期}将爱车{车牌}交给{门店}维修保养。您希望我们不打电话，因此写信向您致意。\n"
        "如您对本次服务有任何意见或建议，欢迎致电{电话}，我们会认真处理。\n祝您行车平安！",
        ("车牌", "日期"),
        channel=Channel.LETTER,
        subject="感谢您的光临",
        hours=14 * 24,
    )
)
HANDLING = declare_occasion(
    Occasion(
        "survey.handling_opened",
        "客户不满通知（员工群）",
        "客户不满：{单号} {车牌}，请责任人在约定时间内处理并回复。",
        ("车牌", "单号"),
        channel=Channel.ROBOT,
    )
)


def write_to_unreached(call: FollowUpCall) -> Message | None:
    """After all tries a message takes the call's place (SU-01)."""
    return notify(
        UNREACHED,
        call,
        customer=call.customer,
        to=call.contact_phone,
        facts=_of_call(call),
        url=reverse("call", args=[call.pk]),
    )


def write_letter(call: FollowUpCall) -> Message | None:
    """Who is not to be called is written to (SU-01)."""
    facts = _of_call(call) | {"客户": call.customer.name}
    return notify(LETTER, call, customer=call.customer, facts=facts, url=reverse("call", args=[call.pk]))


def tell_staff(sheet: HandlingSheet) -> Message | None:
    """The group of colleagues hears of it at once, by number and plate, without the customer's name."""
    facts = {"车牌": sheet.vehicle.plate, "单号": sheet.number}
    return notify(HANDLING, sheet, customer=None, facts=facts, url=reverse("handling_sheet", args=[sheet.pk]))


def _of_call(call: FollowUpCall) -> dict[str, str]:
    return {
        "客户": call.contact_name,
        "车牌": call.vehicle.plate,
        "日期": f"{call.delivered_on.month}月{call.delivered_on.day}日",
    }
