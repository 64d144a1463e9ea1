"""Who may decide for a post today: its holders, and the deputies of those who are away."""

from collections.abc import Iterable

from django.utils import timezone

from fours.kernel.actor import Actor
from fours.kernel.models import Store, User
from fours.kernel.tasks import people_of_post

from .models import Substitution


def deputies_of(store: Store, people: Iterable[User]) -> dict[int, User]:
    """The deputy of each of the people who is away today."""
    today = timezone.localdate()
    rows = Substitution.objects.filter(
        store=store, person__in=list(people), active=True, starts_on__lte=today, ends_on__gte=today,
        deputy__is_active=True,
    )  # fmt: skip
    return {row.person_id: row.deputy for row in rows.select_related("deputy")}


def asked_person(store: Store, post: str) -> User | None:
    """Whom the task goes to when everybody of the post is away: a deputy; else nobody, and the post has it."""
    holders = people_of_post(store, post)
    deputies = deputies_of(store, holders)
    away = [deputies[person.pk] for person in holders if person.pk in deputies]
    return away[0] if away and len(away) == len(holders) else None


def may_decide(actor: Actor, store: Store, post: str) -> bool:
    """Whether the actor holds the post today, or stands in for somebody who does."""
    if actor.user is None:
        return False
    if actor.holds(post, store.pk):
        return True
    deputies = deputies_of(store, people_of_post(store, post))
    return any(deputy.pk == actor.user.pk for deputy in deputies.values())
