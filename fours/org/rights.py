"""Rights of a person: the union of what their present posts grant, by store."""

from collections import defaultdict

from django.db.models import Q
from django.utils import timezone

from fours.kernel.actor import Grants
from fours.kernel.models import Store, User

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
    stores: dict[int, Store] = {}
    # One question for both: every request asks it.
    for assignment in held.select_related("store"):
        posts[assignment.store_id].add(assignment.post)
        stores[assignment.store_id] = assignment.store
    return Grants(
        {
            store: with_carried(frozenset().union(*(PERMISSIONS_OF_POST.get(p, frozenset()) for p in held)))
            for store, held in posts.items()
        },
        {store: frozenset(held) for store, held in posts.items()},
        sorted(stores.values(), key=lambda store: store.code),
    )
