"""The technician's phone (SV-08): my jobs, clock on and off, pause with its reason, finish with the own check."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from fours.base.errors import NotThere
from fours.kernel.actor import Actor
from fours.kernel.attachments import attach_address
from fours.kernel.events import kind_of
from fours.kernel.models import Attachment
from fours.kernel.printing import print_address
from fours.kernel.verbs import VERBS
from fours.kernel.web import ActorRequest, attempt, done, page, screen
from fours.service.board import in_words
from fours.service.checklists import self_check
from fours.service.forms.settlement import ReasonForm
from fours.service.forms.workshop import FinishForm
from fours.service.models import ClockEntry, Inspection, JobAssignment, LaborLine, PartLine, RepairOrder
from fours.service.models.lines import PauseReason
from fours.service.verbs.workshop import finish_job, pause_job
from fours.service.views.parts import HELD, WantedLine, with_stock

Job = LaborLine.State
TONES = {
    Job.OPEN: "amber", Job.DISPATCHED: "blue", Job.IN_WORK: "blue", Job.PAUSED: "amber",
    Job.SELF_CHECKED: "violet", Job.TEAM_CHECKED: "green",
}  # fmt: skip


@dataclass(frozen=True)
class MyJob:
    """A job on the technician's list; `clock` runs when it is being worked on by them."""

    job: LaborLine
    clock: ClockEntry | None
    sent_back: Inspection | None
    now: datetime

    @property
    def tone(self) -> str:
        return TONES[Job(self.job.state)]

    @property
    def running_for(self) -> str:
        return in_words(self.now - self.clock.started_at) if self.clock else ""

    @property
    def late(self) -> bool:
        promised = self.job.order.promised_at
        return promised is not None and promised < self.now


def jobs_seen_by(actor: Actor) -> QuerySet[LaborLine]:
    """Jobs with all the pages of the workshop show of them."""
    people = Prefetch("assignments", JobAssignment.objects.select_related("technician"))
    related = ("order__vehicle", "order__advisor", "order__store", "additional_work")
    return LaborLine.objects.visible_to(actor).select_related(*related).prefetch_related(people)


@require_GET
@screen("service.work")
def my_jobs(request: ActorRequest) -> HttpResponse:
    """What I work on now, what comes next, what waits for its check."""
    mine = (
        jobs_seen_by(request.actor)
        .filter(assignments__technician=request.user, order__state=RepairOrder.State.AUTHORISED)
        .prefetch_related("clock_entries", "order__inspections__inspector")
    )
    rows = [_mine(job, request) for job in mine.order_by("order__promised_at", "pk")]
    context = {
        "working": [row for row in rows if row.clock],
        "coming": [row for row in rows if not row.clock and row.job.state in (Job.IN_WORK, Job.DISPATCHED)],
        "waiting": [row for row in rows if row.job.state == Job.PAUSED],
        "finished": [row for row in rows if row.job.state == Job.SELF_CHECKED],
        "to_check": _to_check(request.actor),
        "clocked": in_words(_clocked_today(request)),
    }
    return page(request, "service/workshop/my_jobs.html", context)


def _mine(job: LaborLine, request: ActorRequest) -> MyJob:
    running = (one for one in job.clock_entries.all() if one.ended_at is None)
    clock = next((one for one in running if one.technician_id == request.user.pk), None)
    return MyJob(job, clock, sent_back_by(job, job.order.inspections.all()), timezone.now())


def sent_back_by(job: LaborLine, checks: Iterable[Inspection]) -> Inspection | None:
    """The team's or final check that sent the job back, until its work was checked anew; `checks` are the order's."""
    level = Inspection.Level
    mine = [one for one in checks if one.job_id == job.pk or one.level == level.FINAL]
    mine = sorted((one for one in mine if one.level != level.SELF), key=lambda one: one.pk)
    # Without a team check of its own it was never finished: a failed final check meant others.
    if job.state == Job.TEAM_CHECKED or not any(one.job_id == job.pk for one in mine):
        return None
    return None if mine[-1].passed else mine[-1]


def _to_check(actor: Actor) -> list[LaborLine]:
    """For team leaders: finished jobs of the store that wait for the second check, and are not their own."""
    if not actor.can("service.team_check"):
        return []
    jobs = jobs_seen_by(actor).filter(state=Job.SELF_CHECKED, order__state=RepairOrder.State.AUTHORISED)
    own = ClockEntry.objects.visible_to(actor).filter(technician=actor.user).values("job")
    return list(jobs.exclude(pk__in=own).order_by("order__promised_at", "pk"))


def _clocked_today(request: ActorRequest) -> timedelta:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    entries = ClockEntry.objects.visible_to(request.actor).filter(
        technician=request.user, started_at__gte=midnight
    )
    now = timezone.now()
    return sum(((one.ended_at or now) - one.started_at for one in entries), timedelta(0))


def find_job(pk: int, actor: Actor) -> LaborLine:
    job = jobs_seen_by(actor).filter(pk=pk).first()
    if job is None:
        raise NotThere()
    return job


