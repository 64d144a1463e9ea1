"""Customers are found by name, pinyin, initials, phones, contacts' phones and identity numbers (PF-05)."""

from django.db.models import Prefetch
from django.urls import reverse

from fours.base.text import mask_phone
from fours.desk.search import Hit, Key, Source, name_keys, normal, phone_keys, register_source, write_keys
from fours.kernel.actor import Actor

from .models import Customer, Phone

KIND = "customer"


def customer_keys(customer: Customer) -> list[Key]:
    """Every key of a customer; a car is also found by those of its owner."""
    keys = name_keys(customer.name, person=customer.kind == Customer.Kind.PERSON)
    numbers = customer.phones.values_list("number").union(
        customer.contacts.exclude(phone="").values_list("phone"), all=True
    )
    for (number,) in numbers:
        keys += phone_keys(number)
    return keys + [(normal(number), 1) for number in (customer.id_number, customer.credit_code) if number]


def write_customer_keys(customer: Customer) -> None:
    """Make the customer found by what the file says now."""
    write_keys(customer, KIND, customer_keys(customer))


def describe(actor: Actor, ids: list[int]) -> dict[int, Hit]:
    """The customers the actor may see, with the number that is called first."""
    phones = Prefetch("phones", Phone.objects.order_by("-primary", "id"))
    rows = Customer.objects.visible_to(actor).filter(pk__in=ids, merged_into=None).prefetch_related(phones)
    return {row.pk: _hit(row) for row in rows}


def _hit(customer: Customer) -> Hit:
    phone = next((mask_phone(phone.number) for phone in customer.phones.all()), "")
    subtitle = " · ".join(filter(None, [customer.get_kind_display(), phone]))
    chip = None if customer.active else ("停用", "neutral")
    return Hit(customer.name, subtitle, reverse("customer", args=[customer.pk]), chip)


register_source(Source(KIND, "客户", "user", "customers.view", describe, order=20))
