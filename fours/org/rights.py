"""Rights of a person: the union of what their present posts grant, by store."""

from collections import defaultdict
from collections.abc import Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, OuterRef, Q, Value, When
from django.db.models.functions import Concat
from django.utils import timezone

from fours.kernel.actor import Grants
from fours.kernel.models import Store, User

from .models import Assignment, PostRight
from .post_permissions import PERMISSIONS_OF_POST, with_carried

GIVEN, TAKEN = "+", "-"


def grants_of(user: User) -> Grants:
    """Permissions and posts by store id, from the assignments that hold today and the store's own rights (PF-01, PF-02)."""
    if not user.is_active:
        return Grants({}, {})
    today = timezone.localdate()
    held = Assignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), user=user, starts_on__lte=today
    )
    # One statement for both: this is asked at every request.
    own = PostRight.objects.filter(store=OuterRef("store"), post=OuterRef("post")).annotate(
        word=Concat(
            Case(When(granted=True, then=Value(GIVEN)), default=Value(TAKEN)),
            "permission",
            output_field=CharField(),
        )
    )
    posts: dict[int, set[str]] = defaultdict(set)
    rights: dict[int, set[str]] = defaultdict(set)
    stores: dict[int, Store] = {}
    rows = held.select_related("store").annotate(own=ArraySubquery(own.values("word")))
    for assignment in rows:
        posts[assignment.store_id].add(assignment.post)
        stores[assignment.store_id] = assignment.store
        shipped = PERMISSIONS_OF_POST.get(assignment.post, frozenset())
        rights[assignment.store_id] |= changed(shipped, assignment.own)
    return Grants(
        {store: with_carried(frozenset(granted)) for store, granted in rights.items()},
        {store: frozenset(held) for store, held in posts.items()},
        sorted(stores.values(), key=lambda store: store.code),
    )


def rights_of_post(store: Store, post: str) -> frozenset[str]:
    """What the post may do in the store: as shipped, with the store's own changes; without what other rights carry."""
    rows = PostRight.objects.filter(store=store, post=post).values_list("granted", "permission")
    words = [f"{GIVEN if granted else TAKEN}{permission}" for granted, permission in rows]
    return changed(PERMISSIONS_OF_POST.get(post, frozenset()), words)


def changed(shipped: frozenset[str], words: Iterable[str]) -> frozenset[str]:
    """The rights after the store's changes: `+service.book`, `-parts.view`."""
    given = {word[1:] for word in words if word[0] == GIVEN}
    taken = {word[1:] for word in words if word[0] == TAKEN}
    return (shipped | given) - taken
