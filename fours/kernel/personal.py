"""Who sees personal data (PF-13). Every output asks here: pages, lists, interface, workbooks, papers."""

from typing import TypeVar

from fours.base.personal import Personal, PersonalDay

from .actor import Actor

VIEW = "kernel.view_personal"
REVEAL = "kernel.reveal_personal"
T = TypeVar("T")


def sees_personal(actor: Actor | None) -> bool:
    """Whether personal data is written out for the actor, in every store this request is about."""
    return (
        actor is not None
        and bool(actor.store_ids)
        and all(actor.can(VIEW, store) for store in actor.store_ids)
    )


def may_reveal(actor: Actor | None) -> bool:
    """Whether the actor may have one hidden value shown by a click, which the security log keeps."""
    return actor is not None and actor.store is not None and (actor.can(VIEW) or actor.can(REVEAL))


def shown(value: T, actor: Actor | None) -> T | str:
    """The value as the actor may read it: masked when it is personal data and the right is missing."""
    if isinstance(value, Personal | PersonalDay) and not sees_personal(actor):
        return value.masked
    return value
