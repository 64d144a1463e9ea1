"""What happens to the car between signature and completion: work, parts, findings, the three inspections, wash."""

from datetime import timedelta

from django.utils import timezone

from fours.kernel.actor import Actor
from fours.parts.models import Bin, Part
from fours.parts.stock import availability
from fours.parts.verbs.receive import Arrival, receive_parts
from fours.service.checklists import WASH_ITEMS
from fours.service.models import AdditionalWork, LaborLine, PartLine, RepairOrder
from fours.service.verbs.additional import (
    accept_additional_work,
    offer_additional_work,
    refuse_additional_work,
    report_finding,
)
from fours.service.verbs.inspection import check_job, final_check
from fours.service.verbs.lines import add_labor, add_part
from fours.service.verbs.parts import Give, issue_to_order
from fours.service.verbs.wash import finish_wash, start_wash
from fours.service.verbs.workshop import clock_on, dispatch_job, finish_job

from .catalogue import parts_by_number, parts_for
from .shop import Shop, Times, Visiting, user_of
from .voices import Recommendation, load_recommendations

SELF_CHECK = (
    {"name": "作业内容完成", "result": "ok"},
    {"name": "紧固件、油液复查", "result": "ok"},
    {"name": "现场清洁，无遗留物", "result": "ok"},
)
TEAM_CHECK = ({"name": "项目与工单一致", "result": "ok"}, {"name": "故障排除", "result": "ok"})
FINAL_CHECK = (
    {"name": "灯光、仪表", "result": "ok"}, {"name": "制动、转向", "result": "ok"},
    {"name": "底盘无渗漏", "result": "ok"}, {"name": "路试", "result": "ok"}, {"name": "车内外清洁", "result": "watch"},
)  # fmt: skip
SUPPLIER = "苏州四方汽车配件有限公司"


def work(shop: Shop, visiting: Visiting, order: RepairOrder) -> Times:
    """Every job by one technician, what he finds on the way, the final check (which sometimes fails), the wash."""
    found = False
    yield timezone.now() + shop.minutes(5, 20)
    for job_id in list(order.jobs.values_list("pk", flat=True)):
        yield from _job(shop, visiting, job_id)
        if not found and (visiting.halts_at == "waiting_customer" or shop.rng.random() < 0.14):
            found = True
            yield from _finding(shop, visiting, order)
    yield timezone.now() + shop.minutes(3, 15)
    if shop.rng.random() < 0.05:
        yield from _fail_final_check(shop, visiting, order)
    order = RepairOrder.objects.get(pk=order.pk)
    final_check(order, passed=True, items=FINAL_CHECK, actor=shop.staff.one("inspector"))
    yield timezone.now() + shop.minutes(2, 10)
    order = RepairOrder.objects.get(pk=order.pk)
    if order.state == RepairOrder.State.AUTHORISED:
        yield from _wash(shop, order)


def _fail_final_check(shop: Shop, visiting: Visiting, order: RepairOrder) -> Times:
    order = RepairOrder.objects.get(pk=order.pk)
    back = order.jobs.filter(state="team_checked").first()
    assert back is not None
    final_check(
        order,
        passed=False,
        items=({"name": "路试", "result": "fail"},),
        reason="路试仍有轻微异响",
        failed_jobs=[back.pk],
        actor=shop.staff.one("inspector"),
    )
    yield timezone.now() + shop.minutes(5, 10)
    yield from _job(shop, visiting, back.pk, again=True)


def _wash(shop: Shop, order: RepairOrder) -> Times:
    washer = shop.staff.one("washer")
    start_wash(order.wash, actor=washer)
    yield timezone.now() + shop.minutes(12, 25)
    order.wash.refresh_from_db()
    place = f"竣工区{shop.rng.randint(1, 20)}"
    finish_wash(order.wash, items=WASH_ITEMS, parking_place=place, actor=washer)


