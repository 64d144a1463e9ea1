"""`/api/v1/statements`, `/opening-receivables`, `/payments`: what is owed and what was paid (SV-12, PF-15)."""

from datetime import date
from decimal import Decimal
from typing import Literal

from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router
from pydantic import Field

from fours.customers.models import Customer
from fours.desk.api_tools import (
    ApiRequest,
    Asked,
    Id,
    Listed,
    Money,
    Page,
    Text,
    Versioned,
    WithReason,
    created,
    held,
    listing,
    reader,
    referred,
    rows_of,
    writer,
)
from fours.service.models import OpeningReceivable, Payment, Statement
from fours.service.verbs.payment import Part, receive_payments, refund_payment
from fours.service.verbs.receivable import OldBill, collect_receivable, open_receivable, reverse_receivable
from fours.service.verbs.settlement import put_on_account, reverse_statement

from .shapes import (
    PaymentOut,
    ReceivableOut,
    ReceivableRow,
    StatementOut,
    StatementRow,
    receivable_whole,
    statement_whole,
)

statements = Router()
receivables = Router()
payments = Router()


class PaymentPart(Asked):
    """WeChat, Alipay and card need the reference of the terminal or platform."""

    kind: Literal["cash", "wechat", "alipay", "card", "transfer"]
    amount: Money
    reference: Text = ""


class Receive(Versioned):
    parts: list[PaymentPart] = Field(min_length=1, max_length=10)


class OnAccount(Versioned):
    reason: Text = ""


class Refund(Asked):
    amount: Money
    reason: Text
    reference: Text = ""


class StatementPage(Page):
    state: Literal["draft", "issued", "part_paid", "on_account", "paid", "reversed"] | None = None
    payer: Literal["customer", "warranty", "insurer", "internal", "goodwill"] | None = None
    number: str = Field("", max_length=32)
    order_id: Id | None = None
    customer_id: Id | None = None


class OldBillIn(Asked):
    """A bill of the system before; `billed` less `paid_before` is what is still open."""

    customer_id: Id
    foreign_number: Text
    billed: Money
    paid_before: Money = Decimal(0)
    billed_on: date | None = None
    plate: Text = ""
    note: Text = ""


class ReceivablePage(Page):
    state: Literal["issued", "part_paid", "paid", "reversed"] | None = None
    number: str = Field("", max_length=32)
    foreign_number: str = Field("", max_length=40)
    customer_id: Id | None = None


class PaymentPage(Page):
    statement_id: Id | None = None
    receivable_id: Id | None = None
    kind: Literal["cash", "wechat", "alipay", "card", "transfer"] | None = None
    business_date: date | None = None


