"""`/api/v1/tasks`: the worklist (PF-07). Tasks are done by doing their documents' work, so there is no verb for that."""

from datetime import date
from typing import Literal

from django.db.models import Exists, OuterRef, Q, QuerySet
from ninja import Query, Router, Schema

from fours.base.errors import Refused
from fours.desk.api_tools import (
    ApiRequest,
    Asked,
    Id,
    Listed,
    Moment,
    Page,
    PersonOut,
    Text,
    When,
    held,
    listing,
    reader,
    rows_of,
)
from fours.kernel.actor import Actor
from fours.kernel.models import Task, TaskWatcher
from fours.kernel.tasks import check_is_of, claim_task, hand_over_task, people_of_post, snooze_task

router = Router()


class TaskOut(Schema):
    """A piece of work: of a post, where known of a person; `url` is the screen on which it is done."""

    id: int
    store: str
    rule: str
    source_kind: str
    source_id: int
    occurrence: str
    post: str
    person: PersonOut | None
    title: str
    subject: str
    url: str
    due_at: Moment
    window_start: Moment | None
    state: str
    done_at: Moment | None
    snoozed_until: Moment | None
    note: str

    @staticmethod
    def resolve_store(task: Task) -> str:
        return task.store.code


class TaskPage(Page):
    state: Literal["open", "done", "cancelled"] | None = None
    post: str = ""
    rule: str = ""
    source_kind: str = ""
    source_id: Id | None = None
    due_before: date | None = None
    mine: bool = False


class HandOver(Asked):
    person: Text
    reason: Text


class Snooze(Asked):
    until: When
    reason: Text


def _own(actor: Actor) -> QuerySet[Task]:
    """Tasks of the person, of their posts in each store, and those escalated to them."""
    own = Q(person=actor.user)
    for store, posts in actor.grants.posts.items():
        watched = TaskWatcher.objects.filter(task=OuterRef("pk"), post__in=posts)
        own |= Q(store=store, post__in=posts) | Q(Exists(watched), store=store)
    return rows_of(Task, actor).filter(own)


@router.get("", response=Listed[TaskOut], url_name="tasks")
def tasks(request: ApiRequest, page: Query[TaskPage]) -> object:
    """Tasks of the caller and of the caller's posts; `mine=true` only open ones that nobody else has taken."""
    rows = _own(reader(request, page.store))
    if page.mine:
        rows = rows.filter(Q(person=None) | Q(person=request.user), state=Task.State.OPEN)
    for name in ("state", "post", "rule", "source_kind", "source_id"):
        if (wanted := getattr(page, name)) not in (None, ""):
            rows = rows.filter(**{name: wanted})
    if page.due_before is not None:
        rows = rows.filter(due_at__date__lt=page.due_before)
    return listing(rows, page, lambda shown: shown.select_related("store", "person"))


@router.get("/{int:pk}", response=TaskOut, url_name="task")
def task(request: ApiRequest, pk: int) -> Task:
    """One task."""
    row, actor = held(request, Task, pk, "store", "person")
    check_is_of(row, actor)
    return row


@router.post("/{int:pk}/claim", response=TaskOut)
def claim(request: ApiRequest, pk: int) -> Task:
    """Take a task nobody has yet for oneself."""
    row, actor = held(request, Task, pk)
    return claim_task(row, actor=actor)


@router.post("/{int:pk}/hand-over", response=TaskOut)
def hand_over(request: ApiRequest, pk: int, data: HandOver) -> Task:
    """Give a task to a colleague of the same post, named by user name."""
    row, actor = held(request, Task, pk, "store")
    check_is_of(row, actor)
    person = next((p for p in people_of_post(row.store, row.post) if p.username == data.person), None)
    if person is None:
        raise Refused("只能转交给本店同岗位的同事。", field="person")
    return hand_over_task(row, person=person, reason=data.reason, actor=actor)


@router.post("/{int:pk}/snooze", response=TaskOut)
def snooze(request: ApiRequest, pk: int, data: Snooze) -> Task:
    """Put a task aside until a time, with the reason."""
    row, actor = held(request, Task, pk)
    return snooze_task(row, until=data.until, reason=data.reason, actor=actor)
