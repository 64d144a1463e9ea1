"""What customer care does when a car was delivered, and when a manager changes the rules of calling."""

from fours.kernel.actor import Actor
from fours.kernel.events import aggregate_of, subscribe
from fours.kernel.models import Event
from fours.kernel.store_settings import SETTING_CHANGED
from fours.messages.models import Message
from fours.messages.occasions import is_on
from fours.service.models import RepairOrder

from .messages import HANDLING, LETTER, UNREACHED, tell_staff, write_letter, write_to_unreached
from .models import FollowUpCall, HandlingSheet
from .models.follow_up import CallState
from .verbs.call_tasks import FOLLOW_UP
from .verbs.follow_up import note_letter_sent, plan_call, recount_calls

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
    order = aggregate_of(event, RepairOrder, "store", "vehicle", "customer")
    call = plan_call(order, actor=Actor.system(event.store))
    if call is not None and call.state == CallState.NOT_CALLABLE and is_on(event.store, LETTER):
        write_letter(call)


@subscribe("survey.call_made", inline=True)
def write_when_unreached(event: Event) -> None:
    """The last try in vain is followed by a message."""
    if event.data.get("state") == CallState.UNREACHABLE and is_on(event.store, UNREACHED):
        write_to_unreached(aggregate_of(event, FollowUpCall, "store", "vehicle", "customer"))


@subscribe("survey.handling_opened", inline=True)
def tell_the_group(event: Event) -> None:
    """An unhappy customer is everybody's business."""
    if is_on(event.store, HANDLING):
        tell_staff(aggregate_of(event, HandlingSheet, "store", "vehicle"))


@subscribe("messages.message_sent", inline=True)
def note_posted_letter(event: Event) -> None:
    """The letter in the post is the call's end; nobody says it twice."""
    letter = Message.objects.filter(
        store=event.store, pk=event.aggregate_id, template=LETTER.name, channel=Message.Channel.LETTER
    ).first()
    if letter is None or letter.source_id is None:
        return
    call = FollowUpCall.objects.filter(store=event.store, pk=letter.source_id, done_at=None).first()
    if call is not None and call.state == CallState.NOT_CALLABLE:
        note_letter_sent(call, actor=Actor.system(event.store))


@subscribe(SETTING_CHANGED, inline=True)
def move_open_calls(event: Event) -> None:
    """A changed rule moves the calls that are still open."""
    if event.data["key"] in RULES:
        recount_calls(event.store)
