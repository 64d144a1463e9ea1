"""Who has to do what in the workshop: work, check, wash, keep the promise (PF-07, SV-07 to SV-11); and its figures."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from fours.desk.worklist import register_figure
from fours.kernel.actor import Actor, Grants
from fours.kernel.deadlines import Deadline, TaskDraft, declare_deadline, due_of
from fours.kernel.events import aggregate_of, kind_of, subscribe
from fours.kernel.models import Event, Store, User
from fours.kernel.schedules import every
from fours.kernel.store_settings import declare_setting, setting
from fours.kernel.tasks import cancel_tasks, close_tasks, make_task
from fours.org.models import Team
from fours.org.people import present_assignments

from .models import AdditionalWork, LaborLine, RepairOrder, Wash
from .verbs.inspection import agreed_jobs, outstanding

Job = LaborLine.State
TO_DO = (Job.OPEN, Job.DISPATCHED, Job.IN_WORK, Job.PAUSED)
WORK, TEAM_CHECK, FINAL_CHECK = "service.work_job", "service.team_check", "service.final_check"
WASH, PROMISE = "service.wash_car", "service.keep_promise"
BEFORE_PROMISE = "service.finish_before_promise"
AT_RISK = "service.promise_at_risk"

declare_setting(
    BEFORE_PROMISE,
    "完工须早于承诺（分钟）",
    30,
    kind="int",
    group="车间",
    help="技师待办的到期时间 = 承诺完工时间减去此数，留给检验和洗车。",
)
declare_setting(
    AT_RISK,
    "承诺时间预警（分钟）",
    60,
    kind="int",
    group="车间",
    help="距承诺时间不足此数、或剩余工时已做不完时，提醒服务顾问先联系客户。",
)


def subject_of(order: RepairOrder) -> str:
    return f"{order.vehicle} {order.number}"


def _job(event: Event, pk: int | None = None) -> LaborLine:
    pk = event.data["job"] if pk is None else pk
    return aggregate_of(event, LaborLine, "store", "order__vehicle", "order__advisor", pk=pk)


def _who(event: Event) -> Actor:
    """Whoever did it, to be named on the task; nothing is asked of their rights."""
    if event.actor is None:
        return Actor.system(event.store)
    return Actor.of(event.actor, event.store, Grants({}, {}))


# ---- the technician: from dispatch to the own check -------------------------------------------------------------------


def ask_to_work(event: Event, job: LaborLine, *, again: str = "") -> None:
    """A task for each technician of the job; those of an earlier dispatch are taken back."""
    cancel_tasks(job, rule=WORK, actor=_who(event))
    before = timedelta(minutes=setting(event.store, BEFORE_PROMISE))
    promised = job.order.promised_at or event.at
    for hand in job.assignments.select_related("technician").order_by("pk"):
        make_task(
            event.store,
            rule=WORK,
            source=job,
            title=f"返工：{job.name}（{again}）" if again else f"施工：{job.name}",
            subject=subject_of(job.order),
            due_at=max(event.at, promised - before),
            post="technician",
            person=hand.technician,
            url=reverse("job", args=[job.pk]),
            occurrence=f"{event.pk}-{hand.technician_id}",
        )


@subscribe("service.job_dispatched", inline=True)
def on_dispatched(event: Event) -> None:
    ask_to_work(event, _job(event))


@subscribe("service.job_taken_back", inline=True)
def on_taken_back(event: Event) -> None:
    cancel_tasks(LaborLine(pk=event.data["job"]), rule=WORK, actor=_who(event))


@subscribe("service.job_finished", inline=True)
def on_finished(event: Event) -> None:
    close_tasks(LaborLine(pk=event.data["job"]), rule=WORK, actor=_who(event))


@subscribe("service.line_cancelled", inline=True)
def on_cancelled(event: Event) -> None:
    """A job that will not be done is nobody's work; it may have been the last that kept the car from its check."""
    if event.data["job"]:
        cancel_tasks(LaborLine(pk=event.data["job"]), rule=WORK, actor=_who(event))
        ask_for_final_check(event)


@subscribe("service.final_check_failed", inline=True)
def on_final_failed(event: Event) -> None:
    for pk in event.data["jobs"]:
        ask_to_work(event, _job(event, pk), again="终检退回")


@subscribe("service.order_voided", inline=True)
def on_voided(event: Event) -> None:
    for job in LaborLine.objects.filter(order=event.aggregate_id):
        cancel_tasks(job, actor=_who(event))


