"""What the cars do when their owner's file changes."""

from fours.customers.models import Customer
from fours.kernel.events import subscribe
from fours.kernel.models import Event

from .search import write_keys_of_cars


@subscribe("customers.customer_changed", inline=True)
@subscribe("customers.customer_merged", inline=True)
@subscribe("customers.customer_erased", inline=True)
def find_cars_by_owner(event: Event) -> None:
    """Cars are found by their owner's name and phones as they are now."""
    customer = Customer.objects.filter(store_id=event.store_id, pk=event.aggregate_id).first()
    if customer is not None:
        write_keys_of_cars(customer)
