"""Team check, final check and the wash (SV-10, SV-11)."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from fours.kernel.actor import Actor
from fours.kernel.printing import print_address
from fours.kernel.verbs import VERBS
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.service.board import Card, cards_of, cars_in_shop
from fours.service.checklists import WASH_ITEMS
from fours.service.checklists import final_check as final_items
from fours.service.checklists import team_check as team_items
from fours.service.forms.workshop import FinalForm, TeamForm, WashForm
from fours.service.models import Inspection, LaborLine, RepairOrder, Wash
from fours.service.stage import INSPECTION
from fours.service.verbs.inspection import agreed_jobs, check_job, final_check, outstanding
from fours.service.verbs.wash import finish_wash
from fours.service.views.parts import wanted_lines

from .workshop_jobs import failed_before, find_job

Job = LaborLine.State


@require_http_methods(["GET", "POST"])
@screen("service.team_check")
def job_check(request: ActorRequest, pk: int) -> HttpResponse:
    """The team leader's check of one job."""
    shown = find_job(pk, request.actor)
    others = _checked_alike(shown, request.actor)
    form = TeamForm(
        request.POST or None, checks=team_items(shown), others=others, initial={"version": shown.version}
    )
    if request.method == "POST":
        checked = attempt(form, lambda: _check_all(shown, form, request.actor))
        if checked is not None:
            message = (
                f"组检合格{f' {checked} 项' if checked > 1 else ''}。" if form.verdict else "已退回返工。"
            )
            return done(
                request, message, reverse("my_jobs" if request.actor.can("service.work") else "board")
            )
    self_checks = shown.inspections.filter(level=Inspection.Level.SELF).select_related("inspector")
    context = {
        "job": shown,
        "order": shown.order,
        "form": form,
        "self_check": self_checks.order_by("-pk").first(),
        "failed": failed_before(shown.order, request.actor),
    }
    return page(request, "service/workshop/check.html", context, form)


def _checked_alike(job: LaborLine, actor: Actor) -> list[LaborLine]:
    """The other jobs of the car that wait for the same check and are not the checker's own work."""
    rows = LaborLine.objects.visible_to(actor).filter(order=job.order, state=Job.SELF_CHECKED)
    rows = rows.exclude(pk=job.pk).exclude(assignments__technician=actor.user).order_by("position", "pk")
    return [one for one in rows.select_related("order") if team_items(one) == team_items(job)]


def _check_all(job: LaborLine, form: TeamForm, actor: Actor) -> int:
    """Check the job and, when it is good, the others ticked with it; how many. A refusal undoes them all."""
    check_job(
        job, passed=form.verdict, items=form.items, reason=form.cleaned_data["reason"].strip(),
        advice=form.cleaned_data["advice"].strip(), actor=actor, version=form.seen,
    )  # fmt: skip
    for other in form.passed_too:
        check_job(other, passed=True, items=form.items, actor=actor)
    return 1 + len(form.passed_too)


@require_GET
@screen("service.view")
def inspections(request: ActorRequest) -> HttpResponse:
    """Cars that wait for a check: the final one, then jobs waiting for the team leader; what was done today."""
    cards = [card for card in cards_of(cars_in_shop(request.actor)) if card.stage == INSPECTION]
    today = (
        Inspection.objects.visible_to(request.actor)
        .filter(at__gte=timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0))
        .exclude(level=Inspection.Level.SELF)
        .select_related("order__vehicle", "job", "inspector")
        .order_by("-pk")[:30]
    )
    context = {
        "ready": [card for card in cards if _all_checked(card)],
        "team": [card for card in cards if not _all_checked(card)],
        "today": list(today),
        "may_final": request.actor.can("service.final_check"),
        "may_team": request.actor.can("service.team_check"),
        "self_checked": Job.SELF_CHECKED,
    }
    return page(request, "service/workshop/inspections.html", context)


def _all_checked(card: Card) -> bool:
    return bool(card.jobs) and all(job.state == Job.TEAM_CHECKED for job in card.jobs)


@require_http_methods(["GET", "POST"])
@screen("service.final_check")
def inspection(request: ActorRequest, pk: int) -> HttpResponse:
    """The final check of the whole car, with what the team leader advised and what failed before."""
    order = find(RepairOrder, pk, request.actor, "vehicle", "advisor", "customer", "store")
    jobs = agreed_jobs(order)
    form = FinalForm(
        request.POST or None, checks=final_items(order), jobs=jobs, initial={"version": order.version}
    )
    if request.method == "POST":
        checked = attempt(
            form,
            lambda: final_check(
                order, passed=form.verdict, items=form.items, reason=form.cleaned_data["reason"].strip(),
                failed_jobs=form.cleaned_data["failed_jobs"], advice=form.cleaned_data["advice"].strip(),
                actor=request.actor, version=form.seen,
            ),
        )  # fmt: skip
        if checked is not None:
            return done(request, _outcome(checked, form.verdict), reverse("inspections"))
    context = {
        "order": order,
        "jobs": jobs,
        "form": form,
        "blocked": "" if order.state != RepairOrder.State.AUTHORISED else outstanding(order, jobs),
        "open": order.state == RepairOrder.State.AUTHORISED,
        "failed": failed_before(order, request.actor),
        "advised": list(order.inspections.exclude(advice="").select_related("inspector").order_by("pk")),
        "missing": list(wanted_lines(request.actor).filter(order=order)),
        "paper": print_address("service.inspection", order),
    }
    return page(request, "service/workshop/inspection.html", context, form)


def _outcome(order: RepairOrder, passed: bool) -> str:
    if not passed:
        return "终检不合格，已退回返工。"
    return (
        "终检合格，已竣工。" if order.state == RepairOrder.State.COMPLETED else "终检合格，已进入洗车队列。"
    )


@require_GET
@screen("service.wash")
def washes(request: ActorRequest) -> HttpResponse:
    """The queue, the car promised first on top; what was washed today."""
    rows = Wash.objects.visible_to(request.actor).select_related("order__vehicle", "order__advisor", "washer")
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    queue = rows.exclude(state=Wash.State.DONE).filter(order__state=RepairOrder.State.AUTHORISED)
    context = {
        "queue": list(queue.order_by("-state", "order__promised_at", "pk")),
        "washed": list(rows.filter(done_at__gte=midnight).order_by("-done_at")),
        "start": VERBS["start_wash"],
        "moment": timezone.now(),
    }
    return page(request, "service/workshop/washes.html", context)


@require_http_methods(["GET", "POST"])
@screen("service.wash")
def wash_finish(request: ActorRequest, pk: int) -> HttpResponse:
    """Tick off what was cleaned, say where the car stands."""
    wash = find(Wash, pk, request.actor, "order__vehicle", "order__store")
    form = WashForm(request.POST or None, checklist=WASH_ITEMS, initial={"version": wash.version})
    if request.method == "POST":
        order = attempt(
            form,
            lambda: finish_wash(
                wash, items=form.cleaned_data["items"], parking_place=form.cleaned_data["parking_place"],
                actor=request.actor, version=form.seen,
            ),
        )  # fmt: skip
        if order is not None:
            return done(request, "洗车完成。", reverse("washes"))
    context = {"wash": wash, "order": wash.order, "form": form}
    return page(request, "service/workshop/wash.html", context, form)
