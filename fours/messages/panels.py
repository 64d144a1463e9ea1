"""The messages of a customer, on the customer's page: what they were told, and that they want no more."""

from fours.customers.models import Customer
from fours.kernel.panels import Panel, panel
from fours.kernel.verbs import VERBS
from fours.kernel.web import ActorRequest

from .forms import OptOutForm
from .models import Message, OptOut
from .views.outbox import TONES

SHOWN = 5


def messages_of(request: ActorRequest, customer: Customer) -> dict[str, object]:
    """The last messages and the opt-outs in force."""
    going_on = customer.merged_into_id is None
    rows = Message.objects.visible_to(request.actor).filter(customer=customer)
    outs = OptOut.objects.visible_to(request.actor).filter(customer=customer, lifted_at=None)
    may_change = request.actor.can("customers.change") and going_on
    return {
        "messages_shown": list(rows.order_by("-pk")[:SHOWN]),
        "opt_outs": list(outs.order_by("pk")),
        "tones": TONES,
        "may_send": request.actor.can("messages.send") and going_on,
        "may_opt_out": may_change,
        "opt_out_form": OptOutForm() if may_change else None,
        "lift_verb": VERBS["lift_opt_outs"],
    }


panel(
    Customer,
    Panel(
        "messages", "消息", 60, "messages/messages_of_customer.html", messages_of, permission="messages.view"
    ),
)
