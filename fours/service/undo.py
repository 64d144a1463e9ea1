"""Taking back what an import did to the labor catalogue: operations go out of use, or are as they were (PF-11)."""

from collections.abc import Mapping
from typing import Any

from fours.base.errors import Refused
from fours.base.text import initials
from fours.customers.withdrawing import check_unused
from fours.intake.undo import takes_back
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Event, Store
from fours.kernel.verbs import take
from fours.parts.undo import last_of, value_of, whole_group

from .models import LaborOperation

WITHDRAWN = "service.laboroperation_withdrawn"


def was_withdrawn(operation: LaborOperation, store: Store) -> bool:
    """Whether it is out of use because the import that made it was taken back, and for nothing since."""
    return not operation.active and last_of(operation, store) == WITHDRAWN


@takes_back("service.laboroperation_created")
def forget_operation(event: Event, values: Mapping[str, Any], actor: Actor) -> None:
    """The operation goes out of use, unless a store of the group has it on a document or in a package."""
    operation = take(LaborOperation.objects.get(pk=event.aggregate_id))
    with whole_group(event.store):
        check_unused(operation, besides=())
    operation.active = False
    operation.save(update_fields=["active"])
    announce(WITHDRAWN, operation, actor=actor, sentence=f"维修项目 {operation} 停用")


@takes_back("service.laboroperation_changed")
def restore_operation(event: Event, values: Mapping[str, Any], actor: Actor) -> None:
    """What was changed is again as it was, unless another store changed it since."""
    operation = take(LaborOperation.objects.get(pk=event.aggregate_id))
    changes: dict[str, list[str]] = event.data["changes"]
    for name, (before, after) in changes.items():
        if getattr(operation, name) != value_of(operation, name, after):
            raise Refused("维修项目之后有变动")
        setattr(operation, name, value_of(operation, name, before))
    operation.pinyin = initials(operation.name)[:60]
    operation.save(update_fields=[*changes, "pinyin"])
    back = {name: [after, before] for name, (before, after) in changes.items()}
    sentence = f"维修项目 {operation} 恢复原样"
    announce(
        "service.laboroperation_changed", operation, actor=actor, sentence=sentence, data={"changes": back}
    )
