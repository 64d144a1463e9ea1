from collections.abc import Iterable

from django.db.models import Prefetch

from fours.desk.search import matching_ids
from fours.kernel.actor import Actor
from fours.kernel.personal import shown
from fours.kernel.pickers import PICKER_LIMIT, Choice, register_picker

from .models import Customer, Phone
from .search import KIND


def pick_customers(actor: Actor, text: str) -> Iterable[Choice]:
    """Customers by name, pinyin or phone, best first; the newest for an empty text."""
    phones = Prefetch("phones", Phone.objects.order_by("-primary", "id"))
    rows = Customer.objects.visible_to(actor).filter(merged_into=None, active=True).prefetch_related(phones)
    if not text:
        return [_choice(row, actor) for row in rows.order_by("-pk")[:PICKER_LIMIT]]
    ids = matching_ids(actor, KIND, text)
    found = {row.pk: row for row in rows.filter(pk__in=ids)}
    return [_choice(found[pk], actor) for pk in ids if pk in found]


def _choice(row: Customer, actor: Actor) -> Choice:
    return Choice(row.pk, row.name, "、".join(shown(phone.number, actor) for phone in row.phones.all()))


register_picker("customers", "customers.view", pick_customers)