# ---- the checks and the wash ---------------------------------------------------------------------------------------


def _team_check(event: Event) -> TaskDraft:
    job = _job(event)
    return TaskDraft(
        source=job,
        title=f"组检：{job.name}",
        subject=subject_of(job.order),
        url=reverse("job_check", args=[job.pk]),
        person=leader_of(job),
        occurrence=str(event.pk),
    )


def leader_of(job: LaborLine) -> User | None:
    """The leader of the team that did the job, unless they worked on it themselves; None leaves it to any leader."""
    people = job.assignments.values("technician")
    teams = present_assignments(job.store).filter(user__in=people).exclude(team="").values("team")
    led = Team.objects.filter(store=job.store, name__in=teams, leader__isnull=False)
    team = led.exclude(leader__in=people).select_related("leader").first()
    return team.leader if team else None


def _job_of(event: Event) -> tuple[str, int]:
    return kind_of(LaborLine()), event.data["job"]


declare_deadline(
    Deadline(
        name=TEAM_CHECK,
        label="完工后组检",
        event="service.job_finished",
        post="team_leader",
        amount=30,
        unit="minutes",
        draft=_team_check,
        closes_on=("service.job_checked",),
        closes=_job_of,
        escalate_to="foreman",
        escalate_after_hours=2,
    )
)
declare_deadline(
    Deadline(
        name=FINAL_CHECK,
        label="组检后终检",
        post="inspector",
        amount=30,
        unit="minutes",
        closes_on=("service.final_check_passed", "service.final_check_failed", "service.order_voided"),
        escalate_to="foreman",
        escalate_after_hours=2,
    )
)


@subscribe("service.job_checked", inline=True)
def on_checked(event: Event) -> None:
    if event.data["passed"]:
        ask_for_final_check(event)
    else:
        ask_to_work(event, _job(event), again="组检退回")


@subscribe("service.additional_refused", inline=True)
def on_refused(event: Event) -> None:
    ask_for_final_check(event)


@subscribe("service.finding_reported", inline=True)
def on_finding(event: Event) -> None:
    """What is found late keeps the car from its final check until the customer has answered."""
    cancel_tasks(_order(event), rule=FINAL_CHECK, actor=_who(event))


def _order(event: Event) -> RepairOrder:
    return aggregate_of(event, RepairOrder, "vehicle", "advisor")


def ask_for_final_check(event: Event) -> None:
    """A task for the inspector once nothing keeps the car from the final check."""
    order = _order(event)
    in_wash = Wash.objects.filter(order=order).exclude(state=Wash.State.DONE).exists()
    if order.state != RepairOrder.State.AUTHORISED or in_wash or outstanding(order, agreed_jobs(order)):
        return
    make_task(
        event.store,
        rule=FINAL_CHECK,
        source=order,
        title="终检",
        subject=subject_of(order),
        due_at=due_of(event.store, FINAL_CHECK, event.at).at,
        counted_from=event.at,
        post="inspector",
        url=reverse("inspection", args=[order.pk]),
        occurrence=str(event.pk),
    )


@subscribe("service.wash_done", inline=True)
def on_washed(event: Event) -> None:
    """Work done while the car waited for its wash is finally checked after it."""
    later = aggregate_of(event, RepairOrder).inspections.order_by("-pk").first()
    if later is not None and later.level == later.Level.TEAM:
        ask_for_final_check(event)


def _wash(event: Event) -> TaskDraft:
    order = _order(event)
    return TaskDraft(
        source=order,
        title="洗车",
        subject=subject_of(order),
        url=reverse("washes"),
        occurrence=str(event.pk),
    )


declare_deadline(
    Deadline(
        name=WASH,
        label="终检后洗车",
        event="service.wash_queued",
        post="washer",
        amount=45,
        unit="minutes",
        draft=_wash,
        closes_on=("service.wash_done", "service.order_voided"),
        escalate_to="foreman",
        escalate_after_hours=2,
    )
)

# ---- the promise -----------------------------------------------------------------------------------------------------

declare_deadline(
    Deadline(
        name=PROMISE,
        label="承诺时间有风险，联系客户",
        post="advisor",
        amount=0,
        unit="minutes",
        closes_on=(
            "service.order_completed",
            "service.promise_changed",
            "service.additional_accepted",
            "service.order_voided",
        ),
        escalate_to="frontdesk_supervisor",
        escalate_after_hours=1,
    )
)


