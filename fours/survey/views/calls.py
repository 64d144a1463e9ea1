"""Follow-up calls: the list, and the page the agent talks from."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Paginator
from django.db.models import OuterRef, Prefetch, Q, prefetch_related_objects
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from fours.desk.counting import tab_counts
from fours.desk.worklist import end_of_day
from fours.kernel.actor import Actor
from fours.kernel.history import history_address
from fours.kernel.personal import sees_personal
from fours.kernel.verbs import verbs_for
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.service.models import AdditionalWork, LaborLine, PartLine, RepairOrder
from fours.vehicles.completeness import completeness_with
from fours.vehicles.flags import flags_of
from fours.vehicles.models import Ownership

from ..forms import CallForm, posted
from ..models import CallAttempt, FollowUpCall
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
TALKS = 20
RELATED = ("vehicle", "customer", "store", "done_by", "handling_sheet", "handled_sheet__solved_by")


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
    said, counts = tab_counts({key: mine.filter(rows) for key, _, rows in tabs}, shown)
    wanted = next((rows for key, _, rows in tabs if key == shown), tabs[0][2])
    rows = with_person(mine.filter(wanted)).select_related("vehicle", "customer", "done_by")
    if query:
        by_phone = "contact_phone__startswith" if sees_personal(request.actor) else "contact_phone"
        rows = rows.filter(
            Q(number__startswith=query.upper())
            | Q(vehicle__plate__startswith=query.upper())
            | Q(contact_name__startswith=query)
            | Q((by_phone, query))
        )
    rows = rows.order_by("window_start", "pk") if shown in ("today", "later") else rows.order_by("-pk")
    paginator = Paginator(rows, PER_PAGE)
    if not query and shown in counts:
        paginator.count = counts[shown]
    context: dict[str, object] = {
        "tabs": [(label, f"?state={key}", said[key], key == shown) for key, label, _ in tabs],
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
    form = CallForm(posted(request), initial={"version": shown.version})
    if request.method == "POST":
        request.actor.require("survey.call", shown.store_id)
        saved = attempt(form, lambda: _save(request, shown, form))
        if saved is not None:
            return done(request, _said(saved), _next_address(request, saved))
    shown.vehicle.store = shown.store
    sheet = getattr(shown, "handled_sheet" if shown.second_call else "handling_sheet", None)
    # A second call is about the visit of the first.
    visit = sheet.call_id if sheet is not None and shown.second_call else shown.pk
    orders, talks = work_of(visit, request.actor), _talks(request, shown)
    owners = Ownership.objects.visible_to(request.actor).select_related("customer")
    prefetch_related_objects([shown], Prefetch("vehicle__ownerships", owners))
    context: dict[str, object] = {
        "call": shown,
        "form": form,
        "may_call": may_call,
        "tone": TONES[shown.state],
        "queue": list(calls_of_today(request.actor)[:IN_QUEUE]),
        "orders": orders,
        "script": script_of(shown, agent=request.actor.name, work=_summary(orders)),
        "attempts": [talk for talk in talks if talk.call_id == shown.pk],
        "earlier": [talk for talk in talks if talk.call_id != shown.pk],
        "answered": [(question, shown.answers.get(question.code)) for question in QUESTIONS],
        "flags": flags_of(shown.vehicle, request.actor),
        "missing": completeness_with(shown.customer, shown.vehicle).missing,
        "sheet": sheet,
        "verbs": verbs_for(shown, request.actor, ["call_again", "note_letter_sent"]),
        "results": [(r.value, r.label) for r in AttemptResult if r != AttemptResult.REACHED],
        "history_url": history_address(shown),
    }
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
        return f"{call.contact_name}：已记录"
    return f"{call.contact_name}：回访完成" + ("" if call.satisfied else "，已转服务经理处理")


def _next_address(request: ActorRequest, saved: FollowUpCall) -> str:
    """The next call of the day, else the list."""
    later = calls_of_today(request.actor).exclude(pk=saved.pk).first()
    return reverse("call", args=[later.pk]) if later else reverse("calls")


def work_of(call: int | None, actor: Actor) -> list[RepairOrder]:
    """The orders of the call (its pk) with `job_names` and `part_names`: what was agreed and done, as one says it."""
    agreed = Q(additional_work=None) | Q(additional_work__state=AdditionalWork.State.ACCEPTED)
    jobs = LaborLine.objects.visible_to(actor).filter(agreed, order=OuterRef("pk")).order_by("position", "pk")
    parts = PartLine.objects.visible_to(actor).filter(agreed, order=OuterRef("pk")).order_by("position", "pk")
    orders = (
        RepairOrder.objects.visible_to(actor)
        .filter(follow_up__call=call)
        .annotate(
            job_names=ArraySubquery(jobs.values("name")), part_names=ArraySubquery(parts.values("name"))
        )
    )
    return list(orders.select_related("advisor").order_by("follow_up__pk"))


def _summary(orders: Sequence[Any]) -> str:
    names = [name for order in orders for name in order.job_names]
    return "、".join(names[:3]) + ("等" if len(names) > 3 else "")


def _talks(request: ActorRequest, shown: FollowUpCall) -> list[CallAttempt]:
    """The last tries to talk about this car, in this call and earlier ones."""
    rows = CallAttempt.objects.visible_to(request.actor).filter(call__vehicle=shown.vehicle)
    return list(rows.select_related("by", "call").order_by("-pk")[:TALKS])
