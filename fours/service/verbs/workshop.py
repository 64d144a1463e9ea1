"""The job in the workshop: given out, clocked on, paused, finished with the technician's own check (SV-07, SV-08)."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal

from django.utils import timezone

from fours.base.errors import Gone, NotAllowed, Refused
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import User
from fours.kernel.rows import insert_row, insert_unless_there
from fours.kernel.verbs import keep, move, must_be, take, verb
from fours.org.models import Bay
from fours.org.people import holders

from ..errors import NotAuthorised
from ..models import ClockEntry, Inspection, JobAssignment, LaborLine, RepairOrder
from ..models.lines import PauseReason
from ..transitions import JOB_MOVES

HANDS = ("technician", "team_leader", "foreman")
SHARE_UNIT = Decimal("0.0001")
State = LaborLine.State


def take_job(job: LaborLine, *, version: int | None = None) -> LaborLine:
    """The job and its order, both locked, the order first: so no job moves while its order is voided or completed."""
    order = take(RepairOrder(pk=job.order_id, store=job.store), "vehicle", "advisor")
    job = take(job, version=version)
    job.order = order
    return job


def check_may_be_worked(job: LaborLine) -> None:
    """Refuse work on an order that is not signed or is finished, and on lines the customer has not agreed to."""
    if not job.is_authorised:
        raise NotAuthorised(f"“{job.name}”客户尚未同意，不能施工。请先由服务顾问征得客户同意。")
    must_be(job.order, RepairOrder.State.AUTHORISED, doing="施工")


def equal_shares(count: int) -> list[Decimal]:
    """Shares of one job that add up to exactly 1; the last takes what rounding leaves."""
    each = (Decimal(1) / count).quantize(SHARE_UNIT, ROUND_DOWN)
    return [*[each] * (count - 1), Decimal(1) - each * (count - 1)]


@verb("派工", "service.dispatch", states=["open", "dispatched"])
def dispatch_job(
    job: LaborLine, *, technicians: Sequence[User], bay: str = "", actor: Actor, version: int | None = None
) -> LaborLine:
    """Give the job to technicians, its hours shared equally, and to a bay. A job not begun may be given anew."""
    job = take_job(job, version=version)
    check_may_be_worked(job)
    must_be(job, State.OPEN, State.DISPATCHED, doing="派工")
    _check_hands(job, technicians)
    if bay and not Bay.objects.filter(store=job.store, code=bay, active=True).exists():
        raise Refused(f"没有工位“{bay}”。", field="bay")
    job.assignments.all().delete()
    shares = zip(technicians, equal_shares(len(technicians)), strict=True)
    hands = [JobAssignment(job=job, technician=technician, share=share) for technician, share in shares]
    for hand in hands:
        insert_row(hand)
    if job.state == State.OPEN:
        move(job, State.DISPATCHED, JOB_MOVES)
    job.bay = bay
    keep(job, "state", "bay")
    names = "、".join(technician.name for technician in technicians)
    place = f"，工位 {bay}" if bay else ""
    announce(
        "service.job_dispatched",
        job.order,
        actor=actor,
        about=[job],
        sentence=f"派工：{job.name} → {names}{place}",
        data={"job": job.pk, "technicians": [technician.pk for technician in technicians]},
    )
    return job


def _check_hands(job: LaborLine, technicians: Sequence[User]) -> None:
    if not technicians:
        raise Refused("请选择技师。", field="technicians")
    allowed = {user.pk for user in holders(job.store, *HANDS)}
    strangers = [technician.name for technician in technicians if technician.pk not in allowed]
    if strangers:
        raise Refused(f"{'、'.join(strangers)} 不是本店现任技师。", field="technicians")


@verb("收回派工", "service.dispatch", states=["dispatched"], plain=True)
def take_back_job(job: LaborLine, *, actor: Actor, version: int | None = None) -> LaborLine:
    """Take a job that nobody has begun back into the queue."""
    job = take_job(job, version=version)
    if job.clock_entries.exists():
        raise Refused(f"“{job.name}”已有施工记录，不能收回，可改派。")
    move(job, State.OPEN, JOB_MOVES)
    job.assignments.all().delete()
    job.bay = ""
    keep(job, "state", "bay")
    announce(
        "service.job_taken_back",
        job.order,
        actor=actor,
        sentence=f"收回派工：{job.name}",
        data={"job": job.pk},
    )
    return job


@verb("开工", "service.work", states=["dispatched", "paused", "in_work"], plain=True)
def clock_on(job: LaborLine, *, actor: Actor, version: int | None = None) -> ClockEntry:
    """Start the actor's clock on the job. One person works on one job at a time; the database holds it too."""
    job = take_job(job, version=version)
    check_may_be_worked(job)
    must_be(job, State.DISPATCHED, State.PAUSED, State.IN_WORK, doing="开工")
    technician = assigned(job, actor)
    running = (
        ClockEntry.objects.filter(technician=technician, ended_at=None).select_related("job__order").first()
    )
    if running is not None:
        where = f"{running.job.order}“{running.job.name}”"
        raise Refused(f"您正在做 {where}，请先暂停或完工，再开工这一项。")
    entry = ClockEntry(job=job, technician=technician, started_at=timezone.now())
    if not insert_unless_there(entry):
        raise Gone("您刚刚已在另一项上开工，请刷新页面。")
    resumed = job.state == State.PAUSED
    if job.state != State.IN_WORK:
        move(job, State.IN_WORK, JOB_MOVES)
    job.pause_reason = ""
    keep(job, "state", "pause_reason")
    announce(
        "service.job_started",
        job.order,
        actor=actor,
        sentence=f"{'继续施工' if resumed else '开工'}：{job.name}",
        data={"job": job.pk, "clock": entry.pk},
    )
    return entry


