"""Settlement on the order's page: what is to be billed, the statements, the gate pass, the delivery."""

from typing import Any

from fours.kernel.offers import offer
from fours.kernel.panels import Panel, panel
from fours.kernel.web import ActorRequest

from ..billing import live, open_bills
from ..models import RepairOrder
from ..papers.settlement import call_time
from ..settlement_tasks import TO_PAY
from ..verbs.delivery import SETTLED_FOR_GATE, valid_pass
from ..views.settlement import TONES


def settlement(request: ActorRequest, order: RepairOrder) -> dict[str, object]:
    statements = list(order.statements.select_related("reverses").order_by("pk"))
    bills = open_bills(order, statements=live(statements))
    facts: list[tuple[str, Any]] = [
        (f"{bill.payer.label} {bill.payer_name}", f"¥{bill.total:,.2f}") for bill in bills
    ]
    return {
        "bills": bills,
        "bill_facts": facts,
        "statements": statements,
        "passes": list(order.gate_passes.select_related("released_by").order_by("-pk")),
        "call_time": call_time(order),
        "tones": TONES,
    }


def open_statements(request: ActorRequest, order: RepairOrder) -> int | None:
    """How many statements are still to be paid; no figure while there is none."""
    return order.statements.filter(state__in=TO_PAY, reverses=None).count() or None


panel(
    RepairOrder,
    Panel(
        "settlement",
        "结算",
        60,
        "service/settlement/panel.html",
        settlement,
        open_statements,
        "service.view_money",
    ),
)


def is_unbilled(order: RepairOrder) -> bool:
    """Nothing of the order stands on a statement yet (or no longer); all payers are billed at once."""
    return not live(order.statements.all())


def is_settled(order: RepairOrder) -> bool:
    """The customer owes nothing any more, or may pay later, and no pass holds yet: the car may be let out."""
    if valid_pass(order) is not None:
        return False
    bills = live(order.statements.all())
    return bool(bills) and not any(
        bill.payer == RepairOrder.Payer.CUSTOMER and bill.state not in SETTLED_FOR_GATE for bill in bills
    )


def is_unchecked(order: RepairOrder) -> bool:
    """Nobody has compared the finished car with the order yet."""
    return order.handover_checked_at is None


offer(RepairOrder, "deliver_order", order=60, route="delivery")
offer(RepairOrder, "issue_statements", order=70, route="order_settle", when=is_unbilled)
offer(RepairOrder, "give_gate_pass", order=72, when=is_settled)
offer(RepairOrder, "check_handover", order=74, route="handover", when=is_unchecked)
