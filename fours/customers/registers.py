"""The list of customers. It is a register's list; the page and the form are by hand, since a file has phones and contacts."""

from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from fours.desk.search import matching_ids
from fours.kernel.actor import Actor
from fours.register import Register, column

from .completeness import completeness
from .models import Customer, Phone
from .search import KIND


class CustomerList(Register):
    name = "customers"
    model = Customer
    view = "customers.view"
    change = "customers.change"
    columns = ("name", "phone", "kind", "grade", "advisor", "completeness", "created_at", "active")
    filters = ("kind", "grade", "do_not_call", "active")
    search = ("name",)
    form = (("档案", ("source", "address", "birthday", "marketing_consent", "do_not_call", "tags", "note")),)
    icon = "users"

    def rows(self, actor: Actor) -> Any:
        phones = Prefetch("phones", Phone.objects.order_by("-primary", "id"))
        return super().rows(actor).filter(merged_into=None).prefetch_related(phones, "contacts")

    def matching(self, rows: Any, text: str, actor: Actor) -> Any:
        """By name, pinyin, initials and phones."""
        return rows.filter(pk__in=matching_ids(actor, KIND, text))

    def address(self, row: Customer) -> str:
        return reverse("customer", args=[row.pk])

    @column("电话")
    def phone(self, row: Customer) -> str:
        return next((phone.number for phone in row.phones.all()), "—")

    @column("完整度")
    def completeness(self, row: Customer) -> str:
        return f"{completeness(row).percent}%"


CUSTOMERS = CustomerList()
