"""Kinds of import: what an app declares so that its rows can be loaded (PF-11)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import DataError, IntegrityError, transaction

from fours.base.errors import Refused
from fours.intake.columns import Column
from fours.intake.plan import Issue, RowResult
from fours.kernel.actor import Actor
from fours.kernel.models import Store

log = logging.getLogger(__name__)

REJECTED = "rejected"
WHOLE_ROW = "整行"


def for_rows(actor: Actor) -> Actor:
    """The same person, for the rows alone: who may load a kind may make and take back whatever its rows say.

    Whether they may load the kind is asked before, of the person as they are.
    """
    return replace(actor, is_system=True)


Warn = Callable[[str, str], None]
"""Called with the label of a column and a Chinese sentence, for what a person should look at."""

LoadRow = Callable[[Store, Mapping[str, Any], Actor, Warn], str]
"""Loads one cleaned row wholly or raises Refused; answers created, updated or unchanged."""


@dataclass(frozen=True)
class Tried:
    """What became of a row, and what the loading said about it."""

    outcome: str
    errors: list[Issue] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)
    # Ids of the events of what the row did.
    effects: Sequence[int] = field(default=(), compare=False)


@dataclass(frozen=True)
class IntakeKind:
    """A kind of import: its name on the command line, its Chinese label, its columns, what loads one row, and who may."""

    name: str
    label: str
    columns: tuple[Column, ...]
    load_row: LoadRow
    permission: str

    def load_rows(self, store: Store, rows: Sequence[RowResult], actor: Actor) -> dict[int, Tried]:
        """Load clean rows in their order, one by one; what became of each, by row number.

        A kind with long lists overrides it with something faster that comes to the same.
        """
        return {row.number: self.try_row(store, row, actor) for row in rows}

    def try_row(self, store: Store, row: RowResult, actor: Actor) -> Tried:
        """Load one clean row wholly, or not at all when it is refused."""
        warnings: list[Issue] = []

        def warn(column: str, message: str) -> None:
            warnings.append(Issue(row.number, column, message))

        actor = actor.on_trail()
        try:
            with transaction.atomic():
                outcome = self.load_row(store, row.values, actor, warn)
        except Refused as refusal:
            return Tried(REJECTED, self.refusals(row.number, refusal))
        except (DataError, IntegrityError):
            log.exception("import %s: row %s could not be stored", self.name, row.number)
            return Tried(REJECTED, [Issue(row.number, WHOLE_ROW, "与已有数据冲突，没有保存")])
        return Tried(outcome, warnings=warnings, effects=[event.pk for event in actor.events])

    def refusals(self, number: int, refusal: Refused) -> list[Issue]:
        """What was refused, beside the columns it is about."""
        labels = {column.name: column.label for column in self.columns}
        told = refusal.fields or {"": refusal.message}
        return [Issue(number, labels.get(name, WHOLE_ROW), message) for name, message in told.items()]


_KINDS: dict[str, IntakeKind] = {}


def register_intake(kind: IntakeKind) -> IntakeKind:
    """Make a kind known by its name; a second of the same name is a mistake in the program."""
    if kind.name in _KINDS:
        raise ValueError(f"the import kind {kind.name} is registered twice")
    names = [column.name for column in kind.columns]
    if len(set(names)) < len(names):
        raise ValueError(f"the import kind {kind.name} has a column twice")
    _KINDS[kind.name] = kind
    return kind


def intake_kinds() -> tuple[IntakeKind, ...]:
    """All kinds, in the order they were registered."""
    return tuple(_KINDS.values())


def intake_kind(name: str) -> IntakeKind | None:
    return _KINDS.get(name)
