"""Handling sheets: the list, the sheet, and its two forms (who answers for it, how it was solved)."""

from decimal import Decimal

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from fours.desk.counting import tab_counts
from fours.kernel.attachments import attach_address, attachments_of
from fours.kernel.comments import comment_address, comments_of
from fours.kernel.history import history_of
from fours.kernel.printing import prints_of
from fours.kernel.verbs import verbs_for
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen

from ..forms import AssignForm, SolveForm, posted
from ..models import HandlingSheet
from ..models.handling import HandlingState
from ..verbs.handling import assign_handling, solve_handling

PER_PAGE = 25
TONES = {"open": "red", "solved": "amber", "closed": "green"}
STEPS = [("open", "待处理"), ("solved", "待二次回访"), ("closed", "已关闭")]
RELATED = (
    "vehicle", "customer", "store", "responsible", "solved_by", "order__advisor",
    "call__done_by", "second_call__done_by",
)  # fmt: skip


@screen("survey.view")
def handling_sheets(request: ActorRequest) -> HttpResponse:
    """The sheets by state, the oldest open one first."""
    shown, query = request.GET.get("state", HandlingState.OPEN), request.GET.get("q", "").strip()
    mine = HandlingSheet.objects.visible_to(request.actor)
    of_state = {code: mine.filter(state=code) for code in HandlingState.values}
    said, _ = tab_counts(of_state, shown)
    rows = mine.select_related("vehicle", "customer", "responsible")
    if shown in HandlingState.values:
        rows = rows.filter(state=shown)
    if query:
        plate = Q(vehicle__plate__startswith=query.upper())
        rows = rows.filter(plate | Q(number__startswith=query.upper()) | Q(customer__name__startswith=query))
    rows = rows.order_by("pk" if shown == HandlingState.OPEN else "-pk")
    tabs = [(label, f"?state={code}", said[code], code == shown) for code, label in HandlingState.choices]
    context: dict[str, object] = {
        "tabs": [*tabs, ("全部", "?state=all", None, shown == "all")],
        "rows": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "state": shown,
        "q": query,
        "tones": TONES,
        "now_at": timezone.now(),
    }
    return page(request, "survey/handling_sheets.html", context)


@screen("survey.view")
def handling_sheet(request: ActorRequest, pk: int) -> HttpResponse:
    """One unhappy customer: the words, who answers for it, what was done, what the second call said."""
    sheet = find(HandlingSheet, pk, request.actor, *RELATED)
    context: dict[str, object] = {
        "sheet": sheet,
        "tone": TONES[sheet.state],
        "steps": STEPS,
        "now_at": timezone.now(),
        "may": {verb.name for verb in verbs_for(sheet, request.actor, ["assign_handling", "solve_handling"])},
        "prints": prints_of(sheet, request.actor),
        "history": history_of(sheet, request.actor),
        "attachments": attachments_of(sheet, request.actor),
        "attach_to": attach_address(sheet),
        "comments": comments_of(sheet, request.actor),
        "comment_to": comment_address(sheet),
    }
    return page(request, "survey/handling_sheet.html", context)


@screen("survey.solve")
def assign(request: ActorRequest, pk: int) -> HttpResponse:
    """Name the responsible person and the time the customer was promised."""
    sheet = find(HandlingSheet, pk, request.actor, "vehicle", "store")
    initial = {
        "version": sheet.version,
        "responsible": sheet.responsible_id,
        "department": sheet.department,
        "promised_at": sheet.promised_at,
    }
    form = AssignForm(posted(request), actor=request.actor, initial=initial)
    if request.method == "POST":
        assigned = attempt(form, lambda: _assign(request, sheet, form))
        if assigned is not None:
            return done(request, "已指派", reverse("handling_sheet", args=[pk]))
    return _form_page(request, sheet, form, "指派责任人", "保存")


@screen("survey.solve")
def solve(request: ActorRequest, pk: int) -> HttpResponse:
    """Write down cause, measure and result; the second call is then planned."""
    sheet = find(HandlingSheet, pk, request.actor, "vehicle", "store")
    initial = {
        "version": sheet.version,
        "cause": sheet.cause,
        "measure": sheet.measure,
        "result": sheet.result,
        "cost": sheet.cost or None,
    }
    form = SolveForm(posted(request), initial=initial)
    if request.method == "POST":
        solved = attempt(form, lambda: _solve(request, sheet, form))
        if solved is not None:
            return done(request, "处理完成，已安排二次回访", reverse("handling_sheet", args=[pk]))
    return _form_page(request, sheet, form, "报处理完成", "处理完成")


def _assign(request: ActorRequest, sheet: HandlingSheet, form: AssignForm) -> HandlingSheet:
    typed = form.cleaned_data
    return assign_handling(
        sheet,
        responsible=typed["responsible"],
        department=typed["department"],
        promised_at=typed["promised_at"],
        actor=request.actor,
        version=form.seen,
    )


def _solve(request: ActorRequest, sheet: HandlingSheet, form: SolveForm) -> HandlingSheet:
    typed = form.cleaned_data
    return solve_handling(
        sheet,
        cause=typed["cause"],
        measure=typed["measure"],
        result=typed["result"],
        cost=typed["cost"] or Decimal(0),
        actor=request.actor,
        version=form.seen,
    )


def _form_page(
    request: ActorRequest, sheet: HandlingSheet, form: AssignForm | SolveForm, title: str, submit: str
) -> HttpResponse:
    context: dict[str, object] = {
        "title": f"{title} {sheet.number}",
        "form": form,
        "intro": f"{sheet.vehicle} · 客户原话：{sheet.words}",
        "submit_label": submit,
        "crumbs": [
            ("快速处理", reverse("handling_sheets")),
            (sheet.number, reverse("handling_sheet", args=[sheet.pk])),
        ],
        "cancel_url": reverse("handling_sheet", args=[sheet.pk]),
    }
    return page(request, "kernel/form_page.html", context, form)
