"""A rule is a verb: a plain function that takes, checks, changes, records and announces in one transaction."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast, get_type_hints

from django.db import models, transaction

from fours.base.errors import IllegalMove, NotThere, Stale

from .actor import Actor
from .models import ChildOfDocument
from .rows import lock_row, write_back

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A", bound=models.Model)
Moves = Collection[tuple[str, str]]


@dataclass(frozen=True)
class Verb:
    """What screens, API and permission tables know of a verb.

    `model` is the kind of its first argument. `states`: the states of `state_field` it may be called in (empty: any).
    `confirm` is asked before it is done, `needs_reason` asks for the reason in the same dialog, `plain` verbs take
    nothing else and can be a mere button.
    """

    name: str
    label: str
    permission: str | None
    model: type[models.Model]
    call: Callable[..., Any]
    states: frozenset[str]
    state_field: str
    confirm: str
    needs_reason: bool
    plain: bool

    def fits(self, aggregate: models.Model) -> bool:
        return not self.states or getattr(aggregate, self.state_field) in self.states


VERBS: dict[str, Verb] = {}


def verb(
    label: str,
    permission: str | None,
    *,
    states: Iterable[str] = (),
    state_field: str = "state",
    confirm: str = "",
    needs_reason: bool = False,
    plain: bool = False,
) -> Callable[[Callable[Concatenate[A, P], R]], Callable[Concatenate[A, P], R]]:
    """Declare a function as a verb. Its first argument is the aggregate (or the store it is made in), `actor` a keyword.

    Without a permission any post of the store may call it; the function then checks whose work it is (a task's).

    The call is one transaction (a savepoint inside a request). The right is checked before anything else: another
    store raises NotThere, a missing right NotAllowed. `states` only say where the verb is offered; the function
    itself checks them on the locked row.
    """

    def declare(function: Callable[Concatenate[A, P], R]) -> Callable[Concatenate[A, P], R]:
        @wraps(function)
        def call(aggregate: A, /, *args: P.args, **kwargs: P.kwargs) -> R:
            actor = cast(Actor, kwargs["actor"])
            store_id = getattr(aggregate, "store_id", None) or aggregate.pk
            with transaction.atomic():
                actor.require(permission, store_id)
                _know_store(aggregate, actor.store)
                return function(aggregate, *args, **kwargs)

        name = function.__name__
        if name in VERBS:
            raise ValueError(f"two verbs are called {name}")
        VERBS[name] = Verb(
            name,
            label,
            permission,
            _first_argument(function),
            call,
            frozenset(map(str, states)),
            state_field,
            confirm,
            needs_reason,
            plain,
        )
        return call

    return declare


def _know_store(row: models.Model, store: models.Model | None) -> None:
    """Let the row have the store's object that is there already, so that `row.store` asks nothing."""
    if store is not None and getattr(row, "store_id", None) == store.pk:
        row.store = store  # type: ignore[attr-defined]


def _first_argument(function: Callable[..., Any]) -> type[models.Model]:
    hints = get_type_hints(function)
    model = next(iter(hints.values()))
    if not issubclass(model, models.Model):
        raise TypeError(f"{function.__name__}: the first argument of a verb is the aggregate")
    return cast("type[models.Model]", model)


def take(aggregate: A, *related: str, version: int | None = None) -> A:
    """The row as it is now, locked until the transaction ends; refused when it changed since `version` was read.

    What the verb will ask of it by the `related` fields is read in the same statement, and not locked.
    """
    row = lock_row(type(aggregate), aggregate.pk, *related)
    if row is None:
        raise NotThere()
    current = getattr(row, "version", None)
    if version is not None and current is not None and current != version:
        raise Stale(
            f"{row} 刚被他人修改，您看到的已不是最新内容。请核对后再提交。",
            now=current,
        )
    _know_store(row, aggregate._state.fields_cache.get("store"))
    return row


def move(aggregate: models.Model, to: str, moves: Moves, *, field: str = "state") -> None:
    """Set the state if the table of moves allows it; an illegal move raises and is never skipped."""
    now = getattr(aggregate, field)
    if (now, to) not in moves:
        choices = dict(cast(Any, aggregate._meta.get_field(field)).flatchoices)
        raise IllegalMove(f"{aggregate} 现为“{choices.get(now, now)}”，不能变为“{choices.get(to, to)}”。")
    setattr(aggregate, field, to)


def must_be(aggregate: models.Model, *states: str, field: str = "state", doing: str = "办理") -> None:
    """Raise IllegalMove unless the aggregate is in one of the states."""
    now = getattr(aggregate, field)
    if now not in states:
        choices = dict(cast(Any, aggregate._meta.get_field(field)).flatchoices)
        raise IllegalMove(f"{aggregate} 现为“{choices.get(now, now)}”，不能{doing}。")


def keep(aggregate: models.Model, *fields: str) -> None:
    """Save the named fields and count the version up."""
    names = list(fields)
    if hasattr(aggregate, "version"):
        aggregate.version += 1
        names.append("version")
    if hasattr(aggregate, "updated_at"):
        names.append("updated_at")
    if type(aggregate).save in (models.Model.save, ChildOfDocument.save):
        write_back(aggregate, names)
    else:  # it has something to say about what is kept
        aggregate.save(update_fields=names)


def verbs_for(aggregate: models.Model, actor: Actor, names: Iterable[str]) -> list[Verb]:
    """Those of the named verbs that the actor may do to the aggregate in its present state, in the given order."""
    store_id: int = aggregate.store_id  # type: ignore[attr-defined]
    verbs = (VERBS[name] for name in names)
    return [verb for verb in verbs if verb.fits(aggregate) and actor.can(verb.permission, store_id)]
