"""Follow-up calls: the list, and the page the agent talks from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from fours.customers.completeness import completeness
from fours.kernel.history import history_of
from fours.kernel.verbs import verbs_for
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.kernel.worklist import end_of_day
from fours.service.models import FeeLine, LaborLine, PartLine
from fours.service.totals import OrderLines, agreed
from fours.vehicles.flags import flags_of

from ..forms import CallForm
from ..models import CallAttempt, FollowUpCall, FollowUpOrder
from ..models.follow_up import AttemptResult, CallState
from ..questionnaire import QUESTIONS
from ..queue import calls_of_today, with_person
from ..script import script_of
from ..verbs.follow_up import complete_call, record_attempt

PER_PAGE = 25
IN_QUEUE = 40
TONES = {
    "due": "amber",
    "done": "green",
    "unreachable": "red",
    "refused": "neutral",
    "not_callable": "violet",
}
RELATED = ("vehicle__owner", "customer", "store", "done_by")


@screen("survey.view")
def calls(request: ActorRequest) -> HttpResponse:
    """The calls by state: today's first, then what comes, what was reached and what was not."""
    shown, query = request.GET.get("state", "today"), request.GET.get("q", "").strip()
    tonight = end_of_day(timezone.now())
    tabs = (
        ("today", "今日待访", Q(state=CallState.DUE, window_start__lt=tonight)),
        ("later", "以后", Q(state=CallState.DUE, window_start__gte=tonight)),
        ("unhappy", "不满意", Q(state=CallState.DONE, satisfied=False)),
        ("done", "已完成", Q(state=CallState.DONE)),
        ("unreachable", "未联系上", Q(state__in=[CallState.UNREACHABLE, CallState.REFUSED])),
        ("not_callable", "请勿来电", Q(state=CallState.NOT_CALLABLE)),
    )
    mine = FollowUpCall.objects.visible_to(request.actor)
    counts = mine.aggregate(**{key: Count("pk", filter=rows) for key, _, rows in tabs})
    wanted = next((rows for key, _, rows in tabs if key == shown), tabs[0][2])
    rows = with_person(mine.filter(wanted)).select_related("vehicle", "customer", "done_by")
    if query:
        rows = rows.filter(
            Q(number__startswith=query.upper())
            | Q(vehicle__plate__startswith=query.upper())
            | Q(contact_name__startswith=query)
            | Q(contact_phone__startswith=query)
        )
    rows = rows.order_by("window_start", "pk") if shown in ("today", "later") else rows.order_by("-pk")
    paginator = Paginator(rows, PER_PAGE)
    if not query and shown in counts:
        paginator.count = counts[shown]
    context: dict[str, object] = {
        "tabs": [(label, f"?state={key}", counts[key], key == shown) for key, label, _ in tabs],
        "rows": paginator.get_page(request.GET.get("page")),
        "state": shown,
        "q": query,
        "tones": TONES,
        "now_at": timezone.now(),
    }
    return page(request, "survey/calls.html", context)


@screen("survey.view")
def call(request: ActorRequest, pk: int) -> HttpResponse:
    """One call: whom and why, what to say and ask, and how it ended. Saving opens the next of the day."""
    shown = find(FollowUpCall, pk, request.actor, *RELATED)
    may_call = shown.state == CallState.DUE and request.actor.can("survey.call")
    form = CallForm(request.POST or None, initial={"version": shown.version})
    if request.method == "POST":
        request.actor.require("survey.call", shown.store_id)
        saved = attempt(form, lambda: _save(request, shown, form))
        if saved is not None:
            return done(request, _said(saved), _next_address(request, saved))
    orders = work_of(shown)
    context: dict[str, object] = {
        "call": shown,
        "form": form,
        "may_call": may_call,
        "tone": TONES[shown.state],
        "queue": list(calls_of_today(request.actor)[:IN_QUEUE]),
        "orders": orders,
        "script": script_of(shown, agent=request.actor.name, work=_summary(orders)),
        "attempts": CallAttempt.objects.visible_to(request.actor)
        .filter(call=shown).select_related("by").order_by("-pk"),
        "earlier": _earlier(request, shown),
        "answered": [(question, shown.answers.get(question.code)) for question in QUESTIONS],
        "flags": flags_of(shown.vehicle, request.actor),
        "missing": completeness(shown.customer, shown.vehicle).missing,
        "sheet": getattr(shown, "handled_sheet" if shown.second_call else "handling_sheet", None),
        "verbs": verbs_for(shown, request.actor, ["call_again", "note_letter_sent"]),
        "results": [(r.value, r.label) for r in AttemptResult if r != AttemptResult.REACHED],
        "history": history_of(shown, request.actor),
    }  # fmt: skip
    return page(request, "survey/call.html", context, form)


def _save(request: ActorRequest, shown: FollowUpCall, form: CallForm) -> FollowUpCall:
    typed, result = form.cleaned_data, request.POST.get("result", "")
    if result == AttemptResult.REACHED:
        return complete_call(
            shown,
            answers=form.answers,
            satisfied=typed["satisfied"],
            words=typed["words"],
            problem_kind=typed["problem_kind"] or "other",
            actor=request.actor,
            version=form.seen,
        )
    return record_attempt(
        shown,
        result=result,
        note=typed["note"],
        call_again_at=typed["call_again_at"],
        actor=request.actor,
        version=form.seen,
    )


def _said(call: FollowUpCall) -> str:
    if call.state != CallState.DONE:
        return f"{call.contact_name}:已记录"
    return f"{call.contact_name}:回访完成" + ("" if call.satisfied else ",已转服务经理处理")


def _next_address(request: ActorRequest, saved: FollowUpCall) -> str:
    """The next call of the day, else the list."""
    later = calls_of_today(request.actor).exclude(pk=saved.pk).first()
    return reverse("call", args=[later.pk]) if later else reverse("calls")


@dataclass(frozen=True)
class Work:
    """An order of the call in plain words."""

    order: Any
    jobs: Sequence[str]
    parts: Sequence[str]


def work_of(call: FollowUpCall) -> list[Work]:
    """What was done to the car, as one says it to the customer: agreed jobs and parts, without what was refused."""
    links = FollowUpOrder.objects.filter(call=call).select_related("order__advisor").prefetch_related(
        Prefetch("order__jobs", LaborLine.objects.select_related("additional_work")),
        Prefetch("order__parts", PartLine.objects.select_related("additional_work")),
    )  # fmt: skip
    return [_work(link.order) for link in links.order_by("pk")]


def _work(order: Any) -> Work:
    fees: list[FeeLine] = []
    lines = agreed(OrderLines(list(order.jobs.all()), list(order.parts.all()), fees))
    return Work(order, [job.name for job in lines.jobs], [part.name for part in lines.parts])


def _summary(orders: Sequence[Work]) -> str:
    names = [name for work in orders for name in work.jobs]
    return "、".join(names[:3]) + ("等" if len(names) > 3 else "")


def _earlier(request: ActorRequest, shown: FollowUpCall) -> list[FollowUpCall]:
    """The last talks about this car."""
    rows = FollowUpCall.objects.visible_to(request.actor).filter(vehicle=shown.vehicle).exclude(pk=shown.pk)
    return list(rows.select_related("done_by").order_by("-pk")[:5])
