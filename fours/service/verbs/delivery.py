"""The car leaves: internal hand-over check, gate pass, delivery to the customer (SV-11 to SV-13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.utils import timezone

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.business_date import business_date, today
from fours.kernel.events import announce, kind_of
from fours.kernel.models import Attachment, PrintedForm, User
from fours.kernel.numbers import next_number
from fours.kernel.printing import freeze
from fours.kernel.rows import insert_row
from fours.kernel.store_settings import setting
from fours.kernel.verbs import keep, move, must_be, take, verb
from fours.vehicles.verbs.vehicle import record_mileage

from ..billing import live_statements, open_bills
from ..closing import close_if_settled
from ..guarantee import RepairKind, needs_certificate
from ..models import AdditionalWork, GatePass, OrderKind, RepairOrder, Statement
from ..models.order import OldParts, Payer
from ..next_service import next_service
from ..totals import OrderLines, agreed, all_lines, know_lines
from ..transitions import ORDER_MOVES, PRESENCE_MOVES

AT_DELIVERY = "delivery"
CERTIFICATE = "service.completion_certificate"
HANDOVER_ITEMS = (
    "维修项目与工单一致，全部完成",
    "车内外清洁，无遗留工具和旧件",
    "油液、灯光、仪表无异常",
    "座椅、后视镜、收音机恢复原位",
    "下次保养提示已设定",
)
OLD_PARTS_READY = "旧件已备好待客户查看"
WALK_AROUND = "陪同客户绕车查看维修部位和车况"
OLD_PARTS_SHOWN = "旧件已向客户展示"
EXPLAINED = "已讲解维修内容、费用和质量保证期"
ADVISED = "已告知未做的建议项目和下次保养时间"
CALL_ANNOUNCED = "已告知三日内回访并询问方便时间"
SET_REMOVED = "已取下三件套（座椅套、脚垫、方向盘套）"
KEY_RETURNED = "交还：车钥匙"
SERVICE_KINDS = frozenset({OrderKind.FIRST_SERVICE, OrderKind.PERIODIC_SERVICE})
SETTLED_FOR_GATE = frozenset({Statement.State.PAID, Statement.State.ON_ACCOUNT})


@dataclass(frozen=True)
class CallWindow:
    """When the customer likes to be called; both ends or neither."""

    start: time | None
    end: time | None


def handover_checklist(order: RepairOrder) -> list[str]:
    """What the advisor checks before the customer is called (SV-11)."""
    old_parts = [] if order.old_parts == OldParts.NONE else [OLD_PARTS_READY]
    return [*HANDOVER_ITEMS, *old_parts]


def delivery_checklist(order: RepairOrder) -> list[str]:
    """What is done with the customer at the car (SV-13); whatever was taken at check-in is given back by name."""
    old_parts = [] if order.old_parts == OldParts.NONE else [OLD_PARTS_SHOWN]
    taken = list(order.check_in.papers) if order.check_in else []
    returned = [f"交还：{paper}" for paper in taken if "钥匙" not in str(paper)]
    protected = [SET_REMOVED] if order.check_in and order.check_in.protective_set else []
    to_sign = [
        f"客户已在结算单上签字，知悉未修的安全项目：{finding[:40]}" for finding in _refused_unsigned(order)
    ]
    shown = [WALK_AROUND, *old_parts, EXPLAINED, ADVISED, *to_sign, CALL_ANNOUNCED]
    return [*shown, *protected, KEY_RETURNED, *returned]


def _refused_unsigned(order: RepairOrder) -> list[str]:
    """Safety work refused from afar: the statement names it, and the customer signs it at the car (SV-09)."""
    works = order.additional_works.filter(state=AdditionalWork.State.REFUSED, safety_related=True)
    found = {work.pk: work.finding for work in works.order_by("pk")}
    if not found:
        return []
    kept = Attachment.objects.filter(
        store=order.store_id, aggregate_kind=kind_of(AdditionalWork()), aggregate_id__in=found
    )
    signed = set(kept.filter(purpose="signature").values_list("aggregate_id", flat=True))
    return [finding for pk, finding in found.items() if pk not in signed]


@verb("内部交车检查", "service.handover", states=["completed"])
def check_handover(
    order: RepairOrder, *, items: Sequence[str], actor: Actor, version: int | None = None
) -> RepairOrder:
    """Record that the finished car was checked against the order before the customer is called (SV-11)."""
    order = take(order, version=version)
    must_be(order, RepairOrder.State.COMPLETED, doing="做内部交车检查")
    order.handover_items = ticked(handover_checklist(order), items)
    order.handover_checked_at = timezone.now()
    keep(order, "handover_items", "handover_checked_at")
    announce("service.handover_checked", order, actor=actor, sentence="内部交车检查完成，可通知客户取车")
    return order


def ticked(checklist: Sequence[str], items: Sequence[str]) -> list[dict[str, object]]:
    """The checklist as it is stored; refused while something on it is not ticked."""
    if missing := [name for name in checklist if name not in items]:
        raise Refused("还有未完成的项目：" + "、".join(missing), field="items")
    return [{"name": name, "done": True} for name in checklist]


@verb("开出门证", "service.gate_pass", states=["completed"], plain=True)
def give_gate_pass(order: RepairOrder, *, actor: Actor, version: int | None = None) -> GatePass:
    """Let the car go (出门证, SV-06): finally checked, each customer statement settled, certificate where the law asks.

    A pass that ran out is replaced; one that still holds is not given twice.
    """
    order = take(order, "vehicle", "advisor", version=version)
    check_car_may_go(order)
    if order.presence == RepairOrder.Presence.GATE_PASS:
        move(order, RepairOrder.Presence.ARRIVED, PRESENCE_MOVES, field="presence")
    move(order, RepairOrder.Presence.GATE_PASS, PRESENCE_MOVES, field="presence")
    keep(order, "presence")
    given = GatePass(
        store=order.store,
        number=next_number(order.store, "GP"),
        created_by=actor.user,
        order=order,
        released_by=_person(actor),
        valid_until=timezone.now() + timedelta(hours=int(setting(order.store, "service.gate_pass_hours"))),
    )
    insert_row(given)
    announce(
        "service.gate_pass_given",
        order,
        actor=actor,
        sentence=f"出门证 {given.number}，有效至 {timezone.localtime(given.valid_until):%m-%d %H:%M}",
        data={"gate_pass": given.pk},
    )
    freeze("service.gate_pass", given, actor=actor)
    return given


def check_car_may_go(order: RepairOrder) -> None:
    """Refuse with the reason the car must stay."""
    must_be(order, RepairOrder.State.COMPLETED, doing="开出门证（须终检合格、竣工）")
    if (valid := valid_pass(order)) is not None:
        raise Refused(f"已有有效的出门证 {valid.number}。")
    lines, standing = all_lines(order), live_statements(order)
    if bills := open_bills(order, lines, standing):
        payers = "、".join(bill.payer.label for bill in bills)
        raise Refused(f"{payers}的项目还没有结算，请先结算。")
    for statement in standing:
        if statement.payer == Payer.CUSTOMER and statement.state not in SETTLED_FOR_GATE:
            raise Refused(f"{statement.number} 尚欠 {statement.due} 元，请先收款或经批准挂账。")
    if certificate_is_missing(order, lines):
        raise Refused("本次维修依法须有竣工出厂合格证，请检验员先出具合格证。")


def certificate_is_missing(order: RepairOrder, lines: OrderLines | None = None) -> bool:
    """Whether the law asks for a completion certificate (rules: 竣工出厂合格证) that was not issued yet.

    `lines` (all the order's), when they were read already.
    """
    classes = {job.repair_class for job in agreed(all_lines(order) if lines is None else lines).jobs}
    if not any(needs_certificate(kind) for kind in RepairKind if kind.value in classes):
        return False
    issued = PrintedForm.objects.filter(
        store_id=order.store_id, aggregate_kind=kind_of(order), aggregate_id=order.pk, form=CERTIFICATE
    )
    return not issued.exists()


def valid_pass(order: RepairOrder) -> GatePass | None:
    """The gate pass that lets this car out now, if there is one."""
    if order.presence != RepairOrder.Presence.GATE_PASS:
        return None
    last = order.gate_passes.order_by("-pk").first()
    return last if last and last.valid_until >= timezone.now() else None


def _person(actor: Actor) -> User:
    if actor.user is None:
        raise Refused("出门证须由放行人本人开出。")
    return actor.user


@verb("交车", "service.deliver", states=["gate_pass"], state_field="presence")
def deliver_order(
    order: RepairOrder,
    *,
    mileage_out: int,
    items: Sequence[str],
    actor: Actor,
    next_service_on: date | None = None,
    next_service_mileage: int | None = None,
    call_from: time | None = None,
    call_until: time | None = None,
    version: int | None = None,
) -> RepairOrder:
    """Hand the car over to the customer (SV-13); it leaves with a valid gate pass and everything it came with.

    The reading becomes the car's mileage, the next service (computed where none is given) the car's next due one.
    Closes the order when every statement is settled already.
    """
    order = take(order, "vehicle", "customer", "advisor", "check_in", version=version)
    must_be(order, RepairOrder.State.COMPLETED, doing="交车")
    check_may_leave(order)
    window = CallWindow(call_from, call_until)
    check_call_window(window)
    check_mileage_out(order, mileage_out)
    order.delivery_items = ticked(delivery_checklist(order), items)
    _record_reading(order, mileage_out, actor)
    _set_next_service(order, mileage_out, next_service_on, next_service_mileage)
    order.mileage_out = mileage_out
    order.call_from, order.call_until = window.start, window.end
    day = _let_go(order)
    _update_vehicle(order)
    announce(
        "service.order_delivered",
        order,
        actor=actor,
        sentence=f"交车，出厂里程 {mileage_out} 公里",
        data={
            "order": order.pk,
            "vehicle": order.vehicle_id,
            "customer": order.customer_id,
            "date": day.isoformat(),
        },
    )
    # The list the customer takes along names the way out: day, mileage, money, the guarantee's end.
    know_lines(order)
    standing = live_statements(order)
    for statement in standing:
        freeze("service.statement", statement, actor=actor, occurrence=AT_DELIVERY)
    close_if_settled(order, actor=actor, statements=standing)
    return order


def _let_go(order: RepairOrder) -> date:
    """The order is delivered and the car gone, with what was agreed at the car; the day this counts for."""
    order.delivered_at, order.delivered_date = timezone.now(), business_date(order.store)
    move(order, RepairOrder.State.DELIVERED, ORDER_MOVES)
    move(order, RepairOrder.Presence.LEFT, PRESENCE_MOVES, field="presence")
    keep(
        order, "state", "presence", "mileage_out", "delivery_items", "delivered_at", "delivered_date",
        "next_service_on", "next_service_mileage", "call_from", "call_until",
    )  # fmt: skip
    return order.delivered_date


def check_may_leave(order: RepairOrder) -> None:
    """Refuse without a gate pass that still holds."""
    if order.presence != RepairOrder.Presence.GATE_PASS:
        raise Refused("还没有出门证，请先结清款项并开出门证。")
    if valid_pass(order) is None:
        raise Refused("出门证已过有效时间，请重新开具。")


def check_call_window(window: CallWindow) -> None:
    """Both ends or neither, the end after the start."""
    if (window.start is None) != (window.end is None):
        raise Refused("方便回访时间请填写起止两个时间。", field="call_until" if window.start else "call_from")
    if window.start and window.end and window.start >= window.end:
        raise Refused("方便回访时间的结束须晚于开始。", field="call_until")


def check_mileage_out(order: RepairOrder, mileage_out: int) -> None:
    """A car does not come out with less than it came in with."""
    if mileage_out < order.mileage_in:
        raise Refused(f"出厂里程不能小于进厂里程 {order.mileage_in} 公里。", field="mileage_out")


def _set_next_service(order: RepairOrder, mileage_out: int, on: date | None, mileage: int | None) -> None:
    if on is None and mileage is None:
        proposal = next_service(order.store, order.vehicle, mileage=mileage_out, on=today())
        on, mileage = proposal.on, proposal.mileage
    if on is not None and on <= today():
        raise Refused("下次保养日期须晚于今天。", field="next_service_on")
    if mileage is not None and mileage <= mileage_out:
        raise Refused("下次保养里程须大于出厂里程。", field="next_service_mileage")
    order.next_service_on, order.next_service_mileage = on, mileage


def _record_reading(order: RepairOrder, mileage_out: int, actor: Actor) -> None:
    try:
        reading = record_mileage(
            order.vehicle, kilometers=mileage_out, read_on=today(), source=f"交车 {order.number}", actor=actor
        )
    except Refused as refusal:
        if "mileage" in refusal.fields:
            raise Refused(refusal.message, field="mileage_out") from refusal
        raise
    order.vehicle = reading.vehicle  # as it is now, and locked


def _update_vehicle(order: RepairOrder) -> None:
    """Leave on the car (locked since its reading) when it should come next and when it was here last."""
    vehicle = order.vehicle
    vehicle.next_service_on, vehicle.next_service_mileage = order.next_service_on, order.next_service_mileage
    vehicle.last_visit_on = today()
    if order.kind in SERVICE_KINDS:
        vehicle.last_service_on = today()
    keep(vehicle, "next_service_on", "next_service_mileage", "last_visit_on", "last_service_on")
