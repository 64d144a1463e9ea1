"""What a customer still owes, on the customer's page: statements and old debts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Value
from django.urls import reverse

from fours.customers.models import Customer
from fours.kernel.panels import Panel, panel
from fours.kernel.web import ActorRequest

from ..models import OpeningReceivable, Statement
from ..models.order import Payer
from ..models.settlement import StatementState
from ..verbs.payment import OPEN
from ..views.settlement import TONES

SHOWN = 20
COLUMNS = ("pk", "number", "foreign_number", "state", "total", "paid", "business_date")


@dataclass(frozen=True)
class Owed:
    """One bill of the customer's, of either kind."""

    pk: int
    number: str
    old_number: str
    state: str
    total: Decimal
    paid: Decimal
    day: date
    route: str

    @property
    def due(self) -> Decimal:
        return self.total - self.paid

    @property
    def state_label(self) -> str:
        return str(StatementState(self.state).label)

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def url(self) -> str:
        return reverse(self.route, args=[self.pk])

    @property
    def pay_url(self) -> str:
        """Where money is taken for it; empty when nothing is open."""
        return reverse(f"{self.route}_pay", args=[self.pk]) if self.state in OPEN else ""


def owed_by(request: ActorRequest, customer: Customer) -> dict[str, object]:
    """The customer's open bills and all that was brought along from before and stands, the oldest first: one query."""
    mine = Q(customer=customer) | Q(customer=None, order__customer=customer)
    statements = Statement.objects.visible_to(request.actor).filter(
        mine, state__in=OPEN, reverses=None, payer=Payer.CUSTOMER
    )
    old = OpeningReceivable.objects.visible_to(request.actor).filter(customer=customer)
    old = old.exclude(state=OpeningReceivable.State.REVERSED)
    rows = statements.values_list(*COLUMNS, Value("statement")).union(
        old.values_list(*COLUMNS, Value("opening_receivable")), all=True
    )
    bills = [Owed(*row) for row in rows.order_by("business_date", "pk")[:SHOWN]]
    return {"bills": bills, "may_cash": request.actor.can("service.cash")}


panel(
    Customer,
    Panel("owed", "应收", 50, "service/settlement/customer.html", owed_by, permission="service.view_money"),
)
