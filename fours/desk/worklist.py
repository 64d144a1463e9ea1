"""The worklist of a person: open tasks of their own, the unclaimed ones of their posts, those escalated to them (PF-07)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from fours.kernel.actor import Actor
from fours.kernel.models import Task, TaskWatcher

SOON = timedelta(hours=1)


def open_tasks(actor: Actor) -> QuerySet[Task]:
    """What is due by this person in their current store, first due first; what was put aside is in it too."""
    present = Task.objects.visible_to(actor).filter(state=Task.State.OPEN)
    watched = TaskWatcher.objects.visible_to(actor).filter(post__in=actor.posts)
    # Three ways, each by its index: joined by "or", the database would read all open tasks of the store.
    ids = present.filter(person=actor.user).values("pk")
    mine = ids.union(present.filter(person=None, post__in=actor.posts).values("pk"), watched.values("task"))
    return present.filter(pk__in=mine).order_by("due_at", "pk")


def to_do(actor: Actor, now: datetime | None = None) -> QuerySet[Task]:
    """The open tasks without those put aside until later."""
    now = now or timezone.now()
    return open_tasks(actor).filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now))


# `to_do`, counted by one statement that is written out: every page asks.
COUNT = """
select count(*) from (
    select id from kernel_task where state = 'open' and store_id = any(%(stores)s) and person_id = %(person)s
        and (snoozed_until is null or snoozed_until <= %(now)s)
    union
    select id from kernel_task where state = 'open' and store_id = any(%(stores)s) and person_id is null
        and post = any(%(posts)s::text[]) and (snoozed_until is null or snoozed_until <= %(now)s)
    union
    select task.id from kernel_taskwatcher watcher join kernel_task task on task.id = watcher.task_id
    where watcher.store_id = any(%(stores)s) and watcher.post = any(%(posts)s::text[])
        and task.state = 'open' and task.store_id = any(%(stores)s)
        and (task.snoozed_until is null or task.snoozed_until <= %(now)s)
) as mine
"""


def open_task_count(actor: Actor) -> int:
    """What the bell shows: how many `to_do` finds."""
    person = actor.user.pk if actor.user else None
    asked: dict[str, Any] = {
        "stores": list(actor.store_ids),
        "posts": list(actor.posts),
        "person": person,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, asked)
        count: int = cursor.fetchone()[0]
    return count


def end_of_day(now: datetime) -> datetime:
    """Midnight at the end of the local day."""
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return start + timedelta(days=1)


@dataclass(frozen=True)
class TaskRow:
    """A task as lists show it: how late it is, whether it can be claimed, whose it is."""

    task: Task
    now: datetime
    actor: Actor

    @property
    def overdue(self) -> bool:
        return self.task.due_at < self.now

    @property
    def soon(self) -> bool:
        return not self.overdue and self.task.due_at - self.now <= SOON

    @property
    def clock(self) -> str:
        """The hour when it is due today, else the day."""
        local = timezone.localtime(self.task.due_at)
        return f"{local:%H:%M}" if local.date() == timezone.localtime(self.now).date() else f"{local:%m-%d}"

    @property
    def claimable(self) -> bool:
        return self.task.person_id is None and self.task.post in self.actor.posts

    @property
    def remark(self) -> str:
        """Whose it is when it is not one's own, and what is to be known about its time."""
        person = self.task.person
        parts = [] if person is None or person == self.actor.user else [f"负责人 {person}"]
        if self.task.escalated_at:
            parts.append("逾期已上报")
        if self.task.snoozed_until and self.task.snoozed_until > self.now:
            until = timezone.localtime(self.task.snoozed_until)
            parts.append(f"暂缓至 {until:%m-%d %H:%M}（{self.task.snooze_reason}）")
        return " · ".join([*parts, *([self.task.note] if self.task.note else [])])


def rows_of(tasks: Iterable[Task], actor: Actor) -> list[TaskRow]:
    now = timezone.now()
    return [TaskRow(task, now, actor) for task in tasks]


Value = int | str


@dataclass(frozen=True)
class Figure:
    """A figure of a post's home page, or with `closing` a line of its end-of-day check (what must be zero by then)."""

    posts: frozenset[str]
    label: str
    count: Callable[[Actor], Value]
    url: str
    tone: str
    permission: str | None
    icon: str
    closing: bool


@dataclass(frozen=True)
class ShownFigure:
    label: str
    value: Value
    url: str
    tone: str
    icon: str


FIGURES: list[Figure] = []


def register_figure(
    posts: Iterable[str],
    label: str,
    *,
    count: Callable[[Actor], Value],
    url: str,
    tone: str = "neutral",
    permission: str | None = None,
    icon: str = "",
) -> None:
    """Show a figure on the home page of these posts; `url` is a URL name or a path, the tone counts when it is not 0."""
    FIGURES.append(Figure(frozenset(posts), label, count, url, tone, permission, icon, closing=False))


def register_day_check(
    posts: Iterable[str],
    label: str,
    *,
    count: Callable[[Actor], int],
    url: str,
    permission: str | None = None,
) -> None:
    """Ask these posts at the end of the day whether this is still open: 检查当天工作是否有遗漏."""
    FIGURES.append(Figure(frozenset(posts), label, count, url, "amber", permission, "", closing=True))


def figures_for(actor: Actor, *, closing: bool = False) -> list[ShownFigure]:
    """The figures of the person's posts, in the order the apps registered them."""
    return [
        _shown(figure, actor)
        for figure in FIGURES
        if figure.closing == closing and figure.posts & actor.posts and actor.can(figure.permission)
    ]


def _shown(figure: Figure, actor: Actor) -> ShownFigure:
    value = figure.count(actor)
    url = figure.url if figure.url.startswith("/") else reverse(figure.url)
    return ShownFigure(figure.label, value, url, figure.tone if value else "neutral", figure.icon)
