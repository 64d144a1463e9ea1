"""What customer care does when a car was delivered."""

from fours.kernel.actor import Actor
from fours.kernel.events import subscribe
from fours.kernel.models import Event
from fours.service.models import RepairOrder

from .verbs.follow_up import plan_call


@subscribe("service.order_delivered", inline=True)
def plan_follow_up(event: Event) -> None:
    """The call must be there as soon as the car is gone, or the delivery is not done (100 %, SU-01)."""
    order = RepairOrder.objects.select_related("store", "vehicle", "customer").get(pk=event.aggregate_id)
    plan_call(order, actor=Actor.system(event.store))
