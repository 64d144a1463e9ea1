"""A line of a signed order put right: another payer or discount, a share for another payer, or not done at all."""

from collections.abc import Callable

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from fours.base.errors import NotThere
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen, typed_before
from fours.service.forms.correction import CancelForm, CorrectForm, ShareForm
from fours.service.forms.orders import other_payer
from fours.service.models import RepairOrder
from fours.service.models.lines import PricedLine
from fours.service.verbs.correction import cancel_line, correct_line, may_correct, share_line

from .orders_lines import LINE_MODELS
from .orders_sheet import version_of


@require_http_methods(["GET", "POST"])
@screen("service.order")
def line_correct(request: ActorRequest, pk: int, kind: str, line_pk: int) -> HttpResponse:
    """One line of the order with the three ways to put it right; `step` says which of them was sent."""
    order = find(RepairOrder, pk, request.actor, "vehicle", "customer", "store")
    line = _line(request, order, kind, line_pk)
    sent = request.POST.get("step", "")
    forms_ = {
        "correct": CorrectForm(
            _data(request, "correct"),
            line=line,
            typed=typed_before(request, "payer", "discount", place="correct"),
        ),
        "share": ShareForm(
            _data(request, "share"),
            auto_id="share-%s",
            initial={
                "payer": other_payer(line),
                **typed_before(request, "payer", "amount", place="share"),
            },
        ),
        "cancel": CancelForm(_data(request, "cancel"), auto_id="cancel-%s"),
    }
    calls: dict[str, tuple[Callable[..., object], str]] = {
        "correct": (correct_line, "已更正。"),
        "share": (share_line, "已拆分付费方。"),
        "cancel": (cancel_line, "已取消。"),
    }
    if request.method == "POST" and sent in calls:
        form, (call, message) = forms_[sent], calls[sent]
        if attempt(form, lambda: _do(request, call, line, form)):
            return done(request, message, reverse("order", args=[pk]))
    context = {"order": order, "line": line, "open": may_correct(order), **forms_}
    return page(request, "service/orders/line_correct.html", context, forms_.get(sent))


def _do(request: ActorRequest, call: Callable[..., object], line: PricedLine, form: forms.Form) -> bool:
    call(line, actor=request.actor, version=version_of(request), **form.cleaned_data)
    return True


def _data(request: ActorRequest, step: str) -> object:
    return request.POST if request.POST.get("step") == step else None


def _line(request: ActorRequest, order: RepairOrder, kind: str, line_pk: int) -> PricedLine:
    if kind not in LINE_MODELS:
        raise NotThere()
    line = find(LINE_MODELS[kind], line_pk, request.actor, "order", "additional_work")
    if line.order_id != order.pk:  # type: ignore[attr-defined]
        raise NotThere()
    return line
