"""A car delivered through the verbs, and what customer care does with it, for the tests of calls and reports."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from django.utils import timezone

from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.service.models import RepairOrder, Statement
from fours.service.tests.settling import delivery, finished_order, issued, labor, part
from fours.service.verbs.delivery import deliver_order, give_gate_pass
from fours.service.verbs.payment import Part, receive_payments
from fours.survey.models import FollowUpCall
from fours.survey.questionnaire import QUESTIONS
from fours.survey.verbs.follow_up import complete_call

PersonOf = Callable[..., Actor]
ClientOf = Callable[..., Client]
# A Monday in the middle of a month without holidays.
MONDAY = datetime(2026, 6, 8, 9, 0, tzinfo=timezone.get_default_timezone())
HAPPY = {question.code: 5 for question in QUESTIONS}


def billed(store: Store, person: PersonOf, *, plate: str = "苏E12345", **facts: Any) -> Statement:
    """A finished car with labor 200.00 and a filter 80.00, billed to the customer."""
    order = finished_order(store, plate=plate, **facts)
    labor(order, "200.00")
    part(order, "80.00")
    return issued(order, person("advisor", store))["customer"]


def paid(store: Store, person: PersonOf, **facts: Any) -> Statement:
    """The same, and paid in cash."""
    statement = billed(store, person, **facts)
    receive_payments(statement, parts=[Part("cash", Decimal("280.00"), "")], actor=person("cashier", store))
    statement.refresh_from_db()
    return statement


def delivered(
    store: Store,
    person: PersonOf,
    *,
    call_from: time | None = None,
    call_until: time | None = None,
    **facts: Any,
) -> RepairOrder:
    """The same, and given back to the customer, who named the hours to be called."""
    return leave(paid(store, person, **facts).order, person, call_from=call_from, call_until=call_until)


def leave(order: RepairOrder, person: PersonOf, **changes: Any) -> RepairOrder:
    order.refresh_from_db()
    give_gate_pass(order, actor=person("cashier", order.store))
    order.refresh_from_db()
    arguments = delivery(order, **changes)
    arguments["next_service_on"] = timezone.localdate() + timedelta(days=180)
    return deliver_order(order, actor=person("advisor", order.store), **arguments)


def unhappy_call(store: Store, person: PersonOf) -> FollowUpCall:
    """A call that ended with a customer who found the car dirty."""
    delivered(store, person)
    return complete_call(
        FollowUpCall.objects.get(),
        answers={**HAPPY, "cleaning": 1},
        satisfied=True,
        words="车里还是脏的",
        problem_kind="cleaning",
        actor=person("crm_agent", store),
    )
