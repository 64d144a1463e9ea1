"""The papers of the workshop: job card (派工单), inspection sheet (检验单), completion certificate (竣工出厂合格证)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fours.kernel.actor import Actor
from fours.kernel.printing import Print, declare_print
from fours.kernel.prints.views import Signature
from fours.org.letterhead import letterhead
from fours.org.models import Assignment
from fours.service.checklists import final_check
from fours.service.guarantee import RepairKind, needs_certificate
from fours.service.models import Inspection, LaborLine, PartLine, RepairOrder
from fours.service.models.catalogue import WorkKind
from fours.service.prints import shapes, views
from fours.service.totals import agreed_lines

from .common import UNSIGNED, customer_facts, day, guarantee_terms, moment, quantity, sheet, vehicle_facts

BODY_STEPS = ("拆检", "钣金", "底漆", "中涂", "烤漆", "抛光", "组装")
BODY_WORK = frozenset({WorkKind.BODY, WorkKind.PAINT})
# How an inspection's results are called on paper: what failed was put right before the car left.
RESULT_WORDS = {"ok": "正常", "watch": "关注", "replace": "更换", "fail": "更换"}
LEVELS = (
    (Inspection.Level.SELF, "自检"),
    (Inspection.Level.TEAM, "班组检"),
    (Inspection.Level.FINAL, "终检"),
)
STATEMENT = (
    "该车按维修合同竣工，经检验合格，准予出厂。在质量保证期和质量保证里程内，因维修质量造成的故障或损坏，"
    "本厂无偿返修；以期限和里程先到为准。"
)


def job_card_view(order: RepairOrder, actor: Actor) -> views.JobCardView:
    """What the technicians need of the order; no prices."""
    jobs = _jobs(order)
    signed = {level: _last(order, level) for level, _ in LEVELS}
    return {
        "letterhead": letterhead(order.store),
        "paper": sheet(order, actor),
        "order_number": order.number,
        "vehicle": vehicle_facts(order.vehicle, order.mileage_in),
        "key_tag": order.key_tag,
        "parking_place": order.parking_place,
        "advisor": order.advisor.name,
        "order_kind": order.get_kind_display(),
        "arrived_at": moment(order.arrived_at),
        "promised_at": moment(order.promised_at),
        "team": "、".join(_teams(order, jobs)),
        "concerns": [line.strip() for line in order.concern.splitlines() if line.strip()],
        "jobs": [_card_job(job) for job in jobs],
        "body_steps": _body_steps(jobs),
        "cause": _joined(job.cause for job in jobs),
        "finding": order.diagnosis,
        "work_done": _joined(job.work_done for job in jobs),
        "parts": [_card_part(line) for line in agreed_lines(order).parts],
        "special_notes": "" if order.road_test_allowed else "客户不同意路试",
        "self_check": _signature(signed[Inspection.Level.SELF]),
        "team_check": _signature(signed[Inspection.Level.TEAM]),
        "final_check": _signature(signed[Inspection.Level.FINAL]),
    }


def inspection_view(order: RepairOrder, actor: Actor) -> views.InspectionView:
    """The last final check's items (open boxes before it), and the three signatures."""
    jobs = _jobs(order)
    final = _last(order, Inspection.Level.FINAL)
    advice = order.inspections.exclude(advice="").order_by("pk").values_list("advice", flat=True)
    return {
        "letterhead": letterhead(order.store),
        "paper": sheet(order, actor),
        "order_number": order.number,
        "vehicle": vehicle_facts(order.vehicle, order.mileage_in),
        "order_kind": order.get_kind_display(),
        "technicians": "、".join(_technicians(jobs)),
        "jobs": [job.name for job in jobs],
        "items": [_item(item) for item in final.items] if final else _open_items(order),
        "checks": [_check(order, level, label) for level, label in LEVELS],
        "advice": _joined(advice),
    }


def certificate_view(order: RepairOrder, actor: Actor) -> views.CompletionCertificateView:
    """What the law asks of the certificate (rules §2), for the jobs that need one."""
    jobs = _jobs(order)
    certified = [job for job in jobs if needs_certificate(RepairKind(job.repair_class))]
    kinds = dict.fromkeys(RepairKind(job.repair_class).label for job in certified)
    return {
        "letterhead": letterhead(order.store),
        "paper": sheet(order, actor),
        "order_number": order.number,
        "contract_number": order.number,
        "customer": customer_facts(order),
        "vehicle": vehicle_facts(order.vehicle, order.mileage_in),
        "mileage_out": "" if order.mileage_out is None else str(order.mileage_out),
        "repair_kind": "、".join(kinds) or RepairKind(order.repair_class).label,
        "completed_on": day(order.completed_date),
        "delivered_on": day(order.delivered_date),
        "guarantees": guarantee_terms(certified or jobs),
        "statement": STATEMENT,
        "inspector_signature": _signature(_last(order, Inspection.Level.FINAL)),
    }


