"""One visit as the people of the store do it, step by step through the verbs; each yield is the time of the next step."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.models import User
from fours.parts.stock import availability
from fours.service.checklists import WASH_ITEMS
from fours.service.models import Appointment, CheckIn, LaborLine, RepairOrder, Statement
from fours.service.verbs.additional import (
    accept_additional_work,
    offer_additional_work,
    refuse_additional_work,
    report_finding,
)
from fours.service.verbs.appointment import book_appointment, mark_no_show
from fours.service.verbs.check_in import save_check_in, sign_check_in, start_check_in
from fours.service.verbs.delivery import (
    check_handover,
    deliver_order,
    delivery_checklist,
    give_gate_pass,
    handover_checklist,
)
from fours.service.verbs.inspection import check_job, final_check
from fours.service.verbs.lines import add_labor, add_package, add_part
from fours.service.verbs.order import authorise_order, open_order
from fours.service.verbs.parts import Give, issue_to_order
from fours.service.verbs.payment import Part as Money
from fours.service.verbs.payment import receive_payments
from fours.service.verbs.settlement import issue_statements, put_on_account
from fours.service.verbs.wash import finish_wash, start_wash
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job
from fours.vehicles.models import Vehicle

from .cars import Car
from .catalogue import package_due, parts_for
from .founding import Catalogue
from .staff import Staff
from .voices import Concern, concerns_for, load_recommendations

SELF_CHECK = (
    {"name": "作业内容完成", "result": "ok"},
    {"name": "紧固件、油液复查", "result": "ok"},
    {"name": "现场清洁,无遗留物", "result": "ok"},
)
TEAM_CHECK = ({"name": "项目与工单一致", "result": "ok"}, {"name": "故障排除", "result": "ok"})
FINAL_CHECK = (
    {"name": "灯光、仪表", "result": "ok"}, {"name": "制动、转向", "result": "ok"},
    {"name": "底盘无渗漏", "result": "ok"}, {"name": "路试", "result": "ok"}, {"name": "车内外清洁", "result": "watch"},
)  # fmt: skip
PAPERS = ("行驶证", "保养手册", "车钥匙")
LATEST_START = 16
Times = Iterator[datetime]


@dataclass
class Hands:
    """When each technician is next free, so that nobody works on two cars at once."""

    technicians: Sequence[Actor]
    free_at: dict[int, datetime] = field(default_factory=dict)

    def next_free(self, moment: datetime) -> tuple[Actor, datetime]:
        """The technician who can begin first, and when."""

        def free(actor: Actor) -> datetime:
            return max(moment, self.free_at.get(_user(actor).pk, moment))

        best = min(self.technicians, key=free)
        return best, free(best)

    def keep_busy(self, actor: Actor, until: datetime) -> None:
        self.free_at[_user(actor).pk] = until


@dataclass
class Shop:
    """All a visit needs to know of the store it happens in."""

    staff: Staff
    catalogue: Catalogue
    hands: Hands
    rng: random.Random
    signature: str

    def minutes(self, low: int, high: int) -> timedelta:
        return timedelta(minutes=self.rng.randint(low, high))


@dataclass(frozen=True)
class Guest:
    """A car and the person who brings it."""

    vehicle_id: int
    car: Car
    name: str
    phone: str


def visit(shop: Shop, guest: Guest, arrives: datetime, *, booked: bool) -> Times:
    """From the booking, if there was one, to the delivery; stops quietly where a real store would (no stock at all)."""
    concern = shop.rng.choices(
        concerns := concerns_for(guest.car.model.series), [c.weight for c in concerns]
    )[0]
    advisor = shop.rng.choice(shop.staff.actors["advisor"])
    appointment = None
    if booked:
        yield arrives - timedelta(days=2, minutes=shop.rng.randint(0, 300))
        appointment = _book(shop, guest, concern, advisor, arrives)
        if shop.rng.random() < 0.06:
            yield arrives + timedelta(hours=2)
            if appointment is not None:
                mark_no_show(Appointment.objects.get(pk=appointment.pk), actor=advisor)
            return
    yield arrives
    check_in = _check_in(shop, guest, concern, advisor, appointment)
    yield arrives + shop.minutes(8, 15)
    order = _order(shop, guest, concern, advisor, check_in)
    yield from _workshop(shop, order, advisor, guest)
    yield from _leave(shop, order, advisor, guest)


def _book(
    shop: Shop, guest: Guest, concern: Concern, advisor: Actor, arrives: datetime
) -> Appointment | None:
    half_hour = arrives.replace(minute=30 if arrives.minute >= 30 else 0, second=0, microsecond=0)
    try:
        return book_appointment(
            shop.staff.store,
            vehicle=Vehicle.objects.get(pk=guest.vehicle_id),
            contact_name=guest.name,
            contact_phone=guest.phone,
            at=half_hour,
            hours=Decimal(shop.rng.choice(["0.8", "1.2", "2.0"])),
            advisor=_user(advisor),
            concern=shop.rng.choice(concern.words),
            source=shop.rng.choice(["phone", "phone", "counter", "invited"]),
            confirmed=frozenset({"overbook"}),
            actor=shop.staff.one("receptionist"),
        )
    except Refused:
        return None


def _check_in(
    shop: Shop, guest: Guest, concern: Concern, advisor: Actor, appointment: Appointment | None
) -> CheckIn:
    vehicle = Vehicle.objects.get(pk=guest.vehicle_id)
    rng = shop.rng
    check_in = start_check_in(
        shop.staff.store,
        vehicle=vehicle,
        advisor=_user(advisor),
        deliverer_name=guest.name,
        deliverer_phone=guest.phone,
        appointment=appointment,
        actor=advisor,
    )
    mileage = max(vehicle.mileage or 0, guest.car.odometer_on(timezone.localdate())) + rng.randint(1, 40)
    marks = [
        {
            "x": rng.randint(100, 900),
            "y": rng.randint(60, 440),
            "kind": rng.choice(["scratch", "dent", "chip"]),
        }
        for _ in range(rng.choice([0, 0, 1, 2]))
    ]
    check_in = save_check_in(
        check_in,
        changes={
            "mileage": mileage,
            "fuel_level": rng.choice([20, 30, 40, 50, 60, 75, 90]),
            "lamps": ["发动机故障灯"] if concern.safety else [],
            "items": ["备胎", "随车工具", "三角警示牌"],
            "papers": list(PAPERS[: rng.randint(1, 3)]) or ["车钥匙"],
            "valuables_reminded": True,
            "protective_set": True,
            "damage_marks": marks,
            "concern": rng.choice(concern.words),
            "findings": concern.diagnosis,
            "key_tag": f"{rng.randint(1, 60):02d}",
            "parking_place": f"待修区{rng.randint(1, 30)}",
        },
        actor=advisor,
    )
    return sign_check_in(check_in, signature=shop.signature, signed_by=guest.name, actor=advisor)


def _order(shop: Shop, guest: Guest, concern: Concern, advisor: Actor, check_in: CheckIn) -> RepairOrder:
    maintenance = concern.kind == "maintenance"
    insured = not maintenance and shop.rng.random() < 0.08
    kind = "periodic_service" if maintenance else "accident" if insured else "general_repair"
    order = open_order(
        shop.staff.store,
        check_in=check_in,
        actor=advisor,
        kind=kind,
        insurer_name="演示财产保险苏州分公司" if insured else "",
        claim_number=f"YB{shop.rng.randint(10**9, 10**10 - 1)}" if insured else "",
        payment_wish=shop.rng.choice(["mobile", "mobile", "card", "cash"]),
        old_parts=shop.rng.choice(["dispose", "take_back"]),
        wash_wanted=shop.rng.random() < 0.8,
        second_open_reason="上次维修尚未取车",
    )
    payer = (
        "insurer"
        if insured
        else "warranty"
        if concern.under_warranty and shop.rng.random() < 0.4
        else "customer"
    )
    if maintenance:
        menu = package_due(guest.car.model.series, check_in.mileage or 0)
        add_package(order, package=shop.catalogue.packages[menu.code], actor=advisor)
    for code in concern.operations:
        add_labor(order, operation=shop.catalogue.operations[code], payer=payer, actor=advisor)
    for fact, quantity in parts_for(concern.needs, guest.car.model.series):
        add_part(order, part=shop.catalogue.parts[fact.number], quantity=quantity, payer=payer, actor=advisor)
    if not order.jobs.exists():
        add_labor(order, name="故障检查诊断", hours=Decimal("0.5"), work_kind="mechanical", actor=advisor)
    hours = sum((job.hours for job in order.jobs.all()), Decimal(0))
    promised = timezone.now() + timedelta(hours=float(hours) + 1.5)
    order = RepairOrder.objects.get(pk=order.pk)
    return authorise_order(
        order, signature=shop.signature, signed_by=guest.name, promised_at=promised, actor=advisor
    )


def _workshop(shop: Shop, order: RepairOrder, advisor: Actor, guest: Guest) -> Times:
    staff, found = shop.staff, False
    yield timezone.now() + shop.minutes(5, 20)
    for job_id in list(order.jobs.values_list("pk", flat=True)):
        yield from _job(shop, job_id)
        if not found and shop.rng.random() < 0.14:
            found = True
            yield from _finding(shop, order, advisor, guest)
    yield timezone.now() + shop.minutes(3, 15)
    order = RepairOrder.objects.get(pk=order.pk)
    inspector = staff.one("inspector")
    if shop.rng.random() < 0.05:
        back = order.jobs.filter(state="team_checked").first()
        assert back is not None
        failed = ({"name": "路试", "result": "fail"},)
        final_check(
            order,
            passed=False,
            items=failed,
            reason="路试仍有轻微异响",
            failed_jobs=[back.pk],
            actor=inspector,
        )
        yield timezone.now() + shop.minutes(5, 10)
        yield from _job(shop, back.pk, again=True)
        order = RepairOrder.objects.get(pk=order.pk)
    final_check(order, passed=True, items=FINAL_CHECK, actor=inspector)
    yield timezone.now() + shop.minutes(2, 10)
    order = RepairOrder.objects.get(pk=order.pk)
    if order.state == RepairOrder.State.AUTHORISED:
        washer = staff.one("washer")
        start_wash(order.wash, actor=washer)
        yield timezone.now() + shop.minutes(12, 25)
        order.wash.refresh_from_db()
        finish_wash(
            order.wash, items=WASH_ITEMS, parking_place=f"竣工区{shop.rng.randint(1, 20)}", actor=washer
        )


def _job(shop: Shop, job_id: int, *, again: bool = False) -> Times:
    staff = shop.staff
    job = LaborLine.objects.select_related("order", "additional_work").get(pk=job_id)
    technician, start = shop.hands.next_free(timezone.now())
    length = timedelta(
        minutes=max(12, int(float(job.hours) * 60 * shop.rng.uniform(0.7, 1.15) * (0.4 if again else 1)))
    )
    shop.hands.keep_busy(technician, start + length + timedelta(minutes=5))
    dispatch_job(
        job,
        technicians=[_user(technician)],
        bay=shop.rng.choice(["J01", "J02", "J03", "J04", "K01"]),
        actor=staff.one("foreman"),
    )
    yield start + timedelta(minutes=1)
    _issue_parts(shop, job.order_id, technician)
    clock_on(job, actor=technician)
    yield start + timedelta(minutes=1) + length
    finish_job(job, items=SELF_CHECK, cause="按工单检查确认", work_done=f"完成{job.name}", actor=technician)
    yield timezone.now() + shop.minutes(2, 8)
    leader = next(a for a in staff.actors["team_leader"] if a is not technician)
    check_job(job, passed=True, items=TEAM_CHECK, actor=leader)


def _issue_parts(shop: Shop, order_id: int, technician: Actor) -> None:
    """Whatever is authorised, not yet issued and on the shelf."""
    order = RepairOrder.objects.get(pk=order_id)
    lines = [
        line
        for line in order.parts.select_related("additional_work", "order")
        if line.part_id and line.still_to_issue and line.is_authorised
    ]
    stock = availability(shop.staff.store, [line.part_id for line in lines if line.part_id])
    gives = []
    for line in lines:
        assert line.part_id is not None
        here = stock.get(line.part_id)
        if here is not None and here.on_hand >= line.still_to_issue:
            gives.append(Give(line.pk, line.still_to_issue))
    if gives:
        try:
            issue_to_order(
                order, lines=gives, receiver=_user(technician), actor=shop.staff.one("parts_keeper")
            )
        except Refused:
            return


def _finding(shop: Shop, order: RepairOrder, advisor: Actor, guest: Guest) -> Times:
    fitting = [r for r in load_recommendations() if guest.car.model.series in r.fits]
    if not fitting:
        return
    advice = shop.rng.choices(fitting, [r.weight for r in fitting])[0]
    technician, _ = shop.hands.next_free(timezone.now())
    order = RepairOrder.objects.get(pk=order.pk)
    work = report_finding(order, finding=advice.finding, safety_related=advice.safety, actor=technician)
    yield timezone.now() + shop.minutes(5, 15)
    for code in advice.operations:
        add_labor(order, operation=shop.catalogue.operations[code], additional_work=work, actor=advisor)
    for fact, quantity in parts_for(advice.needs, guest.car.model.series):
        add_part(
            order,
            part=shop.catalogue.parts[fact.number],
            quantity=quantity,
            additional_work=work,
            actor=advisor,
        )
    work.refresh_from_db()
    offer_additional_work(work, new_promised_at=timezone.now() + timedelta(hours=3), actor=advisor)
    yield timezone.now() + shop.minutes(5, 25)
    work.refresh_from_db()
    if shop.rng.random() < 0.6:
        accept_additional_work(work, answered_by=guest.name, via="电话", actor=advisor)
        for job_id in list(LaborLine.objects.filter(additional_work=work).values_list("pk", flat=True)):
            yield from _job(shop, job_id)
        return
    refuse_additional_work(
        work,
        answered_by=guest.name,
        via="电话" if not advice.safety else "到店",
        reason=shop.rng.choice(advice.refusals),
        consequence="部件可能继续磨损,影响行车安全",
        signature=shop.signature if advice.safety else "",
        actor=advisor,
    )


def _leave(shop: Shop, order: RepairOrder, advisor: Actor, guest: Guest) -> Times:
    staff = shop.staff
    yield timezone.now() + shop.minutes(3, 12)
    order = RepairOrder.objects.get(pk=order.pk)
    if order.state != RepairOrder.State.COMPLETED:
        return
    check_handover(order, items=handover_checklist(order), actor=advisor)
    order.refresh_from_db()
    try:
        statements = issue_statements(order, actor=advisor)
    except Refused:
        return  # a part on the bill never came: the car stays, as it would
    yield timezone.now() + shop.minutes(5, 30)
    for statement in statements:
        _settle(shop, statement)
    yield timezone.now() + shop.minutes(1, 6)
    order = RepairOrder.objects.get(pk=order.pk)
    give_gate_pass(order, actor=staff.one("cashier"))
    yield timezone.now() + shop.minutes(2, 10)
    order = RepairOrder.objects.get(pk=order.pk)
    afternoon = shop.rng.random() < 0.4
    deliver_order(
        order,
        mileage_out=order.mileage_in + shop.rng.randint(0, 6),
        items=delivery_checklist(order),
        call_from=time(15 if afternoon else 10),
        call_until=time(17 if afternoon else 12),
        actor=advisor,
    )


def _settle(shop: Shop, statement: Statement) -> None:
    cashier, rng = shop.staff.one("cashier"), shop.rng
    statement.refresh_from_db()
    if statement.state not in (Statement.State.ISSUED, Statement.State.PART_PAID):
        return
    if statement.payer != "customer":
        put_on_account(statement, reason="按月对账结算", actor=cashier)
        return
    if not statement.due:
        return
    reference = f"4200{rng.randint(10**12, 10**13 - 1)}"
    if statement.due > 800 and rng.random() < 0.2:
        cash = Decimal(200)
        parts = [Money("cash", cash), Money("wechat", statement.due - cash, reference)]
    else:
        kind = rng.choice(["wechat", "wechat", "alipay", "card"])
        parts = [Money(kind, statement.due, reference)]
    receive_payments(statement, parts=parts, actor=cashier)


def _user(actor: Actor) -> User:
    assert actor.user is not None
    return actor.user