@every("service.promises_at_risk", minutes=5)
def warn_of_promises(store: Store, due_at: datetime) -> int:
    """Let the advisor tell the customer before the promise is broken (SV-07); how many orders were at risk.

    At risk: less time left than the setting says, or than the remaining work takes with one pair of hands.
    """
    now = timezone.now()
    warning = timedelta(minutes=setting(store, AT_RISK))
    orders = RepairOrder.objects.filter(
        store=store, state=RepairOrder.State.AUTHORISED, promised_at__lte=now + timedelta(days=1)
    )
    rows = orders.select_related("vehicle", "advisor").prefetch_related("jobs__additional_work")
    risky = [
        order for order in rows if order.promised_at and order.promised_at - now < _needed(order, warning)
    ]
    for order in risky:
        assert order.promised_at is not None
        make_task(
            store,
            rule=PROMISE,
            source=order,
            title="可能赶不上承诺时间，请先联系客户并改期",
            subject=subject_of(order),
            due_at=order.promised_at,
            post="advisor",
            person=order.advisor,
            url=reverse("order_promise", args=[order.pk]),
            occurrence=f"{order.promised_at:%Y-%m-%dT%H:%M}",
        )
    return len(risky)


def _needed(order: RepairOrder, warning: timedelta) -> timedelta:
    return max(warning, timedelta(hours=float(hours_to_do(order.jobs.all()))))


def hours_to_do(jobs: Iterable[LaborLine]) -> Decimal:
    """Hours of the agreed jobs that are not finished."""
    agreed = (
        job
        for job in jobs
        if job.additional_work is None or job.additional_work.state == AdditionalWork.State.ACCEPTED
    )
    return sum((job.hours for job in agreed if job.state in TO_DO), Decimal(0))


# ---- figures on the home page ----------------------------------------------------------------------------------------


def orders_in_work(actor: Actor) -> QuerySet[RepairOrder]:
    return RepairOrder.objects.visible_to(actor).filter(state=RepairOrder.State.AUTHORISED)


def _agreed_jobs() -> QuerySet[LaborLine]:
    agreed = Q(additional_work=None) | Q(additional_work__state=AdditionalWork.State.ACCEPTED)
    return LaborLine.objects.filter(agreed, order=OuterRef("pk"))


def count_to_dispatch(actor: Actor) -> int:
    """Cars with a job nobody was given yet."""
    return orders_in_work(actor).filter(Exists(_agreed_jobs().filter(state=Job.OPEN))).count()


def count_late(actor: Actor) -> int:
    """Cars in work past their promise."""
    return orders_in_work(actor).filter(promised_at__lt=timezone.now()).count()


def count_to_check(actor: Actor) -> int:
    """Cars whose jobs are all team-checked and that are not in the wash queue."""
    waiting = Wash.objects.filter(order=OuterRef("pk")).exclude(state=Wash.State.DONE)
    jobs = _agreed_jobs()
    checked = ~Exists(jobs.exclude(state=Job.TEAM_CHECKED)) & Exists(jobs) & ~Exists(waiting)
    return orders_in_work(actor).filter(checked).count()


def count_to_team_check(actor: Actor) -> int:
    jobs = LaborLine.objects.visible_to(actor).filter(state=Job.SELF_CHECKED)
    return jobs.filter(order__state=RepairOrder.State.AUTHORISED).count()


def count_my_jobs(actor: Actor) -> int:
    jobs = LaborLine.objects.visible_to(actor).filter(assignments__technician=actor.user, state__in=TO_DO)
    return jobs.filter(order__state=RepairOrder.State.AUTHORISED).count()


def count_to_wash(actor: Actor) -> int:
    rows = Wash.objects.visible_to(actor).exclude(state=Wash.State.DONE)
    return rows.filter(order__state=RepairOrder.State.AUTHORISED).count()


register_figure(("foreman",), "待派工", count=count_to_dispatch, url="board", tone="amber", icon="users")
register_figure(("foreman",), "超时在修", count=count_late, url="board", tone="red", icon="alert-circle")
register_figure(("technician", "team_leader"), "我的作业", count=count_my_jobs, url="my_jobs", icon="tool")
register_figure(
    ("team_leader", "foreman"), "待组检", count=count_to_team_check, url="inspections", icon="checkup-list"
)
register_figure(
    ("inspector", "technical_director"),
    "待终检",
    count=count_to_check,
    url="inspections",
    icon="checkup-list",
)
register_figure(("washer",), "待洗车", count=count_to_wash, url="washes", icon="wash")
