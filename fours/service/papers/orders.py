"""The papers of the order: contract (维修任务委托书), estimate (估价单), additional work (增项确认单)."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.timezone import localdate

from fours.base.money import capital_amount
from fours.base.typeset import picture
from fours.kernel.actor import Actor
from fours.kernel.attachments import attachments_of, read_bytes
from fours.kernel.events import kind_of
from fours.kernel.models import Event
from fours.kernel.printing import Print, declare_print
from fours.kernel.prints.views import Photo, Signature
from fours.kernel.store_settings import settings_of
from fours.org.letterhead import letterhead
from fours.parts.stock import availability
from fours.service.guarantee import RepairKind
from fours.service.models import AdditionalWork, Estimate, RepairOrder
from fours.service.prints import shapes, views
from fours.service.totals import OrderLines, agreed, all_lines, by_payer, totals_of
from fours.service.verbs.additional import open_recommendations

from .common import (
    OLD_PARTS_NAMES,
    PAYER_NAMES,
    UNSIGNED,
    customer_facts,
    day,
    fee_line,
    guarantee_terms,
    job_line,
    moment,
    money,
    part_line,
    quantity,
    recommendations,
    sheet,
    signed,
    totals_view,
    vehicle_facts,
)

WORDS = ("service.delivery_place", "service.excess_rule", "service.privacy_notice", "service.terms")
MOST_PHOTOS = 4


def repair_order_view(order: RepairOrder, actor: Actor) -> views.RepairOrderView:
    """What the customer signs; frozen with the order, so later changes of store, prices or terms do not reach it."""
    lines = all_lines(order).of_work(None)
    words = settings_of(order.store, WORDS)
    advisor: Signature = {"name": order.advisor.name, "at": moment(order.authorised_at), "image": ""}
    return {
        "letterhead": letterhead(order.store),
        "paper": sheet(order, actor),
        "workshop_copy": False,
        "internal_note": "",
        "customer": customer_facts(order),
        "vehicle": vehicle_facts(order.vehicle, order.mileage_in),
        "energy_level": "" if order.fuel_level is None else f"{order.fuel_level}%",
        "order_kind": order.get_kind_display(),
        "repair_kind": RepairKind(order.repair_class).label,
        "arrived_at": moment(order.arrived_at),
        "promised_at": moment(order.promised_at),
        "delivery_place": words["service.delivery_place"],
        "advisor": order.advisor.name,
        "advisor_phone": order.advisor.phone,
        "concerns": _paragraphs(order.concern),
        "jobs": [job_line(line) for line in lines.jobs],
        "parts": [part_line(line) for line in lines.parts],
        "fees": [fee_line(line) for line in lines.fees],
        "totals": totals_view(lines, totals_of(lines)),
        "by_payer": _by_payer(lines),
        "excess_rule": words["service.excess_rule"],
        "old_parts": OLD_PARTS_NAMES[order.old_parts],
        "wash": order.wash_wanted,
        "road_test": order.road_test_allowed,
        "payment_kind": order.get_payment_wish_display(),
        "belongings": list(order.check_in.items) if order.check_in else [],
        "guarantees": guarantee_terms(lines.jobs),
        "recommendations": recommendations(open_recommendations(order.vehicle)),
        "privacy_notice": words["service.privacy_notice"],
        "terms": _paragraphs(words["service.terms"]),
        "customer_signature": signed(order.authorised_by, order.authorised_at, order.signature),
        "advisor_signature": advisor,
    }


def estimate_view(estimate: Estimate, actor: Actor) -> views.EstimateView:
    """The offer before signing, with what is not in stock."""
    order = estimate.order
    lines = all_lines(order).of_work(None)
    return {
        "letterhead": letterhead(order.store),
        "paper": sheet(estimate, actor),
        "customer": customer_facts(order),
        "vehicle": vehicle_facts(order.vehicle, order.mileage_in),
        "advisor": order.advisor.name,
        "made_at": moment(estimate.created_at),
        "valid_until": _valid_until(estimate),
        "promised_at": moment(estimate.promised_at),
        "diagnosis_only": False,
        "concerns": _paragraphs(order.concern),
        "jobs": [job_line(line) for line in lines.jobs],
        "parts": [part_line(line) for line in lines.parts],
        "part_dates": _missing_parts(order, lines),
        "fees": [fee_line(line) for line in lines.fees],
        "totals": totals_view(lines, totals_of(lines)),
        "by_payer": _by_payer(lines),
        "old_parts": OLD_PARTS_NAMES[order.old_parts],
        "wash": order.wash_wanted,
        "payment_kind": order.get_payment_wish_display(),
        "contact_by": order.contact_way,
        "remarks": "",
        "customer_signature": UNSIGNED,
        "advisor_signature": {"name": order.advisor.name, "at": moment(estimate.created_at), "image": ""},
    }


def additional_work_view(work: AdditionalWork, actor: Actor) -> views.AdditionalWorkView:
    """What was found, offered and answered; sums of the order before and after it."""
    order = work.order
    everything = all_lines(order)
    own = everything.of_work(work)
    accepted = work.state == AdditionalWork.State.ACCEPTED
    after = totals_of(agreed(everything)).total
    added = totals_of(own).total if accepted else Decimal("0.00")
    return {
        "letterhead": letterhead(order.store),
        "paper": sheet(work, actor),
        "order_number": order.number,
        "customer": customer_facts(order),
        "vehicle": vehicle_facts(order.vehicle, order.mileage_in),
        "advisor": order.advisor.name,
        "found_by": work.found_by.name,
        "offered_at": moment(_offered_at(work)),
        "items": [_item(work, own, actor)],
        "total_before": money(after - added),
        "accepted_total": money(added),
        "total_after": money(after),
        "capitals": capital_amount(after),
        "promised_before": moment(order.promised_at),
        "promised_after": moment(work.new_promised_at if accepted else order.promised_at),
        "answered_by": work.answered_by,
        "channel": work.answered_via,
        "answered_at": moment(work.answered_at),
        "customer_signature": _signature_of(work, actor),
        "advisor_signature": {"name": order.advisor.name, "at": "", "image": ""},
    }


def _item(work: AdditionalWork, lines: OrderLines, actor: Actor) -> shapes.AdditionalWorkItem:
    return {
        "finding": work.finding,
        "work": "、".join(job.name for job in lines.jobs),
        "parts": [part_line(line) for line in lines.parts],
        "jobs": [job_line(line) for line in lines.jobs],
        "amount": money(totals_of(lines).total),
        "safety": work.safety_related,
        "accepted": work.state == AdditionalWork.State.ACCEPTED,
        "answered": work.answered_at is not None,
        "refusal_reason": work.refusal_reason,
        "consequence": work.refusal_consequence,
        "photos": _photos(work, actor),
    }


def _offered_at(work: AdditionalWork) -> datetime | None:
    offers = Event.objects.filter(
        store=work.store,
        aggregate_kind=kind_of(work.order),
        aggregate_id=work.order_id,
        kind="service.additional_offered",
        data__additional_work=work.pk,
    )
    return offers.order_by("-id").values_list("at", flat=True).first()


def _photos(work: AdditionalWork, actor: Actor) -> list[Photo]:
    images = [one for one in attachments_of(work, actor) if one.is_image and one.purpose == "finding"]
    return [{"image": picture(read_bytes(image)), "caption": image.name} for image in images[:MOST_PHOTOS]]


def _signature_of(work: AdditionalWork, actor: Actor) -> Signature:
    drawn = [one for one in attachments_of(work, actor) if one.purpose == "signature"]
    return signed(work.answered_by, work.answered_at, drawn[-1]) if drawn else UNSIGNED


def _by_payer(lines: OrderLines) -> list[shapes.PayerTotal]:
    return [
        {"payer": PAYER_NAMES[payer], "amount": money(totals.total)}
        for payer, totals in by_payer(lines).items()
    ]


def _missing_parts(order: RepairOrder, lines: OrderLines) -> list[str]:
    """One sentence for each part the store has too few of."""
    wanted = [line for line in lines.parts if line.part_id is not None]
    stock = availability(order.store, [line.part_id for line in wanted if line.part_id is not None])
    sentences = []
    for line in wanted:
        free = stock[line.part_id].free if line.part_id is not None else line.quantity
        if free < line.quantity:
            sentences.append(
                f"{line.name}：缺 {quantity(line.quantity - free)} {line.unit}，须订货，到货时间另行告知"
            )
    return sentences


def _valid_until(estimate: Estimate) -> str:
    days = settings_of(estimate.store, ["service.estimate_days"])["service.estimate_days"]
    return day(localdate(estimate.created_at) + timedelta(days=int(days)))


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


declare_print(
    Print(
        form="service.repair_order",
        label="维修任务委托书",
        model=RepairOrder,
        template="service/repair_order.typ",
        permission="service.view_money",
        view=repair_order_view,
    )
)
declare_print(
    Print(
        form="service.estimate",
        label="估价单",
        model=Estimate,
        template="service/estimate.typ",
        permission="service.view_money",
        view=estimate_view,
    )
)
declare_print(
    Print(
        form="service.additional_work",
        label="增项确认单",
        model=AdditionalWork,
        template="service/additional_work.typ",
        permission="service.view_money",
        view=additional_work_view,
    )
)
