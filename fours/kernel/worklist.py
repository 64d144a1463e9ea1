"""The open tasks of a person: those of their own, and the unclaimed ones of their posts."""

from django.db.models import Q, QuerySet

from .actor import Actor
from .models import Task


def open_tasks(actor: Actor) -> QuerySet[Task]:
    """What is due by this person in their current store, first due first (PF-07)."""
    mine = Q(person=actor.user) | Q(person=None, post__in=actor.posts) | Q(watchers__post__in=actor.posts)
    return (
        Task.objects.visible_to(actor).filter(mine, state=Task.State.OPEN).order_by("due_at", "pk").distinct()
    )


def open_task_count(actor: Actor) -> int:
    return open_tasks(actor).count()
