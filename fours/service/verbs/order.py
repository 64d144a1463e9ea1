"""The order itself (SV-06): opened from the check-in, signed as the contract, its promise changed, or made void."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.utils import timezone

from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.kernel.actor import Actor
from fours.kernel.attachments import attach_data_url
from fours.kernel.business_date import business_date
from fours.kernel.events import announce
from fours.kernel.models import Store, User
from fours.kernel.numbers import next_number
from fours.kernel.printing import freeze
from fours.kernel.rows import insert_row
from fours.kernel.tasks import cancel_tasks
from fours.kernel.verbs import keep, move, must_be, take, verb
from fours.parts.verbs.reserve import release_reservations
from fours.service.errors import check_fields
from fours.service.models import AdditionalWork, CheckIn, ClockEntry, OrderKind, Payment, RepairOrder
from fours.service.pricing import check_kind
from fours.service.reservations import reserve_for
from fours.service.search import write_order_keys
from fours.service.totals import OrderLines, agreed, know_lines, totals_of
from fours.service.transitions import ORDER_MOVES
from fours.vehicles.models import Vehicle
from fours.vehicles.verbs.vehicle import record_mileage

OPEN_STATES = ("draft", "authorised", "completed")
CLASS_OF_KIND = {
    OrderKind.FIRST_SERVICE: "first_maintenance",
    OrderKind.PERIODIC_SERVICE: "first_maintenance",
    OrderKind.BODY_PAINT: "special",
    OrderKind.ACCIDENT: "special",
    OrderKind.ACCESSORY: "special",
}


class OrderFacts(TypedDict, total=False):
    """What is agreed with the customer besides the lines; each has a default on the order."""

    kind: str
    repair_class: str
    concern: str
    diagnosis: str
    payment_wish: str
    old_parts: str
    wash_wanted: bool
    road_test_allowed: bool
    contact_way: str
    key_tag: str
    parking_place: str
    insurer_name: str
    claim_number: str
    deliverer_name: str
    deliverer_phone: str
    fuel_level: int | None


# After signing, what the contract says of kind, words, old parts and road test stays as it was signed.
FACTS_AFTER_SIGNING = frozenset({
    "diagnosis", "payment_wish", "wash_wanted", "contact_way", "key_tag", "parking_place", "insurer_name",
    "claim_number", "deliverer_phone",
})  # fmt: skip
PERSONAL = frozenset({"deliverer_name", "deliverer_phone"})


@verb("开工单", "service.order")
def open_order(
    store: Store,
    *,
    actor: Actor,
    check_in: CheckIn | None = None,
    vehicle: Vehicle | None = None,
    customer: Customer | None = None,
    advisor: User | None = None,
    mileage_in: int | None = None,
    promised_at: datetime | None = None,
    second_open_reason: str = "",
    **facts: Unpack[OrderFacts],
) -> RepairOrder:
    """Draft an order from a signed check-in, or directly for a car in the store (SV-06).

    What the check-in knows is taken from it; what is given here comes before it. A second open order of a kind for
    the car needs a reason.
    """
    order = RepairOrder(store=store)
    if check_in is None:
        order.arrived_at, order.arrival_date = timezone.now(), business_date(store)
    else:
        check_in = _signed(store, check_in)
        _copy_check_in(order, check_in)
    order.vehicle = _locked_vehicle(store, vehicle or (check_in.vehicle if check_in else None))
    order.customer = _customer_of(order.vehicle, customer or (check_in.customer if check_in else None))
    _put(order, facts)
    order.repair_class = facts.get("repair_class") or CLASS_OF_KIND.get(OrderKind(order.kind), "minor")
    order.advisor = advisor or (check_in.advisor if check_in else _person(actor))
    order.deliverer_name = order.deliverer_name.strip() or order.customer.name
    if not order.deliverer_phone:
        order.deliverer_phone = _phone_of(order.customer)
    order.second_open_reason = second_open_reason.strip()
    order.promised_at = promised_at
    _check_second_open(order)
    _take_mileage(order, mileage_in, check_in, actor)
    order.created_by = actor.user
    check_fields(order, [*OrderFacts.__annotations__, "second_open_reason"])
    insert_row(order)
    announce(
        "service.order_opened",
        order,
        actor=actor,
        sentence=f"开工单：{order.vehicle} {order.get_kind_display()}",
        data={"vehicle": order.vehicle_id, "kind": order.kind, "check_in": order.check_in_id},
    )
    return order


@verb("修改工单信息", "service.order", states=OPEN_STATES)
def change_order(
    order: RepairOrder,
    *,
    actor: Actor,
    version: int | None = None,
    advisor: User | None = None,
    **facts: Unpack[OrderFacts],
) -> RepairOrder:
    """Change what is agreed besides the lines; after signing only what the contract leaves open."""
    order = take(order, version=version)
    must_be(order, *OPEN_STATES, doing="修改")
    changed = {name: value for name, value in facts.items() if getattr(order, name) != value}
    if order.state != RepairOrder.State.DRAFT and (fixed := set(changed) - FACTS_AFTER_SIGNING):
        raise Refused("客户签字后此项不能再改。", fields=dict.fromkeys(fixed, "客户签字后此项不能再改。"))
    # A person's name and phone stay out of the event: they are erased with the person, events are not.
    changes = {_label(name): [_shown(order, name), ""] for name in changed if name not in PERSONAL}
    _put(order, changed)
    check_fields(order, changed)
    if "kind" in changed:
        check_kind(order, actor)
    for name in set(changed) - PERSONAL:
        changes[_label(name)][1] = _shown(order, name)
    if advisor is not None and advisor.pk != order.advisor_id:
        changes["服务顾问"] = [order.advisor.name, advisor.name]
        order.advisor = advisor
    if changed or changes:
        keep(order, *changed, "advisor")
        announce(
            "service.order_changed",
            order,
            actor=actor,
            sentence="修改" + "、".join(changes or ["送修人"]),
            data={"changes": changes},
        )
    return order


@verb("客户签字授权", "service.order", states=["draft"])
def authorise_order(
    order: RepairOrder,
    *,
    signature: str,
    signed_by: str,
    promised_at: datetime,
    actor: Actor,
    version: int | None = None,
) -> RepairOrder:
    """The customer signs: the draft becomes the repair contract, numbered and printed as it was signed (rules §2, §4).

    `signature` is a PNG as data URL. The first promised time is kept for ever. Parts are reserved in the same
    transaction; what is short becomes a back order.
    """
    order = take(order, "vehicle", "customer", "advisor", "check_in", version=version)
    must_be(order, "draft", doing="签字")
    lines = agreed(know_lines(order))
    _check_contract(order, lines, signed_by, promised_at)
    move(order, "authorised", ORDER_MOVES)
    order.number = next_number(order.store, "RO")
    order.authorised_at = timezone.now()
    order.authorised_by = signed_by.strip()
    order.promised_at = order.first_promised_at = promised_at
    order.estimated_total = totals_of(lines).total
    check_fields(order, ["authorised_by"])
    order.signature = attach_data_url(order, signature, actor=actor, purpose="signature", name="客户签字.png")
    keep(
        order,
        *("state", "number", "authorised_at", "authorised_by", "promised_at", "first_promised_at"),
        *("estimated_total", "signature"),
    )
    reserve_for(order, lines.parts, actor=actor)
    write_order_keys(order)
    freeze("service.repair_order", order, actor=actor)
    announce(
        "service.order_authorised",
        order,
        actor=actor,
        sentence=f"客户 {order.authorised_by} 签字，合计 {order.estimated_total} 元，承诺 {_local(promised_at)} 完工",
        data={
            "total": str(order.estimated_total),
            "promised_at": promised_at.isoformat(),
            "jobs": [job.pk for job in lines.jobs],
        },
    )
    return order


@verb("更改承诺时间", "service.order", states=["authorised", "completed"])
def change_promise(
    order: RepairOrder,
    *,
    promised_at: datetime,
    reason: str,
    told_customer: bool,
    actor: Actor,
    version: int | None = None,
) -> RepairOrder:
    """Promise another time; the first promise is kept beside it, with the reason and whether the customer knows."""
    order = take(order, version=version)
    must_be(order, "authorised", "completed", doing="更改承诺时间")
    reason = _needed(reason, "请写明改期原因。", "reason")
    _check_future(promised_at)
    before, order.promised_at, order.promise_reason = order.promised_at, promised_at, reason
    check_fields(order, ["promise_reason"])
    keep(order, "promised_at", "promise_reason")
    told = "已告知客户" if told_customer else "尚未告知客户"
    announce(
        "service.promise_changed",
        order,
        actor=actor,
        sentence=f"承诺时间 {_local(before)} → {_local(promised_at)}：{reason}（{told}）",
        data={"promised_at": promised_at.isoformat(), "told_customer": told_customer},
    )
    return order


@verb("作废", "service.order", states=["draft", "authorised"], needs_reason=True, plain=True)
def void_order(order: RepairOrder, *, reason: str, actor: Actor, version: int | None = None) -> RepairOrder:
    """Make an order void while nothing is issued, clocked or billed; its number stays used."""
    order = take(order, version=version)
    must_be(order, "draft", "authorised", doing="作废")
    reason = _needed(reason, "请写明作废原因。", "reason")
    _check_untouched(order)
    signed = order.state == RepairOrder.State.AUTHORISED
    move(order, "void", ORDER_MOVES)
    order.void_reason = reason
    check_fields(order, ["void_reason"])
    keep(order, "state", "void_reason")
    if signed:
        release_reservations(order, actor=actor)
    AdditionalWork.objects.filter(done_later_in=order).update(done_later_in=None)
    cancel_tasks(order, actor=actor)
    announce("service.order_voided", order, actor=actor, sentence=f"工单作废：{reason}")
    return order


def _signed(store: Store, check_in: CheckIn) -> CheckIn:
    if check_in.store_id != store.pk:
        raise Refused("接车单不属于本店。", field="check_in")
    must_be(check_in, "signed", doing="开工单，请先完成接车签字")
    return check_in


def _copy_check_in(order: RepairOrder, check_in: CheckIn) -> None:
    order.check_in = check_in
    order.arrived_at, order.arrival_date = check_in.arrived_at, check_in.arrival_date
    order.mileage_in = check_in.mileage or 0
    order.diagnosis = check_in.findings
    for name in (
        "deliverer_name", "deliverer_phone", "fuel_level", "concern", "key_tag", "parking_place",
    ):  # fmt: skip
        setattr(order, name, getattr(check_in, name))


def _locked_vehicle(store: Store, vehicle: Vehicle | None) -> Vehicle:
    """The car, locked: two people opening an order for it at once see each other."""
    if vehicle is None or vehicle.store_id != store.pk:
        raise Refused("请选择车辆。", field="vehicle")
    return take(vehicle)


def _customer_of(vehicle: Vehicle, customer: Customer | None) -> Customer:
    customer = customer or vehicle.owner
    if customer is None or customer.store_id != vehicle.store_id:
        raise Refused("请选择托修方（客户）。", field="customer")
    return customer


def _put(order: RepairOrder, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if name not in OrderFacts.__annotations__:
            raise TypeError(f"an order has no fact {name}")
        setattr(order, name, value.strip() if isinstance(value, str) else value)
    if order.kind not in OrderKind.values:
        raise Refused("请选择维修类型。", field="kind")


def _phone_of(customer: Customer) -> str:
    phones = sorted(customer.phones.all(), key=lambda phone: not phone.primary)
    return phones[0].number if phones else ""


def _person(actor: Actor) -> User:
    if actor.user is None:
        raise Refused("请选择服务顾问。", field="advisor")
    return actor.user


def _check_second_open(order: RepairOrder) -> None:
    others = RepairOrder.objects.filter(
        store=order.store, vehicle=order.vehicle, kind=order.kind, state__in=OPEN_STATES
    )
    other = others.first()
    if other is not None and not order.second_open_reason:
        raise Refused(
            f"该车已有未交车的“{order.get_kind_display()}”工单（{other}）。确需再开一张，请写明原因。",
            field="second_open_reason",
        )


def _take_mileage(order: RepairOrder, mileage_in: int | None, check_in: CheckIn | None, actor: Actor) -> None:
    """Record the reading unless the check-in has done so; a reading that goes back is refused by the car."""
    if mileage_in is None:
        if check_in is None:
            raise Refused("请填写进厂里程。", field="mileage_in")
        return
    order.mileage_in = mileage_in
    if check_in is None or check_in.mileage != mileage_in:
        try:
            record_mileage(
                order.vehicle,
                kilometers=mileage_in,
                read_on=timezone.localdate(),
                source="开工单",
                actor=actor,
            )
        except Refused as refusal:
            raise Refused(refusal.message, field="mileage_in") from refusal


def _check_contract(order: RepairOrder, lines: OrderLines, signed_by: str, promised_at: datetime) -> None:
    """What the law wants on the contract must be there before anybody signs it."""
    if not lines:
        raise Refused("工单还没有维修项目或配件，不能签字。")
    _needed(signed_by, "请填写签字人姓名。", "signed_by")
    _check_future(promised_at)
    if not order.deliverer_phone:
        raise Refused("请先填写送修人电话，委托书上必须有联系方式。")
    if not (order.vehicle.plate or order.vehicle.vin):
        raise Refused("车辆既无车牌也无车架号，请先补全车辆档案。")
    if not order.insurer_name and any(line.payer == RepairOrder.Payer.INSURER for line in lines):
        raise Refused("有由保险支付的项目，请先填写保险公司。")


def _check_untouched(order: RepairOrder) -> None:
    if order.parts.filter(issued__gt=0).exists():
        raise Refused("已有配件领出，须先退料才能作废。")
    if ClockEntry.objects.filter(job__order=order).exists():
        raise Refused("已有技师打卡施工，不能作废。")
    if order.statements.exclude(state="reversed").filter(reverses__isnull=True).exists():
        raise Refused("已出结算单，须先冲销才能作废。")
    if Payment.objects.filter(statement__order=order, corrections__isnull=True, amount__gt=0).exists():
        raise Refused("已有收款未退，不能作废。")


def _check_future(promised_at: datetime) -> None:
    if promised_at <= timezone.now():
        raise Refused("承诺时间须晚于现在。", field="promised_at")


def _needed(text: str, message: str, field: str) -> str:
    if not text.strip():
        raise Refused(message, field=field)
    return text.strip()


def _label(name: str) -> str:
    return str(RepairOrder._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _shown(order: RepairOrder, name: str) -> str:
    value = getattr(order, f"get_{name}_display", lambda: getattr(order, name))()
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def _local(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%m-%d %H:%M}" if moment else "未定"
