"""Which lines of an order the store holds parts for (PT-06)."""

from collections.abc import Iterable

from fours.kernel.actor import Actor
from fours.parts.verbs.reserve import Ask, Shortage, reserve_parts

from .models import PartLine, RepairOrder


def reserve_for(order: RepairOrder, lines: Iterable[PartLine], *, actor: Actor) -> list[Shortage]:
    """Hold the pieces the lines still need; what is short becomes a back order and is given back.

    What the customer brought along and what is not in the catalogue cannot be held.
    """
    asks = [
        Ask(line.pk, line.part, line.still_to_issue)
        for line in lines
        if line.part is not None and line.still_to_issue > 0
    ]
    return reserve_parts(order.store, source=order, lines=asks, actor=actor)
