"""The service manager has seen a large order (PF-06)."""

from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.tasks import close_tasks
from fours.kernel.verbs import verb
from fours.service.large_orders import RULE
from fours.service.models import RepairOrder


@verb("已过目", "service.approve", plain=True)
def note_large_order(order: RepairOrder, *, actor: Actor) -> RepairOrder:
    """Close the notice of a large or key customer's order; that it was seen stands in the order's history."""
    if close_tasks(order, actor=actor, rule=RULE):
        announce("service.large_order_seen", order, actor=actor, sentence="已过目大额或重点客户工单")
    return order
