"""Which payments came together: one receipt names all kinds of money given at once (SV-12)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from fours.kernel.events import kind_of
from fours.kernel.models import Event

from .models import OpeningReceivable, Payment, Statement

RECEIVED = "service.payment_received"


@dataclass(frozen=True)
class Receipt:
    """The payments of one visit to the till; the first one's number is the receipt's."""

    first: Payment
    payments: list[Payment]

    @property
    def total(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), Decimal(0))

    @property
    def is_refund(self) -> bool:
        return self.first.amount < 0


def receipts_of(bill: Statement | OpeningReceivable, events: Iterable[Event] | None = None) -> list[Receipt]:
    """All money of a bill as it came and went, refunds by themselves. `events`: the bill's, if at hand."""
    payments = {
        payment.pk: payment
        for payment in bill.payments.select_related("received_by", "corrects").order_by("pk")
    }
    receipts = []
    for event in money_events(bill) if events is None else events:
        if event.kind == RECEIVED:
            together = [payments.pop(pk) for pk in event.data["payments"]]
            receipts.append(Receipt(together[0], together))
    receipts += [Receipt(payment, [payment]) for payment in payments.values()]
    return sorted(receipts, key=lambda receipt: receipt.first.pk)


def money_events(bill: Statement | OpeningReceivable) -> QuerySet[Event]:
    """One event for each time money was given."""
    return Event.objects.filter(
        store_id=bill.store_id,
        aggregate_kind=kind_of(bill),
        aggregate_id=bill.pk,
        kind=RECEIVED,
    )


def receipt_of(payment: Payment) -> Receipt:
    """The receipt a payment stands on."""
    if payment.together:
        return Receipt(payment.together[0], list(payment.together))
    every = receipts_of(payment.bill)
    return next(receipt for receipt in every if payment.pk in {p.pk for p in receipt.payments})


def address_of_bill(payment: Payment) -> str:
    """The page of what was paid for."""
    if payment.receivable_id:
        return reverse("opening_receivable", args=[payment.receivable_id])
    return reverse("statement", args=[payment.statement_id])


def car_of_bill(payment: Payment) -> str:
    """The car of what was paid for, as its plate; empty for an old bill without one."""
    if payment.statement is not None:
        return str(payment.statement.order.vehicle)
    return payment.receivable.plate if payment.receivable else ""
