"""A store changes what its posts may do (PF-02)."""

from collections.abc import Iterable

from fours.base.errors import NotAllowed, Refused
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.kernel.verbs import verb
from fours.org.models import PostRight
from fours.org.permission_names import PERMISSION_NAMES
from fours.org.post_permissions import PERMISSIONS_OF_POST
from fours.org.posts import post_names, posts_by_code
from fours.org.rights import rights_of_post
from fours.org.verbs.people import ADMINISTRATION, take_administration

CHANGE, GRANT_ANY = "org.change_rights", "org.grant_any"
# Without these nobody could give them back.
FOR_GOOD = {"it_admin": frozenset({ADMINISTRATION, CHANGE})}


@verb("修改岗位权限", CHANGE)
def change_post_rights(
    store: Store, *, post: str, permissions: Iterable[str], actor: Actor
) -> frozenset[str]:
    """Let the post do exactly this in the store, from the next click on; the rights it now has.

    Nobody grants what they may not do themselves, but for the general manager (`org.grant_any`) and what is shipped anyway;
    the administrator's post keeps the rights to manage people and rights.
    """
    take_administration(store)
    fact, wanted = posts_by_code().get(post), frozenset(permissions)
    if fact is None or fact.level == "outside":
        raise Refused("没有这个岗位。", field="post")
    if wanted - PERMISSION_NAMES.keys():
        raise Refused("有不认识的权限。", field="permissions")
    shipped, now = PERMISSIONS_OF_POST.get(post, frozenset()), rights_of_post(store, post)
    if missing := FOR_GOOD.get(post, frozenset()) - wanted:
        raise Refused(f"系统管理员须保留：{_names(missing)}，否则无人能再改回。", field="permissions")
    lacking = {one for one in wanted - now - shipped if not actor.can(one, store.pk)}
    if lacking and not actor.can(GRANT_ANY, store.pk):
        raise NotAllowed(f"不能授予您自己没有的权限：{_names(lacking)}。请总经理办理。")
    if wanted == now:
        return now
    PostRight.objects.filter(store=store, post=post).delete()
    PostRight.objects.bulk_create(
        PostRight(store=store, post=post, permission=one, granted=one in wanted)
        for one in sorted(wanted ^ shipped)
    )
    given, taken = wanted - now, now - wanted
    said = [f"增加 {_names(given)}" if given else "", f"取消 {_names(taken)}" if taken else ""]
    announce(
        "org.post_rights_changed",
        store,
        actor=actor,
        sentence=f"{post_names()[post]}：{'；'.join(filter(None, said))}"[:400],
        data={"post": post, "given": sorted(given), "taken": sorted(taken)},
    )
    return wanted


def _names(permissions: Iterable[str]) -> str:
    return "、".join(PERMISSION_NAMES.get(one, one) for one in sorted(permissions))
