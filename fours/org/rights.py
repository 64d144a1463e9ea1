"""Rights of a person: the union of what their present posts grant, by store."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from fours.kernel.actor import Grants
from fours.kernel.models import Store, User

from .models import PostRight
from .post_permissions import PERMISSIONS_OF_POST, with_carried

GIVEN, TAKEN = "+", "-"
# The stores of a person once for each post held there, with the rights the store itself gave that post or took from it.
HELD = """
select store.*, held.post as held, array(
    select case when own.granted then '+' else '-' end || own.permission
    from org_postright own where own.store_id = held.store_id and own.post = held.post
) as own
from org_assignment held join kernel_store store on store.id = held.store_id
where held.user_id = %(user)s and held.starts_on <= %(today)s
    and (held.ends_on is null or held.ends_on >= %(today)s)
order by held.id
"""


def grants_of(user: User) -> Grants:
    """Permissions and posts by store id, from the assignments that hold today and the store's own rights (PF-01, PF-02)."""
    if not user.is_active:
        return Grants({}, {})
    posts: dict[int, set[str]] = defaultdict(set)
    rights: dict[int, set[str]] = defaultdict(set)
    stores: dict[int, Store] = {}
    today = timezone.localdate()
    # One statement for all, written out: this is asked at every request.
    for store in Store.objects.raw(HELD, {"user": user.pk, "today": today}):
        post: str = store.held  # type: ignore[attr-defined]
        own: list[str] = store.own  # type: ignore[attr-defined]
        posts[store.pk].add(post)
        stores[store.pk] = store
        rights[store.pk] |= changed(PERMISSIONS_OF_POST.get(post, frozenset()), own)
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
