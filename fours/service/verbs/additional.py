"""Additional work (增项, SV-09): found in the workshop, priced, offered, and answered by the customer.

Nothing of it may be worked or issued before it is accepted; what was refused comes back as a recommendation.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from fours.base.errors import IllegalMove, Refused
from fours.kernel.actor import Actor
from fours.kernel.attachments import Upload, attach, attach_data_url
from fours.kernel.events import announce
from fours.kernel.numbers import next_number
from fours.kernel.printing import freeze
from fours.kernel.verbs import keep, move, must_be, take, verb
from fours.service.errors import check_fields
from fours.service.models import AdditionalWork, RepairOrder
from fours.service.reservations import reserve_for
from fours.service.totals import OrderLines, all_lines, totals_of
from fours.service.transitions import ADDITIONAL_WORK_MOVES, ORDER_MOVES
from fours.vehicles.models import Vehicle

from .lines import add_fee, add_labor, add_part

AT_COUNTER = "到店"
WAYS = ("电话", AT_COUNTER, "微信", "短信")


@verb("增项", "service.report_finding", states=["authorised", "completed"])
def report_finding(
    order: RepairOrder,
    *,
    finding: str,
    actor: Actor,
    safety_related: bool = False,
    photos: Sequence[Upload] = (),
) -> AdditionalWork:
    """What the workshop finds, or what the customer asks for after signing, with photos; the advisor prices it."""
    order = take(order)
    must_be(order, "authorised", "completed", doing="加增项")
    if not finding.strip():
        raise Refused("请写明发现的问题。", field="finding")
    if actor.user is None:
        raise Refused("请以本人身份登录后报告。")
    work = AdditionalWork(
        order=order, finding=finding.strip(), safety_related=safety_related, found_by=actor.user
    )
    check_fields(work, ["finding"])
    work.save()
    for photo in photos:
        attach(work, photo, actor=actor, purpose="finding", field="photos")
    keep(order)
    said = "客户追加" if actor.can("service.order", order.store_id) else "发现问题"
    announce(
        "service.finding_reported",
        order,
        actor=actor,
        sentence=f"{said}{'（涉及安全）' if safety_related else ''}：{work.finding[:200]}",
        data={"additional_work": work.pk, "safety": safety_related, "photos": len(photos)},
    )
    return work


@verb("向客户报价", "service.order", states=["found"])
def offer_additional_work(
    work: AdditionalWork, *, new_promised_at: datetime, actor: Actor, version: int | None = None
) -> AdditionalWork:
    """Offer the priced work with the time the car would then be ready; its lines are fixed from here on."""
    order, work = _both(work, version)
    _must_be_unbilled(order)
    lines = all_lines(order).of_work(work)
    if not lines:
        raise Refused("请先为增项加入维修项目或配件并报价。")
    if new_promised_at <= timezone.now():
        raise Refused("新的完工时间须晚于现在。", field="new_promised_at")
    move(work, "offered", ADDITIONAL_WORK_MOVES)
    work.number = work.number or next_number(order.store, "AW")
    work.new_promised_at = new_promised_at
    keep(work, "state", "number", "new_promised_at")
    keep(order)
    announce(
        "service.additional_offered",
        order,
        actor=actor,
        sentence=f"增项 {work.number} 报价 {totals_of(lines).total} 元，待客户答复",
        data={"additional_work": work.pk, "total": str(totals_of(lines).total)},
    )
    return work


@verb("撤回报价", "service.order", states=["offered"], plain=True, confirm="撤回后可修改明细，再重新报价。")
def withdraw_offer(work: AdditionalWork, *, actor: Actor, version: int | None = None) -> AdditionalWork:
    """Take an unanswered offer back to change its lines."""
    order, work = _both(work, version)
    move(work, "found", ADDITIONAL_WORK_MOVES)
    keep(work, "state")
    keep(order)
    announce(
        "service.additional_withdrawn",
        order,
        actor=actor,
        sentence=f"撤回增项报价 {work.number}",
        data={"additional_work": work.pk},
    )
    return work


@verb("客户同意增项", "service.answer", states=["offered"])
def accept_additional_work(
    work: AdditionalWork, *, answered_by: str, via: str, actor: Actor, version: int | None = None
) -> AdditionalWork:
    """The customer agrees: jobs may be dispatched, parts are reserved, the promised time moves with it.

    A completed order opens again; it is inspected anew when the work is done.
    """
    order, work = _both(work, version)
    _must_be_unbilled(order)
    move(work, "accepted", ADDITIONAL_WORK_MOVES)
    _answer(work, answered_by, via, actor)
    keep(work, "state", "answered_by", "answered_via", "answered_at", "answer_recorded_by")
    lines = all_lines(order).of_work(work)
    # Frozen first: the paper names the time promised before and the new one.
    freeze("service.additional_work", work, actor=actor)
    _extend(order, work, lines)
    reserve_for(order, lines.parts, actor=actor)
    announce(
        "service.additional_accepted",
        order,
        actor=actor,
        sentence=f"客户 {work.answered_by} {work.answered_via}同意增项 {work.number}，{totals_of(lines).total} 元",
        data={
            "additional_work": work.pk,
            "total": str(totals_of(lines).total),
            "jobs": [j.pk for j in lines.jobs],
        },
    )
    return work


@verb("客户不同意增项", "service.answer", states=["offered"])
def refuse_additional_work(
    work: AdditionalWork,
    *,
    answered_by: str,
    via: str,
    actor: Actor,
    reason: str = "",
    consequence: str = "",
    signature: str = "",
    version: int | None = None,
) -> AdditionalWork:
    """The customer refuses. What concerns safety needs the reason and the consequence told (SV-09).

    It also needs the customer's signature: at once when they stand at the counter, else at delivery.
    """
    order, work = _both(work, version)
    move(work, "refused", ADDITIONAL_WORK_MOVES)
    _answer(work, answered_by, via, actor)
    work.refusal_reason, work.refusal_consequence = reason.strip(), consequence.strip()
    if work.safety_related:
        _check_safety_refusal(work, signature)
    check_fields(work, ["refusal_reason", "refusal_consequence"])
    keep(
        work,
        *("state", "answered_by", "answered_via", "answered_at", "answer_recorded_by"),
        *("refusal_reason", "refusal_consequence"),
    )
    keep(order)
    if signature:
        attach_data_url(work, signature, actor=actor, purpose="signature", name="客户签字.png")
    freeze("service.additional_work", work, actor=actor)
    announce(
        "service.additional_refused",
        order,
        actor=actor,
        sentence=f"客户 {work.answered_by} {work.answered_via}不同意增项 {work.number}"
        + (f":{work.refusal_reason}" if work.refusal_reason else ""),
        data={"additional_work": work.pk, "safety": work.safety_related},
    )
    return work


@verb("采纳以往建议", "service.order", states=["draft"])
def take_up_recommendation(
    order: RepairOrder, *, work: AdditionalWork, actor: Actor, version: int | None = None
) -> RepairOrder:
    """Put what was refused on an earlier visit on this draft, at today's prices; it is then no longer recommended."""
    order = take(order, version=version)
    must_be(order, "draft", doing="采纳建议")
    work = take(work)
    if work.order.vehicle_id != order.vehicle_id or work.state != AdditionalWork.State.REFUSED:
        raise Refused("这不是本车以往未做的建议。")
    if work.done_later_in_id is not None:
        raise IllegalMove("此建议已在其他工单中采纳。")
    lines = all_lines(work.order).of_work(work)
    for job in lines.jobs:
        add_labor(
            order,
            operation=job.operation,
            name=job.name,
            hours=job.hours,
            unit_price=None if job.operation else job.unit_price,
            work_kind=job.work_kind,
            repair_class=job.repair_class,
            actor=actor,
        )
    for line in lines.parts:
        add_part(
            order,
            part=line.part,
            name=line.name,
            number=line.number,
            brand=line.brand,
            unit=line.unit,
            quantity=line.quantity,
            unit_price=None if line.part else line.unit_price,
            kind=line.kind,
            actor=actor,
        )
    for fee in lines.fees:
        add_fee(order, name=fee.name, unit_price=fee.unit_price, quantity=fee.quantity, actor=actor)
    work.done_later_in = order
    keep(work, "done_later_in")
    announce(
        "service.recommendation_taken_up",
        order,
        actor=actor,
        sentence=f"采纳以往建议：{work.finding[:200]}",
        data={"additional_work": work.pk},
    )
    return RepairOrder.objects.get(pk=order.pk)


