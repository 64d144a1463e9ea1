"""What hangs on a row, read from the models themselves: what an upper app adds later is found too."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import models

from fours.base.errors import Refused

from .events import kind_of
from .models import Attachment, Comment, PrintedForm, Task

# These name a row without a foreign key.
_NAMING = (
    (Attachment, "aggregate_kind", "aggregate_id", "附件"),
    (Comment, "aggregate_kind", "aggregate_id", "备注"),
    (Task, "source_kind", "source_id", "待办"),
    (PrintedForm, "aggregate_kind", "aggregate_id", "打印过的单据"),
)


def relations_to(model: type[models.Model]) -> Iterator[models.ForeignObjectRel]:
    """Every foreign key of any app that points at the model, hidden ones too."""
    for field in model._meta.get_fields(include_hidden=True):
        if isinstance(field, models.ForeignObjectRel) and not field.many_to_many:
            yield field


def use_of(row: models.Model, *, besides: Collection[type[models.Model]] = ()) -> str:
    """What hangs on a row of the stores in view, in a word; nothing when nothing does.

    `besides`: models that the caller looks at itself, or that are part of the row.
    """
    for relation in relations_to(type(row)):
        model: Any = relation.related_model
        if model in besides or model is type(row):
            continue
        if model._base_manager.filter(**{relation.field.name: row}).exists():
            return str(model._meta.verbose_name)
    for naming, kind, pk, word in _NAMING:
        if naming._base_manager.filter(**{kind: kind_of(row), pk: row.pk}).exists():
            return word
    return ""


def check_unused(row: models.Model, *, besides: Collection[type[models.Model]] = ()) -> None:
    """Raise Refused, naming what hangs on the row."""
    if found := use_of(row, besides=besides):
        raise Refused(f"{row._meta.verbose_name}档案已有{found}")
