"""Who sees personal data (PF-13). Every output asks here: pages, lists, interface, workbooks, papers."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from fours.base.personal import Kind, Personal, PersonalDay, mask

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


def mask_view(view: Mapping[str, Any], shape: Any) -> dict[str, Any]:
    """A paper's view with every text masked that its shape marks as `Annotated[str, Masked(kind)]`."""
    hints = get_type_hints(shape, include_extras=True)
    return {name: _masked(value, hints.get(name)) for name, value in view.items()}


class Masked:
    """Marks a text of a paper's shape as personal data."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind


def _masked(value: Any, hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        mark = next((each for each in get_args(hint)[1:] if isinstance(each, Masked)), None)
        return mask(value, mark.kind) if mark else value
    if isinstance(value, Mapping) and hasattr(hint, "__annotations__"):
        return mask_view(value, hint)
    if isinstance(value, list) and get_origin(hint) is list:
        return [_masked(each, get_args(hint)[0]) for each in value]
    return value
