"""The cars of a customer, on the customer's page."""

from fours.customers.models import Customer
from fours.kernel.panels import Panel, panel
from fours.kernel.web import ActorRequest

from .models import Ownership


def cars_of(request: ActorRequest, customer: Customer) -> dict[str, object]:
    """The cars the customer owns or uses, and those that were theirs."""
    rows = Ownership.objects.visible_to(request.actor).filter(customer=customer, vehicle__merged_into=None)
    return {
        "ownerships": list(rows.select_related("vehicle").order_by("ends_on", "-id")),
        "may_change": request.actor.can("vehicles.change") and customer.merged_into_id is None,
    }


panel(
    Customer,
    Panel("vehicles", "车辆", 10, "vehicles/cars_of_customer.html", cars_of, permission="vehicles.view"),
)
