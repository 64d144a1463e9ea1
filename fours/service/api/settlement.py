"""`/api/v1/statements`, `/payments`: what is owed and what was paid (SV-12)."""

from datetime import date
from typing import Literal

from ninja import Query, Router
from pydantic import Field

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
    held,
    listing,
    reader,
    rows_of,
)
from fours.service.models import Payment, Statement
from fours.service.verbs.payment import Part, receive_payments, refund_payment
from fours.service.verbs.settlement import put_on_account, reverse_statement

from .shapes import PaymentOut, StatementOut, StatementRow, statement_whole

statements = Router()
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


class PaymentPage(Page):
    statement_id: Id | None = None
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


@payments.get("", response=Listed[PaymentOut], url_name="payments")
def payment_list(request: ApiRequest, page: Query[PaymentPage]) -> object:
    """Payments of the caller's stores, the newest first."""
    rows = rows_of(Payment, reader(request, page.store))
    for name in ("statement_id", "kind", "business_date"):
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
    row, actor = held(request, Payment, pk, "statement", "store")
    return refund_payment(row, amount=data.amount, reason=data.reason, reference=data.reference, actor=actor)
