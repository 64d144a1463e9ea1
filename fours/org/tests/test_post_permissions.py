"""Rights are given to posts that exist, in words that mean something."""

from fours.kernel.verbs import VERBS
from fours.org.post_permissions import PERMISSIONS_OF_POST
from fours.org.posts import posts_by_code


def test_every_post_with_rights_is_one_of_the_101() -> None:
    assert set(PERMISSIONS_OF_POST) <= set(posts_by_code())


def test_every_permission_a_verb_asks_for_is_held_by_some_post() -> None:
    granted = frozenset().union(*PERMISSIONS_OF_POST.values())
    asked = {verb.permission for verb in VERBS.values() if verb.permission}
    assert len(asked) > 15
    assert asked - granted == set()
