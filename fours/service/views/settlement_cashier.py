"""The till: what is to be paid, taking money, the day's money by kind."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fours.base.text import date_in, squeeze
from fours.kernel.business_date import open_day
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen

from ..billing import BORNE_BY_STORE, NOTHING
from ..forms.settlement import PayForm
from ..models import OpeningReceivable, Payment, Statement
from ..models.settlement import PaymentKind
from ..receipts import address_of_bill, car_of_bill
from ..verbs.payment import OPEN, receive_payments
from ..verbs.settlement import may_put_on_account
from .settlement import PER_PAGE, TONES, posted

TO_PAY = ("issued", "part_paid")
ROUTES = {Statement: "statement", OpeningReceivable: "opening_receivable"}


def payable(request: ActorRequest) -> QuerySet[Statement]:
    """Statements money may still come for."""
    rows = Statement.objects.visible_to(request.actor).filter(state__in=OPEN, reverses=None)
    return rows.exclude(payer__in=BORNE_BY_STORE).select_related("order__vehicle", "order__advisor")


def collectable(request: ActorRequest) -> QuerySet[OpeningReceivable]:
    """Old debts money may still come for."""
    rows = OpeningReceivable.objects.visible_to(request.actor).filter(state__in=OPEN, reverses=None)
    return rows.select_related("customer")


@screen("service.cash")
def cashier(request: ActorRequest) -> HttpResponse:
    """What is to be paid now; a scanned number or a typed plate leads straight to taking the money."""
    query = squeeze(request.GET.get("q", "")).upper()
    shown = "" if query else request.GET.get("state", "")
    old = collectable(request).none()
    rows: QuerySet[Any] = payable(request)
    if query:
        rows, old = _found(request, query)
        if len(hits := [*rows[:2], *old[:2]]) == 1:
            return redirect(f"{ROUTES[type(hits[0])]}_pay", pk=hits[0].pk)
    elif shown == "opening":
        rows = collectable(request)
    else:
        rows = rows.filter(state__in=["on_account"] if shown == "on_account" else TO_PAY)
    rows = rows.order_by("billed_on" if shown == "opening" else "issued_at", "pk")
    today = open_day(request.actor.must_store)
    context: dict[str, object] = {
        "rows": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "old": old.order_by("billed_on", "pk")[:PER_PAGE],
        "q": query,
        "shown": shown,
        "tones": TONES,
        "sums": _open_sums(request),
        "today": today,
        "received": _received(request, today),
    }
    return page(request, "service/settlement/cashier.html", context)


def _found(request: ActorRequest, query: str) -> tuple[QuerySet[Statement], QuerySet[OpeningReceivable]]:
    """Bills by a number of theirs or the beginning of the plate; old debts also by the customer's name."""
    plate = Q(order__vehicle__plate__startswith=query)
    found = payable(request).filter(Q(number=query) | Q(order__number=query) | plate)
    number = Q(number=query) | Q(foreign_number=query)
    old = collectable(request).filter(
        number | Q(plate__startswith=query) | Q(customer__name__startswith=query)
    )
    return found, old


def _open_sums(request: ActorRequest) -> dict[str, object]:
    """How many bills and how much money is open, at the till, on account and from before."""
    sums = payable(request).aggregate(
        open_count=Count("pk", filter=Q(state__in=TO_PAY)),
        open=Sum(F("total") - F("paid"), filter=Q(state__in=TO_PAY)),
        account_count=Count("pk", filter=Q(state="on_account")),
        account=Sum(F("total") - F("paid"), filter=Q(state="on_account")),
    )
    old = collectable(request).aggregate(opening_count=Count("pk"), opening=Sum(F("total") - F("paid")))
    both = {**sums, **old}
    return {name: value or NOTHING if "count" not in name else value for name, value in both.items()}


def _received(request: ActorRequest, day: date) -> object:
    payments = Payment.objects.visible_to(request.actor).filter(business_date=day)
    return payments.aggregate(sum=Sum("amount"))["sum"] or NOTHING


@screen("service.cash")
def statement_pay(request: ActorRequest, pk: int) -> HttpResponse:
    """Take the money, in up to three kinds; the change for cash is computed on the screen."""
    statement = find(Statement, pk, request.actor, "order__vehicle", "order__customer", "store")
    address = reverse("statement", args=[pk])
    if statement.state not in OPEN:
        return redirect(address)
    form = PayForm(posted(request), bill=statement, initial={"version": statement.version})
    if request.method == "POST" and (payments := attempt(form, lambda: _receive(request, statement, form))):
        return done(request, received(payments), address)
    order = statement.order
    who = f"{order.vehicle} · {statement.payer_name} · 送修人 {order.deliverer_name}"
    may_account = statement.state in TO_PAY and may_put_on_account(statement, request.actor)
    account = reverse("statement_account", args=[pk]) if may_account else ""
    return pay_page(request, statement, form, address=address, who=who, account=account)


def _receive(request: ActorRequest, statement: Statement, form: PayForm) -> list[Payment]:
    with form.rows_on_screen():
        return receive_payments(statement, parts=form.parts, actor=request.actor, version=form.seen)


def received(payments: list[Payment]) -> str:
    """What is said when the money is in."""
    return f"已收款 {sum((payment.amount for payment in payments), NOTHING)} 元"


def pay_page(
    request: ActorRequest,
    bill: Statement | OpeningReceivable,
    form: PayForm,
    *,
    address: str,
    who: str,
    account: str = "",
) -> HttpResponse:
    """The page on which money is taken for a bill; `address` is the bill's own, `account` where it is put on account."""
    context: dict[str, object] = {
        "bill": bill,
        "form": form,
        "address": address,
        "who": who,
        "account": account,
    }
    return page(request, "service/settlement/pay.html", context, form)


@screen("service.cash")
def cashier_day(request: ActorRequest) -> HttpResponse:
    """The money of one business date by kind and by cashier, with every row behind the sums."""
    day = date_in(request.GET.get("date", "")) or open_day(request.actor.must_store)
    payments = Payment.objects.visible_to(request.actor).filter(business_date=day)
    by_kind = payments.values("kind").order_by("kind").annotate(sum=Sum("amount"), count=Count("pk"))
    by_cashier = (
        payments.values("received_by__name").order_by("received_by__name").annotate(sum=Sum("amount"))
    )
    labels = dict(PaymentKind.choices)
    rows = payments.select_related("received_by", "statement__order__vehicle", "receivable").order_by("-pk")
    kinds = [(labels[row["kind"]], row["count"], row["sum"]) for row in by_kind]
    context: dict[str, object] = {
        "day": day,
        "kinds": kinds,
        "cashiers": list(by_cashier),
        "total": sum((sum_ for _, _, sum_ in kinds), NOTHING),
        "rows": Paginator(rows, 50).get_page(request.GET.get("page")),
        "car": car_of_bill,
        "address": address_of_bill,
    }
    return page(request, "service/settlement/cashier_day.html", context)
