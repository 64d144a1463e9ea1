from collections.abc import Iterable

from fours.desk.search import matching_ids
from fours.kernel.actor import Actor
from fours.kernel.pickers import PICKER_LIMIT, Choice, register_picker

from .models import Vehicle
from .search import KIND, OPEN_OWNERSHIPS


def pick_vehicles(actor: Actor, text: str) -> Iterable[Choice]:
    """Cars by plate, VIN or what finds their owner, best first; the newest for an empty text."""
    rows = Vehicle.objects.visible_to(actor).filter(merged_into=None, active=True)
    rows = rows.prefetch_related(OPEN_OWNERSHIPS)
    if not text:
        return [_choice(row) for row in rows.order_by("-pk")[:PICKER_LIMIT]]
    ids = matching_ids(actor, KIND, text)
    found = {row.pk: row for row in rows.filter(pk__in=ids)}
    return [_choice(found[pk]) for pk in ids if pk in found]


def _choice(row: Vehicle) -> Choice:
    owner = row.owner
    return Choice(row.pk, str(row), " · ".join(filter(None, [row.description, owner.name if owner else ""])))


register_picker("vehicles", "vehicles.view", pick_vehicles)
