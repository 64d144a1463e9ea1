"""Customers are found by name, pinyin, initials, phones, contacts' phones and identity numbers (PF-05)."""

from collections.abc import Collection, Iterable

from django.urls import reverse

from fours.base.text import mask_phone
from fours.desk.search import Hit, Key, Source, name_keys, normal, phone_keys, register_source, write_keys
from fours.kernel.actor import Actor

from .models import Contact, Customer, Phone

KIND = "customer"


def customer_keys(customer: Customer) -> list[Key]:
    """Every key of a customer; a car is also found by those of its owner."""
    numbers = customer.phones.values_list("number").union(
        customer.contacts.exclude(phone="").values_list("phone"), all=True
    )
    return keys_with_numbers(customer, (number for (number,) in numbers))


def keys_with_numbers(customer: Customer, numbers: Iterable[str]) -> list[Key]:
    """Every key of a customer whose phones, and contacts' phones, are these."""
    keys = name_keys(customer.name, person=customer.kind == Customer.Kind.PERSON)
    for number in numbers:
        keys += phone_keys(number)
    return keys + [(normal(number), 1) for number in (customer.id_number, customer.credit_code) if number]


def keys_of_customers(customers: Collection[Customer]) -> dict[int, list[Key]]:
    """Every key of each of the customers, by id; their numbers are read in two statements."""
    numbers: dict[int, list[str]] = {customer.pk: [] for customer in customers}
    for rows in (
        Phone.objects.filter(customer__in=customers).values_list("customer_id", "number"),
        Contact.objects.filter(customer__in=customers).exclude(phone="").values_list("customer_id", "phone"),
    ):
        for pk, number in rows:
            numbers[pk].append(number)
    return {customer.pk: keys_with_numbers(customer, numbers[customer.pk]) for customer in customers}


def write_customer_keys(customer: Customer) -> None:
    """Make the customer found by what the file says now."""
    write_keys(customer, KIND, customer_keys(customer))


# What a hit says of customers, with the number that is called first. Written out: it is asked at every typed letter.
SHOWN = """
select id, store_id, kind, name, active, (
    select number from customers_phone phone where phone.customer_id = customer.id
    order by phone."primary" desc, phone.id limit 1
) as called
from customers_customer customer where id = any(%(ids)s) and store_id = any(%(stores)s) and merged_into_id is null
"""


def describe(actor: Actor, ids: list[int]) -> dict[int, Hit]:
    """The customers the actor may see, with the number that is called first."""
    stores = actor.stores_with(Customer.view_permission)
    rows = Customer.objects.raw(SHOWN, {"ids": ids, "stores": list(stores)})
    return {row.pk: _hit(row, row.called) for row in rows}  # type: ignore[attr-defined]


def _hit(customer: Customer, called: str | None) -> Hit:
    phone = mask_phone(called) if called else ""
    subtitle = " · ".join(filter(None, [customer.get_kind_display(), phone]))
    chip = None if customer.active else ("停用", "neutral")
    return Hit(customer.name, subtitle, reverse("customer", args=[customer.pk]), chip)


register_source(Source(KIND, "客户", "user", "customers.view", describe, order=20, about_people=True))
