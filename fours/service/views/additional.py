"""Additional work: told by the technician on the phone, priced and offered by the advisor, answered by the customer."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fours.kernel.attachments import attachments_of
from fours.kernel.printing import print_address
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.service.finish_time import proposed_finish
from fours.service.forms.orders import AnswerForm, FindingForm, OfferForm, RefusalForm
from fours.service.models import AdditionalWork, RepairOrder
from fours.service.verbs.additional import (
    accept_additional_work,
    offer_additional_work,
    refuse_additional_work,
    report_finding,
    take_up_recommendation,
)

from .orders_sheet import line_sheet, sheet_context, version_of

TONES = {"found": "amber", "offered": "amber", "accepted": "green", "refused": "red"}
RELATED = (
    "order__vehicle",
    "order__customer",
    "order__advisor",
    "order__store",
    "found_by",
    "answer_recorded_by",
)


@require_http_methods(["GET", "POST"])
@screen("service.report_finding")
def finding_new(request: ActorRequest, pk: int) -> HttpResponse:
    """Phone page: what was found or asked for, whether it concerns safety, photos."""
    order = find(RepairOrder, pk, request.actor, "vehicle", "store")
    prices = request.actor.can("service.order", order.store_id)
    form = FindingForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        work = attempt(form, lambda: report_finding(order, actor=request.actor, **form.cleaned_data))
        if work is not None:
            said = "已记录，请加项目报价。" if prices else "已报告，等服务顾问向客户报价。同意之前请勿施工。"
            return done(request, said, reverse("additional", args=[work.pk]))
    context = {"form": form, "order": order, "prices": prices}
    return page(request, "service/orders/finding.html", context, form)


@require_GET
@screen("service.view")
def additional(request: ActorRequest, pk: int) -> HttpResponse:
    """One additional work: finding, photos, lines, offer, answer."""
    return additional_page(request, pk)


def additional_page(
    request: ActorRequest, pk: int, *, bound: Mapping[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    """The page; `bound` are refused forms: of lines, or `offer`, `accept`, `refuse`."""
    bound = bound or {}
    work = find(AdditionalWork, pk, request.actor, *RELATED)
    order = work.order
    sheet = line_sheet(order, request.actor, work=work, bound=bound, typed=request.GET.dict())
    person = {"answered_by": order.deliverer_name, "via": "电话"}
    context = {
        **sheet_context(sheet),
        "work": work,
        "tone": TONES[work.state],
        "photos": [one for one in attachments_of(work, request.actor) if one.is_image],
        "offer": bound.get("offer") or OfferForm(initial={"new_promised_at": _proposal(work)}),
        "accept": bound.get("accept") or AnswerForm(initial=person, auto_id="accept-%s"),
        "refuse": bound.get("refuse") or RefusalForm(initial=person, auto_id="refuse-%s"),
        "refused": "refuse" in bound,
        "print_url": print_address("service.additional_work", work),
        "may_order": request.actor.can("service.order", work.store_id),
        "may_answer": request.actor.can("service.answer", work.store_id),
    }
    answer = page(request, "service/orders/additional.html", context)
    answer.status_code = status
    return answer


def _proposal(work: AdditionalWork) -> datetime | None:
    """When all would be done, never before what the customer was promised without it."""
    if work.state != AdditionalWork.State.FOUND:
        return None
    moments = (proposed_finish(work.order), work.order.promised_at)
    return max((moment for moment in moments if moment), default=None)


@require_POST
@screen("service.order")
def additional_offer(request: ActorRequest, pk: int) -> HttpResponse:
    """Offer it to the customer."""
    return _step(request, pk, "offer", OfferForm(request.POST), offer_additional_work, "已报价，请联系客户。")


@require_POST
@screen("service.answer")
def additional_accept(request: ActorRequest, pk: int) -> HttpResponse:
    """The customer agrees."""
    form = AnswerForm(request.POST, auto_id="accept-%s")
    return _step(request, pk, "accept", form, accept_additional_work, "已记录客户同意，可以派工领料。")


@require_POST
@screen("service.answer")
def additional_refuse(request: ActorRequest, pk: int) -> HttpResponse:
    """The customer does not."""
    form = RefusalForm(request.POST, auto_id="refuse-%s")
    return _step(request, pk, "refuse", form, refuse_additional_work, "已记录客户不同意，下次来店会提醒。")


def _step(
    request: ActorRequest, pk: int, name: str, form: forms.Form, call: Callable[..., object], message: str
) -> HttpResponse:
    work = find(AdditionalWork, pk, request.actor, "order")
    result = attempt(
        form, lambda: call(work, actor=request.actor, version=version_of(request), **form.cleaned_data)
    )
    if result is None:
        refusal = getattr(form, "refused", None)
        return additional_page(
            request, pk, bound={name: form}, status=refusal.status if refusal is not None else 422
        )
    return done(request, message, reverse("additional", args=[pk]))


@require_POST
@screen("service.order")
def recommendation_take_up(request: ActorRequest, pk: int, work_pk: int) -> HttpResponse:
    """Put an earlier recommendation on this draft."""
    order = find(RepairOrder, pk, request.actor, "vehicle", "store")
    work = find(AdditionalWork, work_pk, request.actor, "order")
    take_up_recommendation(order, work=work, actor=request.actor, version=version_of(request))
    return done(request, "已加入本工单。", reverse("order", args=[pk]))