@statements.get("", response=Listed[StatementRow], url_name="statements")
def statement_list(request: ApiRequest, page: Query[StatementPage]) -> object:
    """Statements of the caller's stores, the newest first."""
    rows = rows_of(Statement, reader(request, page.store))
    for name in ("state", "payer", "number", "order_id", "customer_id"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    return listing(rows, page, lambda shown: shown.select_related("store"))


@statements.get("/{int:pk}", response=StatementOut, url_name="statement")
def statement(request: ApiRequest, pk: int) -> Statement:
    """One statement with its frozen lines and payments."""
    return statement_whole(request, held(request, Statement, pk)[0])


@statements.post("/{int:pk}/receive-payments", response=StatementOut)
def receive(request: ApiRequest, pk: int, data: Receive) -> Statement:
    """Take money in one or several kinds, never more than is open."""
    row, actor = held(request, Statement, pk)
    parts = [Part(part.kind, part.amount, part.reference) for part in data.parts]
    receive_payments(row, parts=parts, actor=actor, version=data.version)
    return statement_whole(request, row)


@statements.post("/{int:pk}/put-on-account", response=StatementOut)
def on_account(request: ApiRequest, pk: int, data: OnAccount) -> Statement:
    """Let the open amount stand as a receivable."""
    row, actor = held(request, Statement, pk)
    return statement_whole(
        request, put_on_account(row, reason=data.reason, actor=actor, version=data.version)
    )


@statements.post("/{int:pk}/reverse", response=StatementOut)
def reverse_it(request: ApiRequest, pk: int, data: WithReason) -> Statement:
    """Reverse a statement by a counter-statement."""
    row, actor = held(request, Statement, pk)
    reverse_statement(row, reason=data.reason, actor=actor, version=data.version)
    return statement_whole(request, row)


@receivables.get("", response=Listed[ReceivableRow], url_name="opening_receivables")
def receivable_list(request: ApiRequest, page: Query[ReceivablePage]) -> object:
    """What was owed to the caller's stores on their first day, the newest entry first."""
    rows = rows_of(OpeningReceivable, reader(request, page.store))
    for name in ("state", "number", "foreign_number", "customer_id"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    return listing(rows, page, lambda shown: shown.select_related("store", "customer"))


@receivables.post("", response={201: ReceivableOut}, url_name="opening_receivables")
def enter_receivable(request: ApiRequest, response: HttpResponse, data: OldBillIn, store: str = "") -> object:
    """Enter what is still open of an old bill; one entry stands for each old number."""
    actor = writer(request, store)
    customer = referred(Customer, data.customer_id, actor, "customer_id")
    assert customer is not None
    bill = OldBill(data.foreign_number, data.billed, data.paid_before, data.billed_on, data.plate, data.note)
    row = open_receivable(actor.must_store, customer=customer, bill=bill, actor=actor)
    address = reverse("api:opening_receivable", args=[row.pk])
    return created(request, response, address, receivable_whole(request, row))


@receivables.get("/{int:pk}", response=ReceivableOut, url_name="opening_receivable")
def receivable(request: ApiRequest, pk: int) -> OpeningReceivable:
    """One opening receivable with its payments."""
    return receivable_whole(request, held(request, OpeningReceivable, pk)[0])


@receivables.post("/{int:pk}/collect", response=ReceivableOut)
def collect(request: ApiRequest, pk: int, data: Receive) -> OpeningReceivable:
    """Take money in one or several kinds, never more than is open."""
    row, actor = held(request, OpeningReceivable, pk)
    parts = [Part(part.kind, part.amount, part.reference) for part in data.parts]
    collect_receivable(row, parts=parts, actor=actor, version=data.version)
    return receivable_whole(request, row)


@receivables.post("/{int:pk}/reverse", response=ReceivableOut)
def reverse_entry(request: ApiRequest, pk: int, data: WithReason) -> OpeningReceivable:
    """Reverse an entry by a counter-entry; its old number may then be entered anew."""
    row, actor = held(request, OpeningReceivable, pk)
    reverse_receivable(row, reason=data.reason, actor=actor, version=data.version)
    return receivable_whole(request, row)


@payments.get("", response=Listed[PaymentOut], url_name="payments")
def payment_list(request: ApiRequest, page: Query[PaymentPage]) -> object:
    """Payments of the caller's stores, the newest first."""
    rows = rows_of(Payment, reader(request, page.store))
    for name in ("statement_id", "receivable_id", "kind", "business_date"):
        if wanted := getattr(page, name):
            rows = rows.filter(**{name: wanted})
    return listing(rows, page, lambda shown: shown.select_related("store", "received_by"))


@payments.get("/{int:pk}", response=PaymentOut, url_name="payment")
def payment(request: ApiRequest, pk: int) -> Payment:
    """One payment."""
    return held(request, Payment, pk, "store", "received_by")[0]


@payments.post("/{int:pk}/refund", response=PaymentOut)
def refund(request: ApiRequest, pk: int, data: Refund) -> Payment:
    """Give money back; answers the negative payment."""
    row, actor = held(request, Payment, pk, "statement", "receivable", "store")
    return refund_payment(row, amount=data.amount, reason=data.reason, reference=data.reference, actor=actor)