def _jobs(order: RepairOrder) -> list[LaborLine]:
    rows = order.jobs.select_related("order", "additional_work").order_by("position", "pk")
    found = rows.prefetch_related("assignments__technician", "clock_entries")
    return [job for job in found if job.is_authorised or order.authorised_at is None]


def _technicians(jobs: Iterable[LaborLine]) -> list[str]:
    return list(dict.fromkeys(one.technician.name for job in jobs for one in job.assignments.all()))


def _teams(order: RepairOrder, jobs: Iterable[LaborLine]) -> list[str]:
    people = {one.technician_id for job in jobs for one in job.assignments.all()}
    rows = Assignment.objects.filter(store=order.store, user__in=people, ends_on=None).exclude(team="")
    return list(rows.order_by("team").values_list("team", flat=True).distinct())


def _card_job(job: LaborLine) -> shapes.CardJob:
    entries = sorted(job.clock_entries.all(), key=lambda one: one.started_at)
    done = job.state in (LaborLine.State.SELF_CHECKED, LaborLine.State.TEAM_CHECKED)
    return {
        "code": job.code,
        "name": job.name,
        "hours": f"{job.hours:.2f}",
        "technician": "、".join(_technicians([job])),
        "bay": job.bay,
        "started_at": moment(entries[0].started_at) if entries else "",
        "ended_at": moment(entries[-1].ended_at) if entries and done else "",
        "instruction": "",
    }


def _body_steps(jobs: Iterable[LaborLine]) -> list[shapes.WorkStep]:
    """One line for each step of body and paint work, to be filled in by hand."""
    if not any(job.work_kind in BODY_WORK for job in jobs):
        return []
    return [
        {"name": name, "technician": "", "bay": "", "started_at": "", "ended_at": ""} for name in BODY_STEPS
    ]


def _card_part(line: PartLine) -> shapes.CardPart:
    return {
        "number": line.number,
        "name": line.name,
        "quantity": quantity(line.quantity),
        "unit": line.unit,
        "received": line.issued >= line.quantity,
    }


def _last(order: RepairOrder, level: str) -> Inspection | None:
    rows = order.inspections.filter(level=level).select_related("inspector")
    return rows.order_by("-pk").first()


def _signature(check: Inspection | None) -> Signature:
    """Who checked, and when; a check that failed signs nothing."""
    if check is None or not check.passed:
        return UNSIGNED
    return {"name": check.inspector.name, "at": moment(check.at), "image": ""}


def _check(order: RepairOrder, level: str, label: str) -> shapes.InspectionCheck:
    last = _last(order, level)
    failed = order.inspections.filter(level=level, passed=False).order_by("pk")
    return {
        "level": label,
        "passed": last is not None and last.passed,
        "failed": last is not None and not last.passed,
        "reason": _joined(failed.values_list("reason", flat=True)),
        "signature": _signature(last),
    }


def _item(item: dict[str, str]) -> shapes.InspectionItem:
    return {
        "group": item.get("group", ""),
        "name": item["name"],
        "result": RESULT_WORDS.get(item.get("result", ""), ""),
        "value": item.get("value", ""),
        "limit": item.get("limit", ""),
    }


def _open_items(order: RepairOrder) -> list[shapes.InspectionItem]:
    return [
        {"group": check.group, "name": check.name, "result": "", "value": "", "limit": check.limit}
        for check in final_check(order)
    ]


def _joined(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(text for text in texts if text))


def _declare(form: str, label: str, view: Callable[[RepairOrder, Actor], Mapping[str, Any]]) -> None:
    declare_print(
        Print(
            form=f"service.{form}",
            label=label,
            model=RepairOrder,
            template=f"service/{form}.typ",
            permission="service.view",
            view=view,
        )
    )


_declare("job_card", "派工单", job_card_view)
_declare("inspection", "检验单", inspection_view)
_declare("completion_certificate", "竣工出厂合格证", certificate_view)
