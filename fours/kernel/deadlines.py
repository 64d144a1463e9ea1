"""Deadlines: an event starts a period, its end makes a task, a later event closes it (PF-07).

The amounts are settings (`deadline.<name>`), so a manager changes them; open tasks move, done ones stay.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from django.db import models
from django.utils import timezone

from fours.base.calendar import add_working_days

from .actor import Actor
from .events import announce, subscribe
from .models import CalendarDay, Event, Store, Task, TaskWatcher, User
from .store_settings import SETTING_CHANGED, declare_setting, setting
from .tasks import end_tasks, make_task

Unit = Literal["minutes", "hours", "days", "working_days", "at_time"]
UNIT_WORDS = {"minutes": "分钟", "hours": "小时", "days": "天", "working_days": "个工作日", "at_time": "时刻"}
DAY_ENDS = "kernel.day_ends_at"
declare_setting(
    DAY_ENDS, "每日收工时间", "18:00", kind="time", group="时限", help="按天计的时限到这一刻为止。"
)


@dataclass(frozen=True)
class TaskDraft:
    """What an event asks for. `start` is when the period begins (else the event's time); `post` overrides the rule's."""

    source: models.Model
    title: str
    url: str
    subject: str = ""
    person: User | None = None
    post: str = ""
    occurrence: str = ""
    start: datetime | None = None
    window_start: datetime | None = None


@dataclass(frozen=True)
class Deadline:
    """A rule by which something is due.

    `amount` is whole minutes, hours, days or working days, or for `at_time` a time of day such as "17:30".
    A rule without `event` is for tasks that a verb makes itself with `make_task(rule=name, …)`: it still gives the
    setting, `due_of`, closing and escalation. `closes_on` closes the task whose source is the event's aggregate,
    or what `closes` names as (kind, id).
    """

    name: str
    label: str
    post: str
    amount: int | str
    unit: Unit
    event: str = ""
    draft: Callable[[Event], TaskDraft | None] | None = None
    closes_on: tuple[str, ...] = ()
    closes: Callable[[Event], tuple[str, int] | None] | None = None
    escalate_to: str = ""
    escalate_after_hours: int = 24

    @property
    def key(self) -> str:
        return f"deadline.{self.name}"

    @property
    def escalation_key(self) -> str:
        return f"deadline.{self.name}.escalate_hours"


@dataclass(frozen=True)
class Due:
    """When something is due; `warning` says why the day may still change (a year without calendar data)."""

    at: datetime
    warning: str = ""


DEADLINES: dict[str, Deadline] = {}


def declare_deadline(deadline: Deadline) -> None:
    """Register the rule: its settings, and the inline subscribers that make and close its tasks."""
    if deadline.name in DEADLINES:
        raise ValueError(f"two deadlines are called {deadline.name}")
    if bool(deadline.event) != (deadline.draft is not None):
        raise ValueError(f"{deadline.name}: event and draft belong together")
    DEADLINES[deadline.name] = deadline
    kind: Literal["time", "int"] = "time" if deadline.unit == "at_time" else "int"
    unit = UNIT_WORDS[deadline.unit]
    declare_setting(deadline.key, f"{deadline.label}（{unit}）", deadline.amount, kind=kind, group="时限")
    if deadline.escalate_to:
        label = f"{deadline.label}：逾期几小时后上报"
        declare_setting(
            deadline.escalation_key, label, deadline.escalate_after_hours, kind="int", group="时限"
        )
    if deadline.event:
        subscribe(deadline.event, inline=True)(lambda event: _begin(deadline, event))
    for kind_of_event in deadline.closes_on:
        subscribe(kind_of_event, inline=True)(lambda event: _close(deadline, event))


def due_of(store: Store, name: str, start: datetime) -> Due:
    """When a period of the rule that begins at `start` ends, by the store's setting and the calendar."""
    deadline = DEADLINES[name]
    amount = setting(store, deadline.key)
    local = timezone.localtime(start)
    if deadline.unit == "minutes":
        return Due(start + timedelta(minutes=amount))
    if deadline.unit == "hours":
        return Due(start + timedelta(hours=amount))
    if deadline.unit == "at_time":
        at = _moment(local.date(), amount)
        return Due(at if at > start else _moment(local.date() + timedelta(days=1), amount))
    ends: time = setting(store, DAY_ENDS)
    if deadline.unit == "days":
        return Due(_end_of(local.date() + timedelta(days=amount), ends, start))
    full = add_working_days(local.date(), amount, calendar_days())
    return Due(_end_of(full.day, ends, start), full.warning or "")


def calendar_days() -> dict[date, bool]:
    """The days a manager entered over the shipped calendar."""
    return dict(CalendarDay.objects.values_list("date", "working"))


def _moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def _end_of(day: date, ends: time, start: datetime) -> datetime:
    """The day's closing hour; its last minute when the period began after closing on that very day."""
    moment = _moment(day, ends)
    return moment if moment > start else _moment(day, time(23, 59))


def _begin(deadline: Deadline, event: Event) -> None:
    draft = deadline.draft(event) if deadline.draft else None
    if draft is None:
        return
    start = draft.start or event.at
    due = due_of(event.store, deadline.name, start)
    make_task(
        event.store,
        rule=deadline.name,
        source=draft.source,
        title=draft.title,
        due_at=due.at,
        post=draft.post or deadline.post,
        url=draft.url,
        person=draft.person,
        subject=draft.subject,
        occurrence=draft.occurrence,
        window_start=draft.window_start,
        counted_from=start,
        note=due.warning,
    )


def _close(deadline: Deadline, event: Event) -> None:
    target = deadline.closes(event) if deadline.closes else (event.aggregate_kind, event.aggregate_id)
    if target is None:
        return
    end_tasks(*target, Task.State.DONE, event.at, event.actor_id, rule=deadline.name)


@subscribe(SETTING_CHANGED, inline=True)
def move_open_tasks(event: Event) -> None:
    """A changed rule moves its open tasks; those that are done stay as they were."""
    key = str(event.data["key"])
    for deadline in DEADLINES.values():
        if key == deadline.key or (key == DAY_ENDS and deadline.unit in ("days", "working_days")):
            recount(event.store, deadline.name)


def recount(store: Store, name: str) -> int:
    """Count the due time of the rule's open tasks anew (setting or calendar changed); how many moved."""
    moved = 0
    tasks = Task.objects.select_for_update().filter(
        store=store, rule=name, state=Task.State.OPEN, counted_from__isnull=False
    )
    for task in tasks.order_by("pk"):
        assert task.counted_from is not None
        due = due_of(store, name, task.counted_from)
        if (due.at, due.warning) != (task.due_at, task.note):
            task.due_at, task.note = due.at, due.warning
            task.save(update_fields=["due_at", "note"])
            moved += 1
    return moved


def escalate(store: Store, now: datetime | None = None) -> int:
    """Let the superior post also see what is overdue for too long (once per task); how many were escalated."""
    now = now or timezone.now()
    done = 0
    for deadline in DEADLINES.values():
        if not deadline.escalate_to:
            continue
        late = now - timedelta(hours=setting(store, deadline.escalation_key))
        tasks = Task.objects.select_for_update(skip_locked=True).filter(
            store=store, rule=deadline.name, state=Task.State.OPEN, due_at__lte=late, escalated_at=None
        )
        for task in tasks.order_by("pk"):
            _escalate_one(task, deadline, now)
            done += 1
    return done


def _escalate_one(task: Task, deadline: Deadline, now: datetime) -> None:
    TaskWatcher.objects.get_or_create(task=task, post=deadline.escalate_to, store=task.store)
    task.escalated_at = now
    task.save(update_fields=["escalated_at"])
    announce(
        "kernel.task_escalated", task, actor=Actor.system(task.store), sentence=f"逾期上报：{task.title}"
    )