@require_GET
@screen("service.view")
def job(request: ActorRequest, pk: int) -> HttpResponse:
    """One job: the customer's words, what to do, the parts, and the four buttons."""
    of_order = jobs_seen_by(request.actor).filter(order__jobs=pk).order_by("position", "pk")
    jobs = {one.pk: one for one in of_order}
    if pk not in jobs:
        raise NotThere()
    shown = jobs.pop(pk)
    return page(request, "service/workshop/job.html", _job_context(request, shown, list(jobs.values())))


def _job_context(request: ActorRequest, shown: LaborLine, others: list[LaborLine]) -> dict[str, object]:
    actor = request.actor
    mine = any(one.technician_id == request.user.pk for one in shown.assignments.all())
    entries = list(shown.clock_entries.select_related("technician").order_by("started_at"))
    running = [one for one in entries if one.ended_at is None]
    works = actor.can("service.work") and mine and shown.order.state == RepairOrder.State.AUTHORISED
    return {
        "job": shown,
        "order": shown.order,
        "tone": TONES[Job(shown.state)],
        "mine": mine,
        "works": works,
        "running": running,
        "my_clock": next((one for one in running if one.technician_id == request.user.pk), None),
        "entries": entries,
        "others": others,
        "parts": _parts(actor, shown),
        "sent_back": sent_back_by(shown, shown.order.inspections.select_related("inspector")),
        "attachments": _photos(actor, shown.order),
        "attach_to": attach_address(shown.order) if works else "",
        "reasons": PauseReason.choices,
        "verbs": VERBS,
        "may_stop": actor.can("service.dispatch") and shown.state == Job.IN_WORK,
        "may_check": actor.can("service.team_check") and shown.state == Job.SELF_CHECKED,
        "may_report": actor.can("service.report_finding"),
        "card": print_address("service.job_card", shown.order),
    }


def _parts(actor: Actor, shown: LaborLine) -> list[WantedLine]:
    """The parts of the job, and those of the order that belong to no job."""
    lines = PartLine.objects.visible_to(actor).filter(order=shown.order).select_related("part", "job")
    own = [line for line in lines.annotate(held=HELD) if line.job_id in (shown.pk, None)]
    return with_stock(actor, own)


def _photos(actor: Actor, order: RepairOrder) -> list[Attachment]:
    """Photos of the order and of its check-in, without signatures. One query."""
    of_order = Q(aggregate_kind=kind_of(order), aggregate_id=order.pk)
    of_check_in = Q(aggregate_kind="service.checkin", aggregate_id=order.check_in_id)
    kept = Attachment.objects.visible_to(actor).filter(of_order | of_check_in).exclude(purpose="signature")
    return [one for one in kept.select_related("created_by").order_by("pk") if one.is_image]


@require_http_methods(["GET", "POST"])
@screen("service.view")
def job_pause(request: ActorRequest, pk: int) -> HttpResponse:
    """Stop with a reason: the technician their own clock, the foreman everybody's."""
    shown = find_job(pk, request.actor)
    form = ReasonForm(request.POST or None, initial={"version": shown.version})
    if request.method == "POST":
        paused = attempt(
            form,
            lambda: pause_job(
                shown, reason=form.cleaned_data["reason"], actor=request.actor, version=form.seen
            ),
        )
        if paused is not None:
            back = "my_jobs" if request.actor.can("service.work") and _is_mine(shown, request) else "board"
            return done(request, f"已中断：{PauseReason(form.cleaned_data['reason']).label}。", reverse(back))
    context = {"job": shown, "order": shown.order, "form": form, "reasons": PauseReason.choices}
    return page(request, "service/workshop/pause.html", context, form)


def _is_mine(shown: LaborLine, request: ActorRequest) -> bool:
    return any(one.technician_id == request.user.pk for one in shown.assignments.all())


@require_http_methods(["GET", "POST"])
@screen("service.work")
def job_finish(request: ActorRequest, pk: int) -> HttpResponse:
    """The own check, item by item or all at once, and what was found and done."""
    shown = find_job(pk, request.actor)
    checks = self_check(shown)
    given = _all_good(request.POST, len(checks)) if request.POST.get("all_good") else request.POST
    form = FinishForm(given or None, checks=checks, initial=_known(shown))
    if request.method == "POST":
        finished = attempt(
            form,
            lambda: finish_job(
                shown, items=form.items, cause=form.cleaned_data["cause"],
                work_done=form.cleaned_data["work_done"], actor=request.actor, version=form.seen,
            ),
        )  # fmt: skip
        if finished is not None:
            return done(request, f"“{shown.name}”已报完工，等班组长检验。", reverse("my_jobs"))
    context = {"job": shown, "order": shown.order, "form": form}
    return page(request, "service/workshop/finish.html", context, form)


def _known(shown: LaborLine) -> dict[str, object]:
    return {"version": shown.version, "cause": shown.cause, "work_done": shown.work_done}


def _all_good(posted: QueryDict, count: int) -> QueryDict:
    """What was posted, with every item not answered as good: one touch says all of it."""
    given = posted.copy()
    for number in range(count):
        given.setdefault(f"result_{number}", "ok")
    return given


def failed_before(order: RepairOrder, actor: Actor) -> list[Inspection]:
    """The checks of the order that failed, the latest first."""
    rows = Inspection.objects.visible_to(actor).filter(order=order, passed=False)
    return list(rows.select_related("inspector", "job").order_by("-pk"))
