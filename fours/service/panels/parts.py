"""Parts of an order on its page, and what the parts store knows of orders."""

from fours.kernel.models import Document
from fours.kernel.offers import offer
from fours.kernel.panels import Panel, panel
from fours.kernel.web import ActorRequest
from fours.parts.sources import SourceFacts, register_source
from fours.service.models import PartLine, RepairOrder
from fours.service.views.parts import HELD, ISSUING, SOURCE, issued_lines, with_stock


def order_parts_panel(request: ActorRequest, order: RepairOrder) -> dict[str, object]:
    """Every part line with what is issued, held and free, and the slips."""
    lines = (
        PartLine.objects.visible_to(request.actor)
        .filter(order=order)
        .select_related("part", "additional_work", "order")
        .annotate(held=HELD)
    )
    issuing = request.actor.can("parts.issue") and order.state in ISSUING
    return {
        "lines": with_stock(request.actor, lines),
        "issued": issued_lines(request.actor, order),
        "may_issue": issuing,
    }


def count_of(request: ActorRequest, order: RepairOrder) -> int:
    return PartLine.objects.visible_to(request.actor).filter(order=order).count()


def facts_of(pk: int, live: Document | None) -> SourceFacts:
    """What a slip prints of the order it rests on."""
    read = RepairOrder.objects.select_related("vehicle")
    car = (live if isinstance(live, RepairOrder) else read.get(pk=pk)).vehicle
    model = " ".join(word for word in (car.brand, car.series, car.model_name) if word)
    return SourceFacts(car.plate, car.vin, model)


register_source(SOURCE, "order", facts_of)
panel(
    RepairOrder,
    Panel("parts", "配件", 30, "service/parts/panel.html", order_parts_panel, count_of, "parts.view"),
)


def wants_parts(order: RepairOrder) -> bool:
    """Something of ours is still to be handed out; lines a page has read are taken as they are."""
    return order.state in ISSUING and any(
        line.part_id and line.is_authorised and line.still_to_issue > 0 for line in order.parts.all()
    )


offer(RepairOrder, "issue_to_order", order=80, route="order_issue", when=wants_parts)
