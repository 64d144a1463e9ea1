"""The lines of an order or of an additional work, edited in place."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from fours.base.errors import NotThere
from fours.base.text import number_in
from fours.kernel.web import ActorRequest, attempt, find, form_status, page, screen
from fours.service.forms.orders import ADD_FORMS, LineForm, SplitForm
from fours.service.models import AdditionalWork, FeeLine, LaborLine, PartLine, RepairOrder
from fours.service.models.lines import PricedLine
from fours.service.totals import all_lines
from fours.service.verbs.lines import (
    add_fee,
    add_labor,
    add_package,
    add_part,
    change_line,
    remove_line,
    split_line,
)

from .additional import additional_page
from .orders import order_page
from .orders_sheet import line_sheet, sheet_context, split_ids, version_of

LINE_MODELS: dict[str, type[PricedLine]] = {"labor": LaborLine, "part": PartLine, "fee": FeeLine}
ADD_VERBS: dict[str, Callable[..., Any]] = {
    "labor": add_labor, "part": add_part, "fee": add_fee, "package": add_package,
}  # fmt: skip


@require_POST
@screen("service.order")
def line_add(request: ActorRequest, pk: int, kind: str) -> HttpResponse:
    """Add a line of a kind to the order, or to the additional work named in `work`."""
    order, work = _order_and_work(request, pk)
    if kind not in ADD_FORMS:
        raise NotThere()
    lines = all_lines(order).of_work(work)
    form = ADD_FORMS[kind](request.POST, actor=request.actor, lines=lines)
    form.place = f"add-{kind}"
    call = ADD_VERBS[kind]
    made = attempt(
        form,
        lambda: call(
            order,
            actor=request.actor,
            additional_work=work,
            version=version_of(request),
            **form.values(),
        ),
    )
    return _answer(request, order, work, {} if made is not None else {f"add-{kind}": form}, opened=kind)


@require_POST
@screen("service.order")
def line_change(request: ActorRequest, pk: int, kind: str, line_pk: int) -> HttpResponse:
    """Change a line in its row."""
    order, work = _order_and_work(request, pk)
    line = _line(request, order, work, kind, line_pk)
    form = LineForm(request.POST, line=line, place=f"{kind}-{line_pk}")
    changed = attempt(
        form,
        lambda: change_line(line, actor=request.actor, version=version_of(request), **form.changes()),
    )
    return _answer(request, order, work, {} if changed is not None else {f"{kind}-{line_pk}": form})


@require_POST
@screen("service.order")
def line_remove(request: ActorRequest, pk: int, kind: str, line_pk: int) -> HttpResponse:
    """Take a line out."""
    order, work = _order_and_work(request, pk)
    line = _line(request, order, work, kind, line_pk)
    form = forms.Form(request.POST)

    def remove() -> bool:
        remove_line(line, actor=request.actor, version=version_of(request))
        return True

    removed = attempt(form, remove)
    return _answer(request, order, work, {} if removed else {"notice": form})


@require_POST
@screen("service.order")
def line_split(request: ActorRequest, pk: int, kind: str, line_pk: int) -> HttpResponse:
    """Let another payer bear part of a line."""
    order, work = _order_and_work(request, pk)
    line = _line(request, order, work, kind, line_pk)
    form = SplitForm(request.POST, auto_id=split_ids(f"{kind}-{line_pk}"))
    form.place = f"split-{kind}-{line_pk}"
    other = attempt(
        form,
        lambda: split_line(line, actor=request.actor, version=version_of(request), **form.cleaned_data),
    )
    return _answer(request, order, work, {} if other is not None else {f"split-{kind}-{line_pk}": form})


def _order_and_work(request: ActorRequest, pk: int) -> tuple[RepairOrder, AdditionalWork | None]:
    order = find(RepairOrder, pk, request.actor, "store", "vehicle", "customer", "advisor")
    work_pk = request.POST.get("work", "")
    if not work_pk:
        return order, None
    work = find(AdditionalWork, number_in(work_pk), request.actor)
    if work.order_id != order.pk:
        raise NotThere()
    return order, work


def _line(
    request: ActorRequest, order: RepairOrder, work: AdditionalWork | None, kind: str, line_pk: int
) -> PricedLine:
    if kind not in LINE_MODELS:
        raise NotThere()
    line = find(LINE_MODELS[kind], line_pk, request.actor, "order__store", "additional_work")
    if line.order_id != order.pk or line.additional_work_id != (work.pk if work else None):  # type: ignore[attr-defined]
        raise NotThere()
    return line


def _answer(
    request: ActorRequest,
    order: RepairOrder,
    work: AdditionalWork | None,
    bound: Mapping[str, forms.Form],
    opened: str = "labor",
) -> HttpResponse:
    """For htmx the sheet alone with its sums; else back to the page, or the page with what was refused."""
    status = max((form_status(form) for form in bound.values()), default=200)
    if request.headers.get("HX-Request"):
        order = find(RepairOrder, order.pk, request.actor, "store", "vehicle", "customer", "advisor")
        sheet = line_sheet(order, request.actor, work=work, bound=bound, opened=opened)
        answer = page(request, "service/orders/sheet_answer.html", sheet_context(sheet))
        answer.status_code = status
        return answer
    if not bound:
        return redirect(reverse("additional", args=[work.pk]) if work else reverse("order", args=[order.pk]))
    if work:
        return additional_page(request, work.pk, bound=bound, status=status)
    return order_page(request, order.pk, bound=bound, status=status)
