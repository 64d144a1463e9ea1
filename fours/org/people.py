"""Who holds a post today."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.models import Store, User

from .models import Assignment

ADVISING = ("advisor", "frontdesk_supervisor", "service_manager", "aftersales_manager")
"""Posts whose holders may look after a customer's visit."""


def present_assignments(store: Store) -> QuerySet[Assignment]:
    """The assignments of a store that hold today, of people who still work here."""
    today = timezone.localdate()
    holding = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    return Assignment.objects.filter(holding, store=store, starts_on__lte=today, user__is_active=True)


def holders(store: Store, *posts: str) -> list[User]:
    """The people who hold one of the posts in the store today, by name."""
    users = User.objects.filter(assignments__in=present_assignments(store).filter(post__in=posts))
    return list(users.distinct().order_by("name", "pk"))


def employee(store: Store, username: str, field: str) -> User:
    """The person of that user name with a post in the store today; refused beside the field when there is none."""
    found = User.objects.filter(assignments__in=present_assignments(store), username=username).first()
    if found is None:
        raise Refused(f"本店没有在职员工“{username}”。", field=field)
    return found


def employees(actor: Actor) -> QuerySet[User]:
    """The people with a post in the actor's store today, by name, as forms choose them."""
    users = User.objects.filter(assignments__in=present_assignments(actor.must_store))
    return users.distinct().order_by("name")
