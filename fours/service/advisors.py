"""Who may look after a customer's visit."""

from django.db.models import QuerySet

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.models import Store, User
from fours.org.people import ADVISING, present_assignments


def advisors_of(store: Store) -> QuerySet[User]:
    """The people who advise in the store today, by name."""
    held = present_assignments(store).filter(post__in=ADVISING)
    return User.objects.filter(assignments__in=held).distinct().order_by("name", "pk")


def check_advises(store: Store, person: User) -> User:
    """The person, refused beside `advisor` when they do not advise in the store today."""
    if not advisors_of(store).filter(pk=person.pk).exists():
        raise Refused(f"{person.name} 不是本店现任服务顾问。", field="advisor")
    return person


def self_if_advising(actor: Actor) -> User | None:
    """The actor, if looking after visits is their own work: whom a new visit is proposed for."""
    return actor.user if actor.posts & set(ADVISING) else None