def assigned(job: LaborLine, actor: Actor) -> User:
    """The actor as one of the job's technicians; others are told to have it dispatched to them."""
    if actor.user is None or not job.assignments.filter(technician=actor.user).exists():
        raise NotAllowed(f"“{job.name}”没有派给您，请找车间主管改派。")
    return actor.user


@verb("中断", "service.work", states=["in_work"])
def pause_job(job: LaborLine, *, reason: str, actor: Actor, version: int | None = None) -> LaborLine:
    """Stop the actor's clock with a reason; the job waits once nobody works on it. The foreman stops all clocks."""
    job = take_job(job, version=version)
    must_be(job, State.IN_WORK, doing="中断")
    if reason not in PauseReason.values:
        raise Refused("请选择中断原因。", field="reason")
    mine = job.clock_entries.filter(ended_at=None)
    if not actor.can("service.dispatch", job.store_id):
        mine = mine.filter(technician=assigned(job, actor))
    if not mine.update(ended_at=timezone.now()):
        raise Refused(f"您没有在“{job.name}”上打卡。")
    label = PauseReason(reason).label
    if not job.clock_entries.filter(ended_at=None).exists():
        move(job, State.PAUSED, JOB_MOVES)
        job.pause_reason = reason
    keep(job, "state", "pause_reason")
    announce(
        "service.job_paused",
        job.order,
        actor=actor,
        sentence=f"中断：{job.name}（{label}）",
        data={"job": job.pk, "reason": reason},
    )
    return job


@verb("完工自检", "service.work", states=["in_work", "paused"])
def finish_job(
    job: LaborLine,
    *,
    items: Sequence[Mapping[str, str]],
    cause: str = "",
    work_done: str = "",
    actor: Actor,
    version: int | None = None,
) -> LaborLine:
    """The technician's self-check ends the work (三级检验之一, SV-10): all clocks stop, the team leader is next.

    `items`: [{"name", "result"}]; an item that is not `ok` or `watch` keeps the job in work.
    """
    job = take_job(job, version=version)
    check_may_be_worked(job)
    technician = assigned(job, actor)
    if job.state == State.PAUSED:
        raise Refused(f"“{job.name}”处于中断，请先继续施工再报完工。")
    must_be(job, State.IN_WORK, doing="报完工")
    failed = [item["name"] for item in items if item.get("result") not in ("ok", "watch")]
    if failed or not items:
        what = "、".join(failed) or "自检项目"
        raise Refused(
            f"自检未完成：{what}。合格后才能报完工；如需更换或加项，请用“发现问题”。", field="items"
        )
    job.clock_entries.filter(ended_at=None).update(ended_at=timezone.now())
    check = Inspection(
        order=job.order,
        job=job,
        level=Inspection.Level.SELF,
        passed=True,
        items=list(items),
        inspector=technician,
    )
    insert_row(check)
    move(job, State.SELF_CHECKED, JOB_MOVES)
    job.pause_reason, job.cause, job.work_done = "", cause[:300], work_done[:300]
    keep(job, "state", "pause_reason", "cause", "work_done")
    announce(
        "service.job_finished",
        job.order,
        actor=actor,
        about=[job],
        sentence=f"完工自检合格：{job.name}",
        data={"job": job.pk},
    )
    return job
