"""A booking makes work before the car comes (SV-01): the advisor, the workshop and the parts store get ready for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from fours.desk.worklist import register_day_check, register_figure
from fours.kernel.actor import Actor
from fours.kernel.business_date import span_of
from fours.kernel.events import kind_of
from fours.kernel.models import Task
from fours.kernel.store_settings import declare_setting, setting
from fours.kernel.tasks import cancel_tasks, make_task

from .models import Appointment

HOURS_BEFORE = "service.prepare_hours_before"
AT_LEAST = timedelta(minutes=30)
declare_setting(
    HOURS_BEFORE,
    "预约准备提前（小时）",
    2,
    kind="int",
    group="预约与产能",
    help="客户到店前多少小时须完成准备。",
)


@dataclass(frozen=True)
class Preparation:
    """One side's part in getting ready: whose post it is, what it asks, and the right to say it is done."""

    rule: str
    label: str
    post: str
    permission: str
    asks: str


PREPARATIONS = (
    Preparation(
        "service.prepare_reception", "接待", "advisor", "service.book", "预约准备：提醒客户，查看以往建议"
    ),
    Preparation(
        "service.prepare_workshop", "车间", "foreman", "service.dispatch", "预约准备：安排工位和技师"
    ),
    Preparation("service.prepare_parts", "配件", "parts_keeper", "parts.issue", "预约准备：核对所需配件"),
)


@dataclass(frozen=True)
class Readiness:
    """How far one side is with a booking."""

    preparation: Preparation
    state: str
    person: str = ""

    @property
    def done(self) -> bool:
        return self.state == Task.State.DONE

    @property
    def open(self) -> bool:
        return self.state == Task.State.OPEN


def ask_to_prepare(appointment: Appointment) -> None:
    """A task for each side, due some hours (setting) before the visit, but not sooner than in half an hour."""
    now = timezone.now()
    wanted = appointment.at - timedelta(hours=setting(appointment.store, HOURS_BEFORE))
    due = max(wanted, min(now + AT_LEAST, appointment.at))
    local = timezone.localtime(appointment.at)
    for one in PREPARATIONS:
        make_task(
            appointment.store,
            rule=one.rule,
            source=appointment,
            title=f"{one.asks}（{appointment.concern}）",
            due_at=due,
            post=one.post,
            person=appointment.advisor if one.post == "advisor" else None,
            subject=f"{appointment.vehicle} {local:%m-%d %H:%M} 到店",
            url=reverse("appointment", args=[appointment.pk]),
            occurrence=str(appointment.version),
        )


def ask_anew(appointment: Appointment, before: datetime, *, actor: Actor) -> None:
    """The visit was moved: what was open is asked for the new time."""
    if appointment.at != before:
        cancel_tasks(appointment, actor=actor)
        ask_to_prepare(appointment)


def readiness(appointments: Iterable[Appointment]) -> dict[int, list[Readiness]]:
    """By appointment id, how far each side is, in one query."""
    wanted = {one.pk: one for one in appointments}
    tasks = Task.objects.filter(
        store__in={one.store_id for one in wanted.values()},
        source_kind=kind_of(Appointment()),
        source_id__in=wanted,
    ).select_related("done_by")
    # A visit that was moved has older tasks too: the newest of a rule counts.
    newest = {(task.source_id, task.rule): task for task in tasks.order_by("pk")}
    return {pk: [_ready(one, newest.get((pk, one.rule))) for one in PREPARATIONS] for pk in wanted}


def _ready(preparation: Preparation, task: Task | None) -> Readiness:
    if task is None:
        return Readiness(preparation, "")
    return Readiness(preparation, task.state, task.done_by.name if task.done_by else "")


def count_expected(actor: Actor) -> int:
    """Visits booked for today that have not arrived yet."""
    rows = Appointment.objects.visible_to(actor).filter(state=Appointment.State.BOOKED)
    begin, end = span_of(timezone.localdate())
    return rows.filter(at__gte=begin, at__lt=end).count()


def count_missed(actor: Actor) -> int:
    """Visits whose time is over and of which nobody has said what became."""
    rows = Appointment.objects.visible_to(actor).filter(state=Appointment.State.BOOKED)
    return rows.filter(at__lt=timezone.now()).count()


COUNTER = ("advisor", "frontdesk_supervisor", "receptionist")
register_figure(
    COUNTER,
    "今日待到店",
    count=count_expected,
    url="appointments",
    tone="blue",
    permission="service.view",
    icon="calendar-event",
)
register_day_check(
    COUNTER, "过时未到的预约", count=count_missed, url="appointments", permission="service.view"
)
