"""A dealer's own list of labor with its hours (SV-04, PF-11)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fours.base.text import initials
from fours.intake.kinds import IntakeKind, Warn, register_intake
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Store

from .intake_columns import LABOR_OPERATION_COLUMNS
from .models import LaborOperation
from .receivable_intake import RECEIVABLES
from .undo import was_withdrawn

FIELDS = tuple(column.name for column in LABOR_OPERATION_COLUMNS if column.name != "code")


def _say_nothing(column: str, message: str) -> None:
    pass


def load_operation(store: Store, values: Mapping[str, Any], actor: Actor, warn: Warn = _say_nothing) -> str:
    """Make or update the operation of that code; only given values are taken. Answers created, updated or unchanged."""
    actor.require("parts.import", store.pk)
    code = values["code"]
    operation = LaborOperation.objects.filter(group=store.group, code=code).first()
    if operation is None or was_withdrawn(operation, store):
        return _create(store, code, values, actor, again=operation)
    if not operation.active:
        warn("工时代码", f"{operation} 已停用，导入后仍为停用")
    changes = {
        name: [str(getattr(operation, name)), str(values[name])]
        for name in FIELDS
        if name in values and values[name] != getattr(operation, name)
    }
    if not changes:
        return "unchanged"
    for name in changes:
        setattr(operation, name, values[name])
    operation.pinyin = initials(operation.name)[:60]
    operation.save(update_fields=[*changes, "pinyin"])
    labels = "、".join(str(LaborOperation._meta.get_field(name).verbose_name) for name in changes)  # type: ignore[union-attr]
    sentence = f"导入修改维修项目 {operation}：{labels}"
    announce(
        "service.laboroperation_changed", operation, actor=actor, sentence=sentence, data={"changes": changes}
    )
    return "updated"


def _create(
    store: Store,
    code: str,
    values: Mapping[str, Any],
    actor: Actor,
    *,
    again: LaborOperation | None = None,
) -> str:
    """A new operation, in the place of one that was taken back."""
    given = {name: values[name] for name in FIELDS if name in values}
    operation = LaborOperation(
        pk=again.pk if again else None, group=store.group, code=code, **{"hours": Decimal(0), **given}
    )
    operation.pinyin = initials(operation.name)[:60]
    operation.save()
    sentence = f"导入新建维修项目 {operation}"
    announce("service.laboroperation_created", operation, actor=actor, sentence=sentence)
    return "created"


register_intake(
    IntakeKind(
        "labor-operations", "维修项目", LABOR_OPERATION_COLUMNS, load_operation, "service.change_catalogue"
    )
)
register_intake(RECEIVABLES)
