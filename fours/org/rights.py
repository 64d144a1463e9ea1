"""Rights of a person: the union of what their present posts grant, by store."""

from collections import defaultdict

from django.db.models import Q
from django.utils import timezone

from fours.kernel.actor import Grants
from fours.kernel.models import User

from .models import Assignment
from .post_permissions import PERMISSIONS_OF_POST, with_carried


def grants_of(user: User) -> Grants:
    """Permissions and posts by store id, from the assignments that hold today (PF-01, PF-02)."""
    if not user.is_active:
        return Grants({}, {})
    today = timezone.localdate()
    held = Assignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), user=user, starts_on__lte=today
    )
    posts: dict[int, set[str]] = defaultdict(set)
    for store_id, post in held.values_list("store_id", "post"):
        posts[store_id].add(post)
    return Grants(
        {
            store: with_carried(frozenset().union(*(PERMISSIONS_OF_POST.get(p, frozenset()) for p in held)))
            for store, held in posts.items()
        },
        {store: frozenset(held) for store, held in posts.items()},
    )
