"""Moving all that belongs to one file to another, so that a merge loses nothing (PF-03).

The relations are read from the models themselves: one that an upper app adds later is moved too.
"""

from collections.abc import Collection
from typing import Any

from django.db import models

from fours.kernel.events import kind_of
from fours.kernel.models import Attachment, Comment, Task
from fours.kernel.usage import relations_to


def move_everything(old: models.Model, new: models.Model, *, besides: Collection[str] = ()) -> None:
    """Let every row that points at `old` point at `new`, with attachments, remarks and tasks.

    `besides` names the reverse relations the caller moved itself. Rows that are never changed stay with `old`;
    whoever shows them asks for those of `merged_into` too.
    """
    for relation in relations_to(type(old)):
        rows: Any = relation.related_model
        if getattr(rows, "append_only", False) or relation.get_accessor_name() in besides:
            continue
        rows._base_manager.filter(**{relation.field.name: old}).update(**{relation.field.name: new})
    kind = kind_of(old)
    for kept in (Attachment, Comment):
        kept.objects.filter(aggregate_kind=kind, aggregate_id=old.pk).update(aggregate_id=new.pk)
    _move_tasks(kind, old.pk, new.pk)


def _move_tasks(kind: str, old: int, new: int) -> None:
    for task in Task.objects.filter(source_kind=kind, source_id=old):
        twin = Task.objects.filter(
            store=task.store_id, rule=task.rule, source_kind=kind, source_id=new, occurrence=task.occurrence
        )
        if not twin.exists():
            task.source_id = new
            task.save(update_fields=["source_id"])


def fill_gaps(old: models.Model, new: models.Model, fields: Collection[str]) -> None:
    """Give `new` what it does not say and `old` does; what both say stays as `new` says it."""
    for name in fields:
        if getattr(new, name) in ("", None, []):
            setattr(new, name, getattr(old, name))
