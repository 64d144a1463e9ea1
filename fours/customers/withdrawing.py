"""Taking a file back that an import made by mistake: it leaves lists and search, its history stays (PF-11)."""

from collections.abc import Collection
from typing import Any

from django.db import models

from fours.base.errors import Refused
from fours.desk.search import remove_keys
from fours.kernel.actor import Actor
from fours.kernel.events import announce, kind_of
from fours.kernel.models import Attachment, Comment, PrintedForm, Task
from fours.kernel.verbs import keep, take

from .merging import relations_to
from .models import Contact, Customer, Phone
from .search import KIND
from .verbs.customer import check_goes_on

_NAMED = (
    (Attachment, "aggregate_kind", "aggregate_id", "附件"),
    (Comment, "aggregate_kind", "aggregate_id", "备注"),
    (Task, "source_kind", "source_id", "待办"),
    (PrintedForm, "aggregate_kind", "aggregate_id", "打印过的单据"),
)


def use_of(row: models.Model, *, besides: Collection[type[models.Model]]) -> str:
    """What hangs on a row, in a word; nothing when nothing does. Read from the models, so also what upper apps hang on it.

    `besides`: models that the caller looks at itself, or that are part of the row.
    """
    for relation in relations_to(type(row)):
        model: Any = relation.related_model
        if model in besides or model is type(row):
            continue
        if model._base_manager.filter(**{relation.field.name: row}).exists():
            return str(model._meta.verbose_name)
    for kept, kind, pk, word in _NAMED:
        if kept._base_manager.filter(**{kind: kind_of(row), pk: row.pk}).exists():
            return word
    return ""


def check_unused(row: models.Model, *, besides: Collection[type[models.Model]]) -> None:
    """Raise Refused, naming what hangs on the row."""
    if found := use_of(row, besides=besides):
        raise Refused(f"{row._meta.verbose_name}档案已有{found}")


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
