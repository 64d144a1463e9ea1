"""The second and third inspection (三级检验, SV-10): the team leader's of a job, the inspector's of the whole order."""

from collections.abc import Mapping, Sequence

from django.db.models import Q
from django.utils import timezone

from fours.base.errors import NotAllowed, Refused
from fours.kernel.actor import Actor
from fours.kernel.business_date import business_date
from fours.kernel.events import announce
from fours.kernel.models import User
from fours.kernel.printing import freeze
from fours.kernel.rows import insert_row
from fours.kernel.verbs import keep, move, must_be, take, verb

from ..guarantee import RepairKind, needs_certificate
from ..models import AdditionalWork, Inspection, LaborLine, RepairOrder, Wash
from ..totals import jobs_of
from ..transitions import JOB_MOVES, ORDER_MOVES
from .workshop import take_job

Items = Sequence[Mapping[str, str]]
State = LaborLine.State
RESULTS = frozenset({"ok", "watch", "replace", "fail"})
CERTIFICATE = "service.completion_certificate"


@verb("组检", "service.team_check", states=["self_checked"])
def check_job(
    job: LaborLine,
    *,
    passed: bool,
    items: Items = (),
    reason: str = "",
    advice: str = "",
    actor: Actor,
    version: int | None = None,
) -> LaborLine:
    """The team leader passes a job or sends it back with a reason; nobody checks their own work."""
    job = take_job(job, version=version)
    must_be(job, State.SELF_CHECKED, doing="组检")
    inspector = _other_than_worker(actor, [job])
    _check_answers(passed, items, reason)
    check = Inspection(
        order=job.order,
        job=job,
        level=Inspection.Level.TEAM,
        passed=passed,
        items=list(items),
        reason=reason[:300],
        advice=advice[:300],
        inspector=inspector,
    )
    insert_row(check)
    move(job, State.TEAM_CHECKED if passed else State.DISPATCHED, JOB_MOVES)
    keep(job, "state")
    announce(
        "service.job_checked",
        job.order,
        actor=actor,
        about=[job],
        sentence=f"组检合格：{job.name}" if passed else f"组检不合格，退回返工：{job.name}（{reason}）",
        data={"job": job.pk, "passed": passed},
    )
    return job


@verb("终检", "service.final_check", states=["authorised"])
def final_check(
    order: RepairOrder,
    *,
    passed: bool,
    items: Items,
    reason: str = "",
    failed_jobs: Sequence[int] = (),
    advice: str = "",
    actor: Actor,
    version: int | None = None,
) -> RepairOrder:
    """The final check of the whole car, of every order (100 %).

    Passed: to the wash if the customer wants one, else completed. Failed: the named jobs go back to the workshop as
    internal rework (内返), which costs no customer anything.
    """
    order = take(order, "vehicle", "advisor", version=version)
    must_be(order, RepairOrder.State.AUTHORISED, doing="终检")
    jobs = agreed_jobs(order)
    check_ready_for_final(order, jobs)
    inspector = _other_than_worker(actor, jobs)
    if not items:
        raise Refused("请逐项填写检验结果。", field="items")
    _check_answers(passed, items, reason)
    back = _sent_back(passed, jobs, failed_jobs)
    check = Inspection(
        order=order,
        level=Inspection.Level.FINAL,
        passed=passed,
        items=list(items),
        reason=reason[:300],
        advice=advice[:300],
        inspector=inspector,
    )
    insert_row(check)
    if not passed:
        _rework(order, back, reason, actor)
        return order
    announce("service.final_check_passed", order, actor=actor, sentence="终检合格")
    if order.wash_wanted and not Wash.objects.filter(order=order, state=Wash.State.DONE).exists():
        wash, _ = Wash.objects.get_or_create(order=order, defaults={"store": order.store})
        announce("service.wash_queued", order, actor=actor, sentence="进入洗车队列", data={"wash": wash.pk})
        return order
    return complete(order, actor=actor, jobs=jobs)


def _rework(order: RepairOrder, back: Sequence[LaborLine], reason: str, actor: Actor) -> None:
    """The jobs go back to those who did them (内返)."""
    for job in back:
        move(job, State.DISPATCHED, JOB_MOVES)
        keep(job, "state")
    names = "、".join(job.name for job in back)
    announce(
        "service.final_check_failed",
        order,
        actor=actor,
        sentence=f"终检不合格，退回返工：{names}（{reason}）",
        data={"jobs": [job.pk for job in back]},
    )