def _job(shop: Shop, visiting: Visiting, job_id: int, *, again: bool = False) -> Times:
    staff, now = shop.staff, timezone.now()
    job = LaborLine.objects.select_related("order", "additional_work").get(pk=job_id)
    technician = visiting.technician = visiting.technician or shop.hands.next_free(now)
    start = shop.hands.free(technician, now)
    hours = float(job.hours) * shop.rng.uniform(0.7, 1.15) * (0.4 if again else 1)
    length = timedelta(minutes=max(12, int(hours * 60)))
    shop.hands.keep_busy(technician, start + length + timedelta(minutes=5))
    dispatch_job(
        job,
        technicians=[user_of(technician)],
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
    """Whatever is authorised and not yet issued; what is short is fetched from the depot first."""
    order = RepairOrder.objects.get(pk=order_id)
    lines = [
        line
        for line in order.parts.select_related("additional_work", "order", "part")
        if line.part_id and line.still_to_issue and line.is_authorised
    ]
    if not lines:
        return
    _fetch(shop, lines)
    gives = [Give(line.pk, line.still_to_issue) for line in lines]
    issue_to_order(order, lines=gives, receiver=user_of(technician), actor=shop.staff.one("parts_keeper"))


def _fetch(shop: Shop, lines: list[PartLine]) -> None:
    store = shop.staff.store
    stock = availability(store, [line.part_id for line in lines if line.part_id])
    arrivals = []
    for line in lines:
        assert line.part is not None
        here = stock.get(line.part.pk)
        if here is None or here.on_hand < line.still_to_issue:
            fact = parts_by_number()[line.part.number]
            arrivals.append(Arrival(line.part, line.still_to_issue, fact.cost, _usual_bin(shop, line.part)))
    if arrivals:
        manager = shop.staff.one("parts_manager")
        receive_parts(store, lines=arrivals, supplier=SUPPLIER, note="紧急订货", actor=manager)


def _usual_bin(shop: Shop, part: Part) -> Bin:
    return Bin.objects.get(store=shop.staff.store, code=parts_by_number()[part.number].bin_code)


def _finding(shop: Shop, visiting: Visiting, order: RepairOrder) -> Times:
    guest, technician = visiting.guest, visiting.technician
    fitting = [r for r in load_recommendations() if guest.car.model.series in r.fits]
    if not fitting or technician is None:
        return
    advice = shop.rng.choices(fitting, [r.weight for r in fitting])[0]
    order = RepairOrder.objects.get(pk=order.pk)
    work = report_finding(order, finding=advice.finding, safety_related=advice.safety, actor=technician)
    yield timezone.now() + shop.minutes(5, 15)
    _offer(shop, visiting, order, work, advice)
    yield timezone.now() + shop.minutes(5, 25)
    work.refresh_from_db()
    if shop.rng.random() < 0.6:
        accept_additional_work(work, answered_by=guest.name, via="电话", actor=visiting.advisor)
        for job_id in list(LaborLine.objects.filter(additional_work=work).values_list("pk", flat=True)):
            yield from _job(shop, visiting, job_id)
        return
    refuse_additional_work(
        work,
        answered_by=guest.name,
        via="电话" if not advice.safety else "到店",
        reason=shop.rng.choice(advice.refusals),
        consequence="部件可能继续磨损，影响行车安全",
        signature=shop.signature if advice.safety else "",
        actor=visiting.advisor,
    )


def _offer(
    shop: Shop, visiting: Visiting, order: RepairOrder, work: AdditionalWork, advice: Recommendation
) -> None:
    advisor = visiting.advisor
    for code in advice.operations:
        add_labor(order, operation=shop.catalogue.operations[code], additional_work=work, actor=advisor)
    for fact, quantity in parts_for(advice.needs, visiting.guest.car.model.series):
        part = shop.catalogue.parts[fact.number]
        add_part(order, part=part, quantity=quantity, additional_work=work, actor=advisor)
    work.refresh_from_db()
    offer_additional_work(work, new_promised_at=timezone.now() + timedelta(hours=3), actor=advisor)
