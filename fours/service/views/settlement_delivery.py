"""The car leaves: internal hand-over check and the guided delivery at the car."""

from django.http import HttpResponse
from django.urls import reverse

from fours.kernel.business_date import today
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen

from ..billing import live_statements
from ..forms.settlement import ChecklistForm, DeliveryForm
from ..models import PartLine, RepairOrder
from ..next_service import NextService, next_service
from ..totals import OrderLines, agreed
from ..verbs.delivery import (
    check_handover,
    deliver_order,
    delivery_checklist,
    handover_checklist,
    valid_pass,
)
from .settlement import TONES, posted

RELATED = ("vehicle", "customer", "store", "check_in", "advisor")


def work_done(order: RepairOrder) -> OrderLines:
    """The jobs and parts the customer agreed to, as one explains them at the car."""
    jobs = list(order.jobs.select_related("additional_work"))
    return agreed(OrderLines(jobs, list(order.parts.select_related("additional_work")), []))


@screen("service.handover")
def handover(request: ActorRequest, pk: int) -> HttpResponse:
    """The finished car against its order, before the customer is called."""
    order = find(RepairOrder, pk, request.actor, *RELATED)
    ticked = [item["name"] for item in order.handover_items]
    initial = {"version": order.version, "items": ticked}
    form = ChecklistForm(posted(request), checklist=handover_checklist(order), initial=initial)
    if request.method == "POST":
        checked = attempt(
            form,
            lambda: check_handover(
                order, items=form.cleaned_data["items"], actor=request.actor, version=form.seen
            ),
        )
        if checked is not None:
            return done(request, "内部交车检查完成，请通知客户取车", reverse("order", args=[pk]))
    lines = work_done(order)
    context: dict[str, object] = {"order": order, "form": form, "lines": lines}
    return page(request, "service/settlement/handover.html", context, form)


@screen("service.deliver")
def delivery(request: ActorRequest, pk: int) -> HttpResponse:
    """The guided list at the car: what is shown, explained, given back and agreed with the customer."""
    order = find(RepairOrder, pk, request.actor, *RELATED)
    proposal = next_service(order.store, order.vehicle, mileage=order.mileage_in, on=today())
    form = DeliveryForm(
        posted(request), checklist=delivery_checklist(order), initial=_proposed(order, proposal)
    )
    if request.method == "POST":
        delivered = attempt(form, lambda: _deliver(request, order, form))
        if delivered is not None:
            return done(request, f"{order.vehicle} 已交车", reverse("order", args=[pk]))
    lines = work_done(order)
    context: dict[str, object] = {
        "order": order,
        "form": form,
        "lines": lines,
        "statements": live_statements(order),
        "tones": TONES,
        "gate_pass": valid_pass(order),
        "proposal": proposal,
        "brought": [line for line in lines.parts if line.kind == PartLine.Kind.CUSTOMER],
    }
    return page(request, "service/settlement/delivery.html", context, form)


def _deliver(request: ActorRequest, order: RepairOrder, form: DeliveryForm) -> RepairOrder:
    typed = form.cleaned_data
    return deliver_order(
        order,
        mileage_out=typed["mileage_out"],
        items=typed["items"],
        next_service_on=typed["next_service_on"],
        next_service_mileage=typed["next_service_mileage"],
        call_from=typed["call_from"],
        call_until=typed["call_until"],
        actor=request.actor,
        version=form.seen,
    )


def _proposed(order: RepairOrder, proposal: NextService) -> dict[str, object]:
    """What the form begins with: the reading at arrival, the computed next service, the customer's usual hours."""
    return {
        "version": order.version,
        "mileage_out": max(order.mileage_in, order.vehicle.mileage or 0),
        "next_service_on": order.next_service_on or proposal.on,
        "next_service_mileage": order.next_service_mileage or proposal.mileage,
        "call_from": order.call_from or order.customer.call_from,
        "call_until": order.call_until or order.customer.call_until,
    }
