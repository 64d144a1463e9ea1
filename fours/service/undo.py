"""Taking back what an import did: operations go out of use or are as they were, old debts are reversed (PF-11)."""

from collections.abc import Mapping
from typing import Any

from fours.base.text import initials
from fours.intake.undo import last_of, put_back, takes_back, whole_group
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Event, Store
from fours.kernel.usage import check_unused
from fours.kernel.verbs import take

from .models import LaborOperation, OpeningReceivable
from .verbs.receivable import UNDONE, reverse_receivable

WITHDRAWN = "service.laboroperation_withdrawn"


def was_withdrawn(operation: LaborOperation, store: Store) -> bool:
    """Whether it is out of use because the import that made it was taken back, and for nothing since."""
    return not operation.active and last_of(operation, store) == WITHDRAWN


@takes_back("service.laboroperation_created")
def forget_operation(event: Event, values: Mapping[str, Any], actor: Actor) -> None:
    """The operation goes out of use, unless a store of the group has it on a document or in a package."""
    operation = take(LaborOperation.objects.get(pk=event.aggregate_id))
    with whole_group(event.store):
        check_unused(operation)
    operation.active = False
    operation.save(update_fields=["active"])
    announce(WITHDRAWN, operation, actor=actor, sentence=f"维修项目 {operation} 停用")


@takes_back("service.laboroperation_changed")
def restore_operation(event: Event, values: Mapping[str, Any], actor: Actor) -> None:
    """What was changed is again as it was, unless another store changed it since."""
    operation = take(LaborOperation.objects.get(pk=event.aggregate_id))
    back = put_back(operation, event)
    operation.pinyin = initials(operation.name)[:60]
    operation.save(update_fields=[*back, "pinyin"])
    sentence = f"维修项目 {operation} 恢复原样"
    announce(
        "service.laboroperation_changed", operation, actor=actor, sentence=sentence, data={"changes": back}
    )


@takes_back("service.receivable_opened")
def reverse_debt(event: Event, values: Mapping[str, Any], actor: Actor) -> None:
    """The entry is reversed, unless money came for it; a debtor's file that was made for it stays."""
    entry = OpeningReceivable.objects.get(store=event.store_id, pk=event.aggregate_id)
    reverse_receivable(entry, reason=UNDONE, actor=actor)
