"""Offers and tabs of the order's own page."""

from fours.kernel.attachments import attach_address, attachments_of
from fours.kernel.comments import comment_address, comments_of
from fours.kernel.history import history_address, history_of, veil
from fours.kernel.offers import offer
from fours.kernel.panels import Panel, panel
from fours.kernel.printing import print_address
from fours.kernel.web import ActorRequest
from fours.service.large_orders import is_shown
from fours.service.models import Estimate, RepairOrder

# Amounts in the sentences of an order's history.
veil("service.view_money", r"\d[\d,]*\.\d\d(?= 元| → )|\d+(?= 元)")


def is_untouched(order: RepairOrder) -> bool:
    """Nobody has worked on it or handed out parts for it; the verb looks closer."""
    begun = any(job.state not in ("open", "dispatched") for job in order.jobs.all())
    return not begun and not any(line.issued for line in order.parts.all())


offer(RepairOrder, "authorise_order", order=10, route="order_authorise")
offer(RepairOrder, "issue_estimate", order=20, route="order_estimate")
offer(RepairOrder, "report_finding", order=300, route="finding_new")
offer(RepairOrder, "change_promise", order=500, route="order_promise")
offer(RepairOrder, "note_large_order", order=800, when=is_shown)
offer(RepairOrder, "void_order", order=900, when=is_untouched)


def _attachments(request: ActorRequest, order: RepairOrder) -> dict[str, object]:
    kept = attachments_of(order, request.actor)
    if order.check_in is not None:
        kept = [*kept, *attachments_of(order.check_in, request.actor)]
    return {"attachments": kept, "attach_to": attach_address(order)}


def _history(request: ActorRequest, order: RepairOrder) -> dict[str, object]:
    return {"history": history_of(order, request.actor), "history_url": history_address(order)}


def _comments(request: ActorRequest, order: RepairOrder) -> dict[str, object]:
    return {"comments": comments_of(order, request.actor), "comment_to": comment_address(order)}


def _estimates(request: ActorRequest, order: RepairOrder) -> dict[str, object]:
    made = Estimate.objects.visible_to(request.actor).filter(order=order).select_related("created_by")
    return {"estimates": [(one, print_address("service.estimate", one)) for one in made.order_by("-pk")]}


panel(
    RepairOrder,
    Panel(
        "estimates",
        "估价单",
        30,
        "service/orders/estimates.html",
        _estimates,
        permission="service.view_money",
    ),
)
panel(RepairOrder, Panel("photos", "照片/附件", 20, "kernel/attachments.html", _attachments))
panel(RepairOrder, Panel("history", "历史", 80, "kernel/history.html", _history))
panel(RepairOrder, Panel("comments", "备注", 90, "kernel/comments.html", _comments))
