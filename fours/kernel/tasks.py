"""Tasks: what is due, of which post and person. Made and closed by documents, moved about by people (PF-07)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection, models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.module_loading import import_string

from fours.base.errors import Gone, IllegalMove, NotThere, Refused

from .actor import Actor, grants_of
from .events import announce, kind_of
from .models import Store, Task, User
from .rows import insert_unless_there
from .verbs import take, verb


def make_task(
    store: Store,
    *,
    rule: str,
    source: models.Model,
    title: str,
    due_at: datetime,
    post: str,
    url: str,
    person: User | None = None,
    subject: str = "",
    occurrence: str = "",
    window_start: datetime | None = None,
    counted_from: datetime | None = None,
    note: str = "",
) -> None:
    """Make the one task of this rule, source and occurrence; one that is there is never reopened or changed.

    `counted_from` is when the period began: with it an open task moves when the rule's setting is changed.
    """
    task = Task(
        store=store,
        rule=rule,
        source_kind=kind_of(source),
        source_id=source.pk,
        occurrence=occurrence,
        title=title[:200],
        subject=subject[:100],
        due_at=due_at,
        window_start=window_start,
        post=post,
        person=person,
        url=url,
        counted_from=counted_from,
        note=note[:120],
    )
    # One statement, where asking first and a savepoint would take four: nearly every task is new.
    insert_unless_there(task)


def close_tasks(source: models.Model, *, actor: Actor, rule: str = "", occurrence: str | None = None) -> int:
    """Mark the open tasks of a document as done (all of them, or one rule's or occurrence's); how many there were."""
    return _end(source, Task.State.DONE, actor, rule, occurrence)


def cancel_tasks(source: models.Model, *, actor: Actor, rule: str = "", occurrence: str | None = None) -> int:
    """Take back the open tasks of a document that is void; how many there were."""
    return _end(source, Task.State.CANCELLED, actor, rule, occurrence)


def _end(source: models.Model, state: str, actor: Actor, rule: str, occurrence: str | None) -> int:
    by = actor.user.pk if actor.user else None
    return end_tasks(kind_of(source), source.pk, state, timezone.now(), by, rule=rule, occurrence=occurrence)


END_TASKS = """
update kernel_task set state = %(state)s, done_at = %(at)s, done_by_id = %(by)s
where source_kind = %(kind)s and source_id = %(pk)s and state = 'open'
    and (%(rule)s::text = '' or rule = %(rule)s) and (%(occurrence)s::text is null or occurrence = %(occurrence)s)
"""


def end_tasks(
    kind: str,
    pk: int,
    state: str,
    at: datetime,
    by: int | None,
    *,
    rule: str = "",
    occurrence: str | None = None,
) -> int:
    """End the open tasks of a document, named by what it goes by in events and its id; how many there were."""
    named: dict[str, str | int | datetime | None] = {
        "kind": kind, "pk": pk, "rule": rule, "occurrence": occurrence, "state": state, "at": at, "by": by
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(END_TASKS, named)
        ended: int = cursor.rowcount
        return ended


def post_names() -> Mapping[str, str]:
    """Post codes with their Chinese names, from the organisation above the kernel."""
    source: Callable[[], Mapping[str, str]] = import_string(settings.FOURS_POST_NAMES)
    return source()


def people_of_post(store: Store, post: str) -> Sequence[User]:
    """Who holds the post in the store today, by name."""
    source: Callable[[Store, str], Sequence[User]] = import_string(settings.FOURS_PEOPLE_OF_POST)
    return source(store, post)


def least_loaded(store: Store, post: str) -> User | None:
    """The holder of the post with the fewest open tasks: how work is spread when nobody owns it."""
    people = people_of_post(store, post)
    rows = Task.objects.filter(store=store, state=Task.State.OPEN, person__in=people)
    load = dict(rows.values_list("person").annotate(n=Count("pk")).values_list("person", "n"))
    return min(people, key=lambda person: load.get(person.pk, 0), default=None)


def free_tasks_of_leavers(store: Store) -> int:
    """Give tasks of people who no longer have a post in the store back to the post; how many."""
    people = User.objects.filter(pk__in=Task.objects.filter(store=store, state="open").values("person_id"))
    gone = [person for person in people if store.pk not in grants_of(person).permissions]
    return Task.objects.filter(store=store, state=Task.State.OPEN, person__in=gone).update(person=None)


@verb("认领", None, states=["open"], plain=True)
def claim_task(task: Task, *, actor: Actor) -> Task:
    """Take a task nobody has yet for oneself; who comes second is told so."""
    check_is_of(task, actor)
    claimed = Task.objects.filter(pk=task.pk, person=None, state=Task.State.OPEN).update(person=actor.user)
    task = take(task)
    if not claimed:
        check_open(task)
        raise Gone(f"“{task.title}”已由{task.person}认领。")
    announce("kernel.task_claimed", task, actor=actor, sentence=f"认领：{task.title}")
    return task


@verb("转交", None, states=["open"])
def hand_over_task(task: Task, *, person: User, reason: str, actor: Actor) -> Task:
    """Give a task to a colleague who holds the same post in the same store."""
    check_is_of(task, actor)
    task = take(task)
    check_open(task)
    reason = _reason(reason)
    if person.pk not in {colleague.pk for colleague in people_of_post(task.store, task.post)}:
        raise Refused("只能转交给本店同岗位的同事。", field="person")
    if person.pk == task.person_id:
        raise Refused(f"这项待办已经是{person}的了。", field="person")
    task.person, task.snoozed_until, task.snooze_reason = person, None, ""
    task.save(update_fields=["person", "snoozed_until", "snooze_reason"])
    sentence = f"转交给{person}：{task.title}（{reason}）"
    announce("kernel.task_handed_over", task, actor=actor, sentence=sentence, data={"person": person.pk})
    return task


@verb("暂缓", None, states=["open"])
def snooze_task(task: Task, *, until: datetime, reason: str, actor: Actor) -> Task:
    """Put a task aside until a time, with the reason. Its due time stays, so it still becomes overdue and escalates."""
    check_is_of(task, actor)
    task = take(task)
    check_open(task)
    reason = _reason(reason)
    if until <= timezone.now():
        raise Refused("暂缓到的时间须在现在之后。", field="until")
    task.snoozed_until, task.snooze_reason = until, reason
    task.save(update_fields=["snoozed_until", "snooze_reason"])
    local = timezone.localtime(until)
    announce(
        "kernel.task_snoozed",
        task,
        actor=actor,
        sentence=f"暂缓至 {local:%m-%d %H:%M}：{task.title}（{reason}）",
    )
    return task


def check_is_of(task: Task, actor: Actor) -> None:
    """Raise NotThere unless the task is the actor's own, of one of their posts, or escalated to them."""
    posts = actor.grants.posts.get(task.store_id, frozenset())
    own = Q(person=actor.user) | Q(post__in=posts) | Q(watchers__post__in=posts)
    if not actor.is_system and not Task.objects.filter(own, pk=task.pk).exists():
        raise NotThere("这项待办不在您的岗位。")


def check_open(task: Task) -> None:
    if task.state != Task.State.OPEN:
        raise IllegalMove(f"“{task.title}”{task.get_state_display()}，不能再改动。")


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise Refused("请写明原因。", field="reason")
    if len(text) > 100:
        raise Refused("原因最多 100 个字。", field="reason")
    return text