def open_recommendations(vehicle: Vehicle) -> QuerySet[AdditionalWork]:
    """What was recommended for the car and not done since, safety first, the newest first (SV-04)."""
    refused = AdditionalWork.objects.filter(
        order__vehicle=vehicle,
        store_id=vehicle.store_id,
        state=AdditionalWork.State.REFUSED,
        done_later_in__isnull=True,
    )
    return refused.select_related("order").order_by("-safety_related", "-answered_at")


def _both(work: AdditionalWork, version: int | None) -> tuple[RepairOrder, AdditionalWork]:
    """Order and work, locked in that order as everywhere, on an order that is still open."""
    order = take(work.order)
    must_be(order, "authorised", "completed", doing="办理增项")
    work = take(work, version=version)
    work.order = order
    return order, work


def _must_be_unbilled(order: RepairOrder) -> None:
    standing = order.statements.exclude(state="reversed").filter(reverses__isnull=True)
    if standing.exists():
        raise Refused("工单已出结算单，请先冲销再办理增项。")


def _answer(work: AdditionalWork, answered_by: str, via: str, actor: Actor) -> None:
    missing = {}
    if not answered_by.strip():
        missing["answered_by"] = "请填写答复人姓名。"
    if not via.strip():
        missing["via"] = "请填写答复方式。"
    if missing:
        raise Refused("".join(missing.values()), fields=missing)
    work.answered_by, work.answered_via = answered_by.strip(), via.strip()
    work.answered_at, work.answer_recorded_by = timezone.now(), actor.user
    check_fields(work, ["answered_by", "answered_via"])


def _check_safety_refusal(work: AdditionalWork, signature: str) -> None:
    missing = {}
    if not work.refusal_reason:
        missing["reason"] = "涉及安全的项目，须写明客户不同意的原因。"
    if not work.refusal_consequence:
        missing["consequence"] = "涉及安全的项目，须写明已告知的后果。"
    if not signature and work.answered_via == AT_COUNTER:
        missing["signature"] = "涉及安全的项目，须客户签字确认。"
    if missing:
        raise Refused("".join(missing.values()), fields=missing)


def _extend(order: RepairOrder, work: AdditionalWork, lines: OrderLines) -> None:
    """Add the accepted sum and time to the contract; a completed order goes back to the workshop."""
    assert work.new_promised_at is not None
    order.promised_at, order.promise_reason = work.new_promised_at, f"增项 {work.number}"
    assert order.estimated_total is not None
    order.estimated_total += totals_of(lines).total
    changed = ["promised_at", "promise_reason", "estimated_total"]
    if order.state == RepairOrder.State.COMPLETED:
        move(order, "authorised", ORDER_MOVES)
        order.completed_at = order.completed_date = order.handover_checked_at = None
        order.handover_items = []
        changed += ["state", "completed_at", "completed_date", "handover_checked_at", "handover_items"]
    keep(order, *changed)
