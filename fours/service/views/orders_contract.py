"""What makes the contract: the estimate, the customer's signature, another promised time."""

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from fours.kernel.printing import print_address
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.service.finish_time import proposed_finish
from fours.service.forms.orders import EstimateForm, PromiseForm, SignForm
from fours.service.models import LaborLine, RepairOrder
from fours.service.models.order import Payer
from fours.service.totals import all_lines, by_payer, totals_of
from fours.service.verbs.estimate import issue_estimate
from fours.service.verbs.order import authorise_order, change_order, change_promise

from .orders_sheet import version_of

RELATED = ("vehicle", "customer", "advisor", "store")


@require_http_methods(["GET", "POST"])
@screen("service.order")
def order_authorise(request: ActorRequest, pk: int) -> HttpResponse:
    """The customer reads what is agreed and signs on the screen."""
    order = find(RepairOrder, pk, request.actor, *RELATED)
    prefetch_related_objects([order], Prefetch("jobs", LaborLine.objects.select_related("additional_work")))
    initial = {
        "promised_at": order.promised_at or proposed_finish(order), "signed_by": order.deliverer_name,
    }  # fmt: skip
    lines = all_lines(order).of_work(None)
    insured = not order.insurer_name and any(line.payer == Payer.INSURER for line in lines)
    form = SignForm(request.POST or None, initial=initial, ask_insurer=insured)
    if request.method == "POST":
        signed = attempt(form, lambda: _sign(request, order, form))
        if signed is not None:
            return done(request, f"已签字，工单 {signed.number}。", reverse("order", args=[pk]))
    context = {
        "form": form,
        "order": order,
        "lines": lines,
        "payers": by_payer(lines),
        "total": totals_of(lines),
        "preview": print_address("service.repair_order", order),
    }
    return page(request, "service/orders/authorise.html", context, form)


def _sign(request: ActorRequest, order: RepairOrder, form: SignForm) -> RepairOrder:
    """The insurer, where the contract lacked it, and the signature; both or neither."""
    version = version_of(request)
    if form.insurer:
        version = change_order(order, actor=request.actor, version=version, **form.insurer).version
    return authorise_order(order, actor=request.actor, version=version, **form.contract)


@require_http_methods(["GET", "POST"])
@screen("service.order")
def order_estimate(request: ActorRequest, pk: int) -> HttpResponse:
    """Give the customer an estimate with the proposed time to finish."""
    order = find(RepairOrder, pk, request.actor, *RELATED)
    form = EstimateForm(
        request.POST or None, initial={"promised_at": order.promised_at or proposed_finish(order)}
    )
    if request.method == "POST":
        made = attempt(
            form,
            lambda: issue_estimate(
                order, actor=request.actor, version=version_of(request), **form.cleaned_data
            ),
        )
        if made is not None:
            return done(request, f"已出估价单 {made.number}。", reverse("order", args=[pk]))
    context = {
        "form": form,
        "order": order,
        "title": "出估价单",
        "intro": "预计完工时间按所需工时、营业时间和车间余量推算，可修改。",
        "submit_label": "出估价单",
    }
    return page(request, "service/orders/step.html", context, form)


@require_http_methods(["GET", "POST"])
@screen("service.order")
def order_promise(request: ActorRequest, pk: int) -> HttpResponse:
    """Promise the customer another time."""
    order = find(RepairOrder, pk, request.actor, *RELATED)
    form = PromiseForm(request.POST or None)
    if request.method == "POST":
        changed = attempt(
            form,
            lambda: change_promise(
                order, actor=request.actor, version=version_of(request), **form.cleaned_data
            ),
        )
        if changed is not None:
            return done(request, "已更改承诺时间。", reverse("order", args=[pk]))
    context = {
        "form": form,
        "order": order,
        "title": "更改承诺时间",
        "intro": "首次承诺的时间会保留，用于考核准时交车。",
        "submit_label": "更改承诺时间",
    }
    return page(request, "service/orders/step.html", context, form)
