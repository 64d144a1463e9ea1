"""What customer care does when a car was delivered, and when a manager changes the rules of calling."""

from fours.kernel.actor import Actor
from fours.kernel.events import subscribe
from fours.kernel.models import Event
from fours.kernel.store_settings import SETTING_CHANGED
from fours.service.models import RepairOrder

from .verbs.call_tasks import FOLLOW_UP
from .verbs.follow_up import plan_call, recount_calls

RULES = {
    f"deadline.{FOLLOW_UP}",
    "survey.call_from",
    "survey.call_until",
    "survey.earliest_call",
    "survey.latest_call",
}


@subscribe("service.order_delivered", inline=True)
def plan_follow_up(event: Event) -> None:
    """The call must be there as soon as the car is gone, or the delivery is not done (100 %, SU-01)."""
    order = RepairOrder.objects.select_related("store", "vehicle", "customer").get(pk=event.aggregate_id)
    plan_call(order, actor=Actor.system(event.store))


@subscribe(SETTING_CHANGED, inline=True)
def move_open_calls(event: Event) -> None:
    """A changed rule moves the calls that are still open."""
    if event.data["key"] in RULES:
        recount_calls(event.store)
