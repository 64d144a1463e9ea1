"""Statements: the list, the page, issuing, on account, refund."""

from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.urls import reverse

from fours.base.errors import Refused
from fours.desk.counting import tab_counts
from fours.kernel.history import events_of, line_of
from fours.kernel.offers import Offer, offers_for
from fours.kernel.printing import print_address
from fours.kernel.verbs import verbs_for
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen, typed_before

from ..billing import NOTHING, check_may_be_billed, live_statements, open_bills
from ..forms.settlement import ReasonForm, RefundForm, SettleForm
from ..models import Payment, RepairOrder, Statement
from ..receipts import address_of_bill, receipts_of
from ..totals import OrderLines, all_lines
from ..verbs.delivery import valid_pass
from ..verbs.payment import OPEN, refund_payment, refundable
from ..verbs.settlement import issue_statements, may_put_on_account, put_on_account

PER_PAGE = 25
COUNTERS = ("reverses", "reversed_by")
TABS = (
    ("open", "待收款", Q(state__in=["issued", "part_paid"])),
    ("on_account", "已挂账", Q(state="on_account")),
    ("paid", "已收清", Q(state="paid")),
    ("reversed", "已冲销", Q(state="reversed")),
    ("all", "全部", Q()),
)
TONES = {
    "issued": "amber",
    "part_paid": "amber",
    "on_account": "violet",
    "paid": "green",
    "reversed": "red",
    "draft": "neutral",
}


def posted(request: ActorRequest) -> QueryDict | None:
    """What a form is bound to: a POST, though it be empty."""
    return request.POST if request.method == "POST" else None


def waiting_orders(request: ActorRequest) -> QuerySet[RepairOrder]:
    """Finished cars without any live statement yet."""
    live = Statement.objects.filter(order=OuterRef("pk"), reverses=None).exclude(state="reversed")
    orders = RepairOrder.objects.visible_to(request.actor).filter(state=RepairOrder.State.COMPLETED)
    return orders.filter(~Exists(live)).select_related("vehicle", "customer", "advisor")


@screen("service.view_money")
def statements(request: ActorRequest) -> HttpResponse:
    """The statements by state; before them the finished cars that wait to be settled."""
    shown = request.GET.get("state", "waiting")
    query = request.GET.get("q", "").strip()
    mine = Statement.objects.visible_to(request.actor)
    waiting = waiting_orders(request)
    counted = {"waiting": waiting, **{key: mine.filter(rows) for key, _, rows in TABS if key != "all"}}
    said, counts = tab_counts(counted, shown)
    tabs: list[tuple[str, str, str | None, bool]] = [
        ("待结算", "?state=waiting", said["waiting"], shown == "waiting")
    ]
    tabs += [(label, f"?state={key}", said.get(key), shown == key) for key, label, _ in TABS]
    context: dict[str, object] = {"tabs": tabs, "state": shown, "q": query, "tones": TONES}
    if shown == "waiting":
        rows: QuerySet[Any] = _searched(waiting, query, "").order_by("completed_at", "pk")
    else:
        wanted = next((rows for key, _, rows in TABS if key == shown), Q())
        rows = mine.filter(wanted).select_related("order__vehicle", "order__customer")
        rows = _searched(rows, query, "order__").order_by("-pk")
    paginator = Paginator(rows, PER_PAGE)
    if not query and shown in counts:
        paginator.count = counts[shown]  # the tab has counted them already
    context["rows"] = paginator.get_page(request.GET.get("page"))
    return page(request, "service/settlement/statements.html", context)


def _searched(rows: QuerySet[Any], query: str, order: str) -> QuerySet[Any]:
    if not query:
        return rows
    number = Q(**{f"{order}number__startswith": query}) | Q(number__startswith=query)
    return rows.filter(number | Q(**{f"{order}vehicle__plate__startswith": query.upper()}))


@screen("service.settle")
def order_settle(request: ActorRequest, pk: int) -> HttpResponse:
    """What each payer will be billed, what stands against it, and the button that issues the statements."""
    order = find(RepairOrder, pk, request.actor, "vehicle", "customer", "store")
    initial = {"version": order.version, "rounding": Decimal(0), **typed_before(request, "rounding")}
    form = SettleForm(posted(request), initial=initial)
    if request.method == "POST":
        issued = attempt(
            form,
            lambda: issue_statements(
                order, rounding=form.rounding_typed, actor=request.actor, version=form.seen
            ),
        )
        if issued is not None:
            address = reverse("statement", args=[issued[0].pk])
            return done(request, f"已开出 {len(issued)} 张结算单", address)
    lines, standing = all_lines(order), live_statements(order)
    bills = open_bills(order, lines, standing)
    context: dict[str, object] = {
        "order": order,
        "form": form,
        "bills": bills,
        "total": sum((bill.total for bill in bills), NOTHING),
        "obstacle": _obstacle(order, lines),
        "statements": standing,
        "tones": TONES,
    }
    return page(request, "service/settlement/order_settle.html", context, form)