def agreed_jobs(order: RepairOrder) -> list[LaborLine]:
    """The jobs the customer has agreed to; refused and unanswered additional work is not among them."""
    return [job for job in jobs_of(order) if job.is_authorised]


def check_ready_for_final(order: RepairOrder, jobs: Sequence[LaborLine]) -> None:
    """Refuse the final check while work, team checks or the customer's answers are outstanding."""
    if reason := outstanding(order, jobs):
        raise Refused(reason)
    if Wash.objects.filter(order=order).exclude(state=Wash.State.DONE).exists():
        raise Refused("终检已合格，车辆在洗车队列中。")


def outstanding(order: RepairOrder, jobs: Sequence[LaborLine]) -> str:
    """What keeps the order from its final check, in words; empty when nothing does."""
    if not jobs:
        return "工单没有维修项目，不能终检。"
    open_jobs = [job.name for job in jobs if job.state != State.TEAM_CHECKED]
    if open_jobs:
        return f"还有项目未经组检：{'、'.join(open_jobs)}。"
    asked = (AdditionalWork.State.FOUND, AdditionalWork.State.OFFERED)
    waiting = order.additional_works.filter(state__in=asked).count()
    return f"还有 {waiting} 项增项未得到客户答复，请服务顾问先征询客户。" if waiting else ""


def is_finally_checked(order: RepairOrder) -> bool:
    """Whether the last final check passed and covers all the work there is now."""
    checks = order.inspections.order_by("-pk")
    last = checks.filter(level=Inspection.Level.FINAL).first()
    if last is None or not last.passed or outstanding(order, agreed_jobs(order)):
        return False
    return not checks.filter(pk__gt=last.pk, level=Inspection.Level.TEAM).exists()


def _sent_back(passed: bool, jobs: Sequence[LaborLine], failed_jobs: Sequence[int]) -> list[LaborLine]:
    back = [job for job in jobs if job.pk in set(failed_jobs)]
    if not passed and not back:
        raise Refused("请选择退回返工的项目。", field="failed_jobs")
    return back


def _check_answers(passed: bool, items: Items, reason: str) -> None:
    if any(item.get("result") not in RESULTS for item in items):
        raise Refused("检验项目有未填写的结果。", field="items")
    if passed and any(item.get("result") == "fail" for item in items):
        raise Refused("有不合格项目，不能判为合格。", field="passed")
    if not passed and not reason.strip():
        raise Refused("请写明不合格原因。", field="reason")


def _other_than_worker(actor: Actor, jobs: Sequence[LaborLine]) -> User:
    if actor.user is None:
        raise NotAllowed("检验须由检验人本人办理。")
    worked = Q(clock_entries__technician=actor.user)
    reported = Q(inspections__inspector=actor.user, inspections__level=Inspection.Level.SELF)
    own = LaborLine.objects.filter(worked | reported, pk__in=[job.pk for job in jobs]).distinct()
    if own:
        raise Refused(f"不能检验自己施工的项目：{'、'.join(job.name for job in own)}。")
    return actor.user


def complete(order: RepairOrder, *, actor: Actor, jobs: Sequence[LaborLine] | None = None) -> RepairOrder:
    """The work is done (竣工): the order, locked by the caller, is completed and its certificate issued where the law asks.

    `jobs` (the agreed ones), when they were read already.
    """
    move(order, RepairOrder.State.COMPLETED, ORDER_MOVES)
    order.completed_at = timezone.now()
    order.completed_date = business_date(order.store)
    keep(order, "state", "completed_at", "completed_date")
    announce("service.order_completed", order, actor=actor, sentence="竣工")
    if any(
        needs_certificate(RepairKind(job.repair_class))
        for job in (agreed_jobs(order) if jobs is None else jobs)
    ):
        freeze(CERTIFICATE, order, actor=actor, occurrence=_which_completion(order))
    return order


def _which_completion(order: RepairOrder) -> str:
    """Empty for the first completion; an order opened again by additional work gets a certificate of its own."""
    passed = order.inspections.filter(level=Inspection.Level.FINAL, passed=True).count()
    return str(passed) if passed > 1 else ""
