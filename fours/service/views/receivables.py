"""Opening receivables: the page of one, entering one by hand, taking money for it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fours.kernel.history import events_of, line_of
from fours.kernel.verbs import verbs_for
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen

from ..forms.settlement import PayForm, ReceivableForm
from ..models import OpeningReceivable, Payment
from ..receipts import receipts_of
from ..verbs.payment import OPEN
from ..verbs.receivable import OPENING, collect_receivable, open_receivable
from .settlement import COUNTERS, TONES, posted
from .settlement_cashier import pay_page, received


@screen("service.view_money")
def opening_receivable(request: ActorRequest, pk: int) -> HttpResponse:
    """What is owed of an old bill, the money that came for it, and what may be done to it."""
    shown = find(OpeningReceivable, pk, request.actor, "customer", "store", "created_by", *COUNTERS)
    events = list(events_of(shown, request.actor))
    context: dict[str, object] = {
        "receivable": shown,
        "counter": getattr(shown, "reversed_by", None),
        "receipts": receipts_of(shown, events),
        "tone": TONES[shown.state],
        "may_cash": shown.state in OPEN and request.actor.can("service.cash"),
        "may_refund": request.actor.can("service.reverse"),
        "verbs": [] if shown.reverses_id else verbs_for(shown, request.actor, ["reverse_receivable"]),
        "history": [line_of(event, request.actor) for event in events],
    }
    return page(request, "service/settlement/receivable.html", context)


@screen(OPENING)
def opening_receivable_new(request: ActorRequest) -> HttpResponse:
    """Enter a single old bill; a list of them is imported."""
    form = ReceivableForm(posted(request), actor=request.actor)
    # The administrator who sets a store up enters amounts but looks through no list of them.
    listed = request.actor.can("service.view_money")
    back = reverse("opening_receivables" if listed else "setup")
    if request.method == "POST":
        made = attempt(
            form,
            lambda: open_receivable(
                request.actor.must_store,
                customer=form.cleaned_data["customer"],
                bill=form.bill,
                actor=request.actor,
            ),
        )
        if made is not None:
            return done(request, f"已登记期初应收 {made.total} 元", back)
    context: dict[str, Any] = {
        "title": "登记期初应收",
        "crumbs": [("期初应收" if listed else "开业设置", back)],
        "form": form,
        "intro": "启用本系统以前的欠款，按旧单逐张登记；不计入本系统的产值。整张名单请用“导入”。",
        "submit_label": "登记",
        "cancel_url": back,
    }
    return page(request, "kernel/form_page.html", context, form)


@screen("service.cash")
def opening_receivable_pay(request: ActorRequest, pk: int) -> HttpResponse:
    """Take the money for an old bill, as for a statement."""
    shown = find(OpeningReceivable, pk, request.actor, "customer", "store")
    address = reverse("opening_receivable", args=[pk])
    if shown.state not in OPEN:
        return redirect(address)
    form = PayForm(posted(request), bill=shown, initial={"version": shown.version})
    if request.method == "POST" and (payments := attempt(form, lambda: _collect(request, shown, form))):
        return done(request, received(payments), address)
    who = [shown.customer.name, shown.plate, f"原单号 {shown.foreign_number}"]
    return pay_page(request, shown, form, address=address, who=" · ".join(filter(None, who)))


def _collect(request: ActorRequest, shown: OpeningReceivable, form: PayForm) -> list[Payment]:
    with form.rows_on_screen():
        return collect_receivable(shown, parts=form.parts, actor=request.actor, version=form.seen)
