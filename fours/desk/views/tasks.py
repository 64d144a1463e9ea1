"""待办: every task of the person in tabs, and what may be done with one besides doing it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from fours.desk.worklist import end_of_day, open_tasks, rows_of
from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.models import Task, User
from fours.kernel.tasks import check_is_of, hand_over_task, people_of_post, post_names, snooze_task
from fours.kernel.web import ActorRequest, attempt, done, find, page, screen

PER_PAGE = 50
DONE_DAYS = 30


@require_GET
@screen(None)
def tasks(request: ActorRequest) -> HttpResponse:
    """The tab's tasks, first due first; done ones newest first."""
    actor, now = request.actor, timezone.now()
    tabs = _tabs(now)
    chosen = request.GET.get("tab", "")
    chosen = chosen if chosen in {*tabs, "done"} else "open"
    rows = done_tasks(actor, now) if chosen == "done" else open_tasks(actor).filter(tabs[chosen][1])
    shown = Paginator(rows.select_related("person", "done_by"), PER_PAGE).get_page(request.GET.get("page"))
    counted = open_tasks(actor).aggregate(**{name: Count("pk", filter=q) for name, (_, q) in tabs.items()})
    bar = [(label, f"?tab={name}", counted[name], name == chosen) for name, (label, _) in tabs.items()]
    bar.append(("已办", "?tab=done", None, chosen == "done"))
    context: dict[str, object] = {"tabs": bar, "page": shown, "rows": rows_of(shown, actor), "tab": chosen}
    return page(request, "desk/tasks.html", context)


def _tabs(now: datetime) -> dict[str, tuple[str, Q]]:
    aside = Q(snoozed_until__gt=now)
    return {
        "open": ("待办", ~aside | Q(snoozed_until=None)),
        "late": ("逾期", Q(due_at__lt=now)),
        "today": ("今天到期", Q(due_at__gte=now, due_at__lt=end_of_day(now))),
        "free": ("待认领", Q(person=None)),
        "aside": ("暂缓", aside),
    }


def done_tasks(actor: Actor, now: datetime) -> QuerySet[Task]:
    """What the person did in the last 30 days, newest first."""
    since = now - timedelta(days=DONE_DAYS)
    rows = Task.objects.visible_to(actor).filter(done_by=actor.user, done_at__gte=since)
    return rows.order_by("-done_at", "-pk")


class SnoozeForm(TablerForm, forms.Form):
    until = forms.DateTimeField(label="暂缓到", widget=forms.DateTimeInput)
    reason = forms.CharField(label="原因", max_length=100)
    autofocus = False


class HandOverForm(TablerForm, forms.Form):
    person = forms.ModelChoiceField(label="转交给", queryset=User.objects.none(), empty_label="请选择同事")
    reason = forms.CharField(label="原因", max_length=100)
    autofocus = False

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holders = people_of_post(task.store, task.post)
        colleagues = [person.pk for person in holders if person.pk != task.person_id]
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=colleagues).order_by("name")


@require_GET
@screen(None)
def task(request: ActorRequest, pk: int) -> HttpResponse:
    """One task: what it is, and claim, put aside, hand over."""
    return _task_page(request, _own(request, pk))


@require_POST
@screen(None)
def snooze(request: ActorRequest, pk: int) -> HttpResponse:
    """Put the task aside; back to the worklist."""
    row = _own(request, pk)
    form = SnoozeForm(request.POST, prefix="snooze")
    if attempt(form, lambda: snooze_task(row, **form.cleaned_data, actor=request.actor)) is None:
        return _task_page(request, row, snooze_form=form)
    return done(request, "已暂缓", reverse("home"))


@require_POST
@screen(None)
def hand_over(request: ActorRequest, pk: int) -> HttpResponse:
    """Hand the task to a colleague; back to the worklist."""
    row = _own(request, pk)
    form = HandOverForm(request.POST, prefix="hand", task=row)
    if attempt(form, lambda: hand_over_task(row, **form.cleaned_data, actor=request.actor)) is None:
        return _task_page(request, row, hand_over_form=form)
    return done(request, f"已转交给{form.cleaned_data['person']}", reverse("home"))


def _own(request: ActorRequest, pk: int) -> Task:
    row = find(Task, pk, request.actor, "store", "person", "done_by")
    check_is_of(row, request.actor)
    return row


def _task_page(
    request: ActorRequest,
    row: Task,
    snooze_form: SnoozeForm | None = None,
    hand_over_form: HandOverForm | None = None,
) -> HttpResponse:
    context = {
        "task": row,
        "row": rows_of([row], request.actor)[0],
        "post_name": post_names().get(row.post, row.post),
        "snooze_form": snooze_form or SnoozeForm(prefix="snooze", initial={"until": _in_two_hours()}),
        "hand_over_form": hand_over_form or HandOverForm(prefix="hand", task=row),
    }
    return page(request, "desk/task_page.html", context, snooze_form or hand_over_form)


def _in_two_hours() -> datetime:
    return timezone.localtime().replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
