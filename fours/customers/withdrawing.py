"""Taking a file back that an import made by mistake: it leaves lists and search, its history stays (PF-11)."""

from collections.abc import Collection

from django.db import models

from fours.desk.search import remove_keys
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.usage import check_unused
from fours.kernel.verbs import keep, take

from .models import Contact, Customer, Phone
from .search import KIND
from .verbs.customer import check_goes_on


def withdraw_customer(
    customer: Customer, *, actor: Actor, besides: Collection[type[models.Model]] = ()
) -> Customer:
    """Take back a file nobody used. Raises Refused, saying by what it was used; `besides`, the caller answers for."""
    customer = take(customer)
    check_goes_on(customer)
    check_unused(customer, besides={Phone, Contact, *besides})
    customer.merged_into, customer.active = customer, False
    keep(customer, "merged_into", "active")
    remove_keys(customer, KIND)
    announce("customers.customer_withdrawn", customer, actor=actor, sentence="客户档案作废")
    return customer
