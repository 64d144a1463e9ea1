"""The shop board and giving out of jobs (SV-07)."""

import hashlib

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fours.base.errors import IllegalMove, Refused
from fours.kernel.actor import Actor
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.org.models import Bay
from fours.service.board import (
    READY,
    WAITING,
    Card,
    cards_of,
    cars_in_shop,
    columns_of,
    load_today,
    people_by_team,
)
from fours.service.dispatching import hands_of
from fours.service.forms.workshop import DispatchForm
from fours.service.models import JobAssignment, LaborLine, RepairOrder
from fours.service.verbs.inspection import agreed_jobs
from fours.service.verbs.workshop import dispatch_job, take_back_job

Job = LaborLine.State
# Where a card may not simply be dropped, and who moves it there instead.
WHO_MOVES = {
    "in_work": "开工由技师在自己的手机上打卡。",
    "inspection": "完工由技师自检报完工，再由班组长组检。",
    "washing": "终检合格后自动进入洗车队列。",
    READY: "终检（和洗车）完成后自动竣工。",
}


@require_GET
@screen("service.view")
def board(request: ActorRequest) -> HttpResponse:
    """Every car in the shop by stage. Polled: answers 304 while nothing on it has changed."""
    cards = cards_of(cars_in_shop(request.actor))
    store = request.actor.must_store
    teams = people_by_team(store)
    team = request.GET.get("team", "")
    if team and team in teams:
        cards = [card for card in cards if card.technician_ids & teams[team] or not card.technician_ids]
    if request.GET.get("mine"):
        cards = [card for card in cards if card.order.advisor_id == request.user.pk]
    context = {
        "columns": columns_of(cards),
        "load": load_today(store, cards, len(set().union(*teams.values()))),
        "late": sum(card.late for card in cards),
        "soon": sum(card.soon for card in cards),
        "in_shop": len(cards),
        "overnight": sum(_overnight(card) for card in cards),
        "may_dispatch": request.actor.can("service.dispatch"),
        "may_check": request.actor.can("service.final_check"),
        "may_team_check": request.actor.can("service.team_check"),
        "address": request.get_full_path(),
    }
    # Without the request: nothing in it may differ from one poll to the next but the cars.
    html = render_to_string("service/workshop/board_columns.html", context)
    etag = f'"{hashlib.sha256(html.encode()).hexdigest()[:24]}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    context |= {"board_html": html, "etag": etag, "teams": sorted(filter(None, teams)), "team": team}
    context["mine"] = bool(request.GET.get("mine"))
    template = "board_live.html" if request.headers.get("HX-Request") else "board.html"
    answer = page(request, f"service/workshop/{template}", context)
    answer["ETag"], answer["Cache-Control"] = etag, "no-store"
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def _overnight(card: Card) -> bool:
    return timezone.localtime(card.order.arrived_at).date() < timezone.localdate()


@require_POST
@screen("service.dispatch")
def board_move(request: ActorRequest, pk: int) -> HttpResponse:
    """A card was dropped on a column: the verb that leads there, or a word on who moves it. Answers JSON.

    `ask` is the address of the page that asks what a drop cannot say.
    """
    order = find(RepairOrder, pk, request.actor, "store")
    column = request.POST.get("column", "")
    try:
        ask = _drop(order, column, request.actor)
    except Refused as refusal:
        return JsonResponse({"message": refusal.message}, status=refusal.status)
    if ask:
        return JsonResponse({"message": "请补充必要信息。", "ask": ask}, status=422)
    return JsonResponse({"moved": column})


def _drop(order: RepairOrder, column: str, actor: Actor) -> str:
    jobs = agreed_jobs(order)
    if column == "dispatched":
        if not any(job.state in (Job.OPEN, Job.DISPATCHED) for job in jobs):
            raise IllegalMove("没有可派的项目：都已开工或完工。")
        return reverse("order_dispatch", args=[order.pk])
    if column == "waiting_dispatch":
        given = [job for job in jobs if job.state == Job.DISPATCHED]
        if not given:
            raise IllegalMove("只有已派工、未开工的项目可以收回。")
        for job in given:
            take_back_job(job, actor=actor)
        return ""
    if column == WAITING:
        running = next((job for job in jobs if job.state == Job.IN_WORK), None)
        if running is None:
            raise IllegalMove("没有正在施工的项目，不能中断。")
        return reverse("job_pause", args=[running.pk])
    raise IllegalMove(WHO_MOVES.get(column, "不能移到这一列。"))


@require_http_methods(["GET", "POST"])
@screen("service.dispatch")
def order_dispatch(request: ActorRequest, pk: int) -> HttpResponse:
    """Technicians and bay for each job that waits, with a suggestion and its reason; the foreman decides."""
    order = find(RepairOrder, pk, request.actor, "vehicle", "advisor", "store")
    jobs = (
        LaborLine.objects.visible_to(request.actor)
        .filter(order=order, state__in=[Job.OPEN, Job.DISPATCHED])
        .select_related("order", "additional_work")
        .prefetch_related("assignments")
    )
    waiting = [job for job in jobs if job.is_authorised]
    hands = hands_of(order.store)
    bays = list(Bay.objects.visible_to(request.actor).filter(active=True))
    form = DispatchForm(request.POST or None, jobs=waiting, hands=hands, bays=bays)
    if request.method == "POST":
        given = attempt(form, lambda: _dispatch_all(form, request.actor))
        if given is not None:
            return done(request, f"已派工 {given} 项。", reverse("board"))
    rows = [
        (job, form[f"technicians_{job.pk}"], form[f"bay_{job.pk}"], form[f"version_{job.pk}"],
         form.proposals[job.pk])
        for job in waiting
    ]  # fmt: skip
    context = {
        "order": order,
        "form": form,
        "rows": rows,
        "whole": (form["technicians_all"], form["bay_all"]) if len(waiting) > 1 else None,
        "hands": hands,
        "busy_bays": _busy_bays(request.actor, order),
    }
    return page(request, "service/workshop/dispatch.html", context, form)


def _busy_bays(actor: Actor, order: RepairOrder) -> list[tuple[str, str]]:
    """Bays somebody works in now, with the car that stands there."""
    rows = (
        JobAssignment.objects.visible_to(actor)
        .filter(job__state=Job.IN_WORK)
        .exclude(job__bay="")
        .exclude(job__order=order)
    )
    return sorted(set(rows.values_list("job__bay", "job__order__vehicle__plate")))


def _dispatch_all(form: DispatchForm, actor: Actor) -> int:
    """Dispatch what was chosen; a refusal names the field of its job. The request undoes the ones before it."""
    for job in form.chosen:
        data = form.cleaned_data
        try:
            dispatch_job(
                job,
                technicians=form.technicians(job),
                bay=data[f"bay_{job.pk}"],
                actor=actor,
                version=data[f"version_{job.pk}"],
            )
        except Refused as refusal:
            refusal.fields = {f"{name}_{job.pk}": text for name, text in refusal.fields.items()}
            raise
    return len(form.chosen)
