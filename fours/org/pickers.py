"""People of the store, as forms choose them."""

from collections.abc import Iterable

from fours.desk.search import name_keys, normal
from fours.kernel.actor import Actor
from fours.kernel.pickers import Choice, register_picker

from .people import employees, present_assignments
from .posts import post_names


def people(actor: Actor, text: str) -> Iterable[Choice]:
    """Those with a post in the store whose name, pinyin or initials begin with the text."""
    posts: dict[int, list[str]] = {}
    for user, post in present_assignments(actor.must_store).order_by("pk").values_list("user", "post"):
        posts.setdefault(user, []).append(post_names().get(post, post))
    wanted = normal(text)
    # A store's people are some hundred at most: read here rather than searched by keys.
    for person in employees(actor):
        if any(key.startswith(wanted) for key, _ in name_keys(person.name, person=True)):
            yield Choice(person.pk, person.name, "、".join(posts.get(person.pk, [])))


register_picker("people", None, people)