def _obstacle(order: RepairOrder, lines: OrderLines) -> str:
    """Why the order cannot be billed yet; empty when it can."""
    try:
        check_may_be_billed(order, lines)
    except Refused as refusal:
        return refusal.message
    return ""


@screen("service.view_money")
def statement(request: ActorRequest, pk: int) -> HttpResponse:
    """One statement with its lines, its money and what may be done to it."""
    shown = find(Statement, pk, request.actor, "order__vehicle", "order__customer", *COUNTERS, "store")
    events = list(events_of(shown, request.actor))
    leave = valid_pass(shown.order)
    context: dict[str, object] = {
        "statement": shown,
        "order": shown.order,
        "counter": getattr(shown, "reversed_by", None),
        "lines": shown.lines.all(),
        "receipts": receipts_of(shown, events),
        "tone": TONES[shown.state],
        "may_cash": shown.state in OPEN and request.actor.can("service.cash") and not _borne(shown),
        "may_account": shown.state in ("issued", "part_paid") and may_put_on_account(shown, request.actor),
        "may_refund": request.actor.can("service.reverse"),
        "let_go": _let_go(request, shown) if shown.state == "paid" else [],
        "verbs": [] if shown.reverses_id else verbs_for(shown, request.actor, ["reverse_statement"]),
        "print_url": print_address("service.statement", shown),
        "pass_url": print_address("service.gate_pass", leave) if leave else "",
        "history": [line_of(event, request.actor) for event in events],
    }
    return page(request, "service/settlement/statement.html", context)


def _let_go(request: ActorRequest, statement: Statement) -> list[Offer]:
    """The gate pass, once everything is paid: the next thing the till does for the customer in front of it."""
    offers = offers_for(statement.order, request.actor)
    return [one for one in offers if one.verb.name == "give_gate_pass"]


def _borne(statement: Statement) -> bool:
    return statement.payer in ("internal", "goodwill")


@screen("service.view_money")
def statement_account(request: ActorRequest, pk: int) -> HttpResponse:
    """Ask for the reason and put the statement on account."""
    shown = find(Statement, pk, request.actor, "store", "order")
    form = ReasonForm(posted(request), initial={"version": shown.version})
    form.fields["reason"].required = shown.payer == "customer"
    address = reverse("statement", args=[pk])
    if request.method == "POST":
        kept = attempt(
            form,
            lambda: put_on_account(
                shown, reason=form.cleaned_data["reason"], actor=request.actor, version=form.seen
            ),
        )
        if kept is not None:
            return done(request, f"{shown.number} 已挂账", address)
    context: dict[str, object] = {
        "title": f"挂账 {shown.number}",
        "crumbs": [("结算", reverse("statements")), (shown.number, address)],
        "form": form,
        "intro": f"{shown.payer_name} 尚欠 {shown.due} 元。挂账后车辆可以放行，款项到账时再收款。",
        "submit_label": "挂账",
        "cancel_url": address,
    }
    return page(request, "kernel/form_page.html", context, form)


@screen("service.reverse")
def payment_refund(request: ActorRequest, pk: int) -> HttpResponse:
    """Give a payment back, whole or in part."""
    payment = find(Payment, pk, request.actor, "statement__order", "receivable", "store")
    typed = typed_before(request, "amount", "reference", "reason")
    form = RefundForm(posted(request), initial={"amount": refundable(payment), **typed})
    address = address_of_bill(payment)
    if request.method == "POST":
        refund = attempt(
            form,
            lambda: refund_payment(
                payment,
                amount=form.cleaned_data["amount"],
                reason=form.cleaned_data["reason"],
                reference=form.cleaned_data["reference"],
                actor=request.actor,
            ),
        )
        if refund is not None:
            return done(request, f"已退款 {-refund.amount} 元", address)
    context: dict[str, object] = {
        "title": f"退款 {payment.number}",
        "crumbs": [("结算", reverse("statements")), (payment.bill.number, address)],
        "form": form,
        "intro": f"{payment.get_kind_display()}收款 {payment.amount} 元，可退 {refundable(payment)} 元。原路退回。"
        "只退错收的款；费用本身要改的，请冲销结算单、更正工单明细后重新结算。",
        "submit_label": "确认退款",
        "cancel_url": address,
    }
    return page(request, "kernel/form_page.html", context, form)
