"""A customer with a problem (快速处理表, SU-03): to the service manager at once, solved, called again."""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from fours.base.errors import Refused
from fours.base.money import round_money
from fours.base.text import clean
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import User
from fours.kernel.numbers import next_number
from fours.kernel.verbs import keep, move, must_be, take, verb
from fours.org.people import present_assignments

from ..call_time import call_time
from ..models import FollowUpCall, HandlingSheet
from ..models.handling import HandlingKind, HandlingState
from ..questionnaire import VERSION
from ..transitions import HANDLING_MOVES
from .call_tasks import make_call_task

MOST_COST = Decimal("1000000")


def open_handling(call: FollowUpCall, *, words: str, kind: str, actor: Actor) -> HandlingSheet:
    """The sheet for an unhappy call, part of completing the call, which holds the right for it."""
    if kind not in HandlingKind.values:
        raise Refused("请选择问题类别。", field="problem_kind")
    first = call.orders.order_by("pk").first()
    sheet = HandlingSheet.objects.create(
        store=call.store,
        number=next_number(call.store, "QH"),
        call=call,
        vehicle=call.vehicle,
        customer=call.customer,
        order=first.order if first else None,
        words=words,
        kind=kind,
        created_by=actor.user,
    )
    announce(
        "survey.handling_opened",
        sheet,
        actor=actor,
        sentence=f"回访不满意，转服务经理处理：{sheet.get_kind_display()}",
        data={"call": call.pk, "vehicle": call.vehicle_id},
    )
    return sheet


@verb("指派处理", "survey.solve", states=["open"])
def assign_handling(
    sheet: HandlingSheet,
    *,
    responsible: User,
    department: str,
    promised_at: datetime,
    actor: Actor,
    version: int | None = None,
) -> HandlingSheet:
    """Name who answers for the solution and by when the customer was promised it."""
    sheet = take(sheet, version=version)
    must_be(sheet, HandlingState.OPEN, doing="指派")
    if not present_assignments(sheet.store).filter(user=responsible).exists():
        raise Refused("责任人须是本店在职员工。", field="responsible")
    if promised_at <= timezone.now():
        raise Refused("承诺时间应在现在之后。", field="promised_at")
    sheet.responsible, sheet.department, sheet.promised_at = responsible, clean(department)[:40], promised_at
    keep(sheet, "responsible", "department", "promised_at")
    when = timezone.localtime(promised_at)
    announce(
        "survey.handling_assigned",
        sheet,
        actor=actor,
        sentence=f"责任人 {responsible.name}，承诺 {when:%m-%d %H:%M} 前解决",
        data={"responsible": responsible.pk},
    )
    return sheet


@verb("处理完成", "survey.solve", states=["open"])
def solve_handling(
    sheet: HandlingSheet,
    *,
    cause: str,
    measure: str,
    result: str,
    cost: Decimal = Decimal(0),
    actor: Actor,
    version: int | None = None,
) -> HandlingSheet:
    """The problem is solved: cause, measure and result are on paper, and the customer is called a second time."""
    sheet = take(sheet, version=version)
    must_be(sheet, HandlingState.OPEN, doing="报处理完成")
    given = {"cause": clean(cause), "measure": clean(measure), "result": clean(result)}
    missing = {name: "请填写。" for name, text in given.items() if not text}
    if missing:
        raise Refused("请填写原因、措施和结果。", fields=missing)
    if not 0 <= cost <= MOST_COST:
        raise Refused("处理费用不在合理范围内。", field="cost")
    sheet.cause, sheet.measure, sheet.result = (text[:500] for text in given.values())
    sheet.cost, sheet.solved_at, sheet.solved_by = round_money(cost), timezone.now(), actor.user
    sheet.responsible = sheet.responsible or actor.user
    move(sheet, HandlingState.SOLVED, HANDLING_MOVES)
    sheet.second_call = _second_call(sheet, actor)
    keep(
        sheet, "cause", "measure", "result", "cost", "solved_at", "solved_by", "responsible", "state", "second_call"
    )  # fmt: skip
    announce(
        "survey.handling_solved",
        sheet,
        actor=actor,
        sentence=f"处理完成：{sheet.measure}",
        data={"second_call": sheet.second_call_id},
    )
    return sheet


def _second_call(sheet: HandlingSheet, actor: Actor) -> FollowUpCall:
    """The call that asks whether the customer is content now; to the person of the first call, in the same hours."""
    first = sheet.call
    customer = sheet.customer
    liked = sheet.order if sheet.order is not None and sheet.order.call_from else customer
    when = call_time(sheet.store, timezone.localdate(), liked.call_from, liked.call_until)
    call = FollowUpCall.objects.create(
        store=sheet.store,
        number=next_number(sheet.store, "FC"),
        vehicle=sheet.vehicle,
        customer=customer,
        delivered_on=first.delivered_on if first else timezone.localdate(),
        contact_name=first.contact_name if first else customer.name,
        contact_phone=first.contact_phone if first else "",
        window_start=when.start,
        window_end=when.end,
        due_at=when.due,
        second_call=True,
        questionnaire=VERSION,
        created_by=actor.user,
    )
    make_call_task(call)
    return call


def answer_of_second_call(call: FollowUpCall, *, actor: Actor) -> HandlingSheet | None:
    """Close the sheet when the customer is content now, else open it again for the service manager."""
    sheet = HandlingSheet.objects.select_for_update().filter(second_call=call).first()
    if sheet is None:
        return None
    if call.satisfied:
        move(sheet, HandlingState.CLOSED, HANDLING_MOVES)
        sheet.closed_at, sheet.accepted_by_customer = timezone.now(), True
        keep(sheet, "state", "closed_at", "accepted_by_customer")
        announce("survey.handling_closed", sheet, actor=actor, sentence="二次回访满意，关闭")
        return sheet
    move(sheet, HandlingState.OPEN, HANDLING_MOVES)
    sheet.accepted_by_customer, sheet.reopened, sheet.second_call = False, sheet.reopened + 1, None
    sheet.words = f"{sheet.words}\n二次回访：{call.words}"[:2000]
    keep(sheet, "state", "accepted_by_customer", "reopened", "second_call", "words")
    announce(
        "survey.handling_reopened",
        sheet,
        actor=actor,
        sentence=f"二次回访仍不满意，退回处理（第 {sheet.reopened} 次）",
        data={"call": call.pk},
    )
    return sheet
