"""The till: what is to be paid, taking money, the day's money by kind."""

from datetime import date

from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fours.base.errors import Refused
from fours.base.text import date_in, squeeze
from fours.kernel.business_date import open_day
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen

from ..billing import BORNE_BY_STORE, NOTHING
from ..forms.settlement import PayForm
from ..models import Payment, Statement
from ..models.settlement import PaymentKind
from ..verbs.payment import OPEN, receive_payments
from ..verbs.settlement import may_put_on_account
from .settlement import PER_PAGE, TONES, posted

TO_PAY = ("issued", "part_paid")


def payable(request: ActorRequest) -> QuerySet[Statement]:
    """Statements money may still come for."""
    rows = Statement.objects.visible_to(request.actor).filter(state__in=OPEN, reverses=None)
    return rows.exclude(payer__in=BORNE_BY_STORE).select_related("order__vehicle", "order__advisor")


@screen("service.cash")
def cashier(request: ActorRequest) -> HttpResponse:
    """What is to be paid now; a scanned number or a typed plate leads straight to taking the money."""
    query = squeeze(request.GET.get("q", "")).upper()
    found = payable(request)
    if query:
        found = found.filter(
            Q(number=query) | Q(order__number=query) | Q(order__vehicle__plate__startswith=query)
        )
        hits = list(found[:2])
        if len(hits) == 1:
            return redirect("statement_pay", pk=hits[0].pk)
    on_account = request.GET.get("state") == "on_account"
    rows = found if query else found.filter(state__in=["on_account"] if on_account else TO_PAY)
    today = open_day(request.actor.must_store)
    context: dict[str, object] = {
        "rows": Paginator(rows.order_by("issued_at", "pk"), PER_PAGE).get_page(request.GET.get("page")),
        "q": query,
        "on_account": on_account,
        "tones": TONES,
        "sums": _open_sums(request),
        "today": today,
        "received": _received(request, today),
    }
    return page(request, "service/settlement/cashier.html", context)


def _open_sums(request: ActorRequest) -> dict[str, object]:
    """How many statements and how much money is open, at the till and on account: one query."""
    sums = payable(request).aggregate(
        open_count=Count("pk", filter=Q(state__in=TO_PAY)),
        open=Sum(F("total") - F("paid"), filter=Q(state__in=TO_PAY)),
        account_count=Count("pk", filter=Q(state="on_account")),
        account=Sum(F("total") - F("paid"), filter=Q(state="on_account")),
    )
    return {name: value or NOTHING if "count" not in name else value for name, value in sums.items()}


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
    form = PayForm(posted(request), statement=statement, initial={"version": statement.version})
    if request.method == "POST":
        payments = attempt(form, lambda: _receive(request, statement, form))
        if payments is not None:
            total = sum((payment.amount for payment in payments), NOTHING)
            return done(request, f"已收款 {total} 元", address)
    context: dict[str, object] = {
        "statement": statement,
        "order": statement.order,
        "form": form,
        "may_account": statement.state in TO_PAY and may_put_on_account(statement, request.actor),
    }
    return page(request, "service/settlement/pay.html", context, form)


def _receive(request: ActorRequest, statement: Statement, form: PayForm) -> list[Payment]:
    """The verb, its refusals put beside the rows of this form."""
    try:
        return receive_payments(statement, parts=form.parts, actor=request.actor, version=form.seen)
    except Refused as refusal:
        refusal.fields = {form.on_screen(name): text for name, text in refusal.fields.items()}
        raise


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
    rows = payments.select_related("received_by", "statement__order__vehicle").order_by("-pk")
    kinds = [(labels[row["kind"]], row["count"], row["sum"]) for row in by_kind]
    context: dict[str, object] = {
        "day": day,
        "kinds": kinds,
        "cashiers": list(by_cashier),
        "total": sum((sum_ for _, _, sum_ in kinds), NOTHING),
        "rows": Paginator(rows, 50).get_page(request.GET.get("page")),
    }
    return page(request, "service/settlement/cashier_day.html", context)
