"""Repair orders are found by their number, with the car and the state they are in."""

from django.urls import reverse

from fours.desk.search import Hit, Source, number_keys, register_source, write_first_keys, write_keys
from fours.kernel.actor import Actor

from .models import RepairOrder

KIND = "order"
SHOWN = ("number", "kind", "state", "vehicle__plate", "vehicle__vin", "customer__name")


def write_order_keys(order: RepairOrder) -> None:
    """Let the order be found by its number and the number of another system it came from."""
    keys = [*number_keys(order.number), *number_keys(order.foreign_number)]
    if order.foreign_number:
        write_keys(order, KIND, keys)
    else:  # it had no number until now
        write_first_keys(order.store_id, KIND, [(order, keys)])


def describe(actor: Actor, ids: list[int]) -> dict[int, Hit]:
    """The orders the actor may see."""
    orders = RepairOrder.objects.visible_to(actor).filter(pk__in=ids).select_related("vehicle", "customer")
    return {order.pk: _hit(order) for order in orders.only(*SHOWN)}


def _hit(order: RepairOrder) -> Hit:
    subtitle = " · ".join(filter(None, [str(order.vehicle), order.customer.name, order.get_kind_display()]))
    tone = {"authorised": "blue", "completed": "green", "void": "red"}.get(order.state, "neutral")
    return Hit(str(order), subtitle, reverse("order", args=[order.pk]), (order.get_state_display(), tone))


register_source(Source(KIND, "维修工单", "file-text", "service.view", describe, order=30))
