"""What the benches ask for: cars, customers and orders of the demo's first store, spread over the whole of it."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.test import Client

from fours.base.text import initials
from fours.customers.models import Customer, Phone
from fours.desk.tokens import issue_token
from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Store, User
from fours.service.models import RepairOrder
from fours.vehicles.models import Vehicle


@dataclass(frozen=True)
class Samples:
    """`count` of each, taken at even distances of their ids."""

    store: Store
    plates: list[str]
    phones: list[str]
    vins: list[str]
    names: list[str]
    pinyins: list[str]
    orders: list[int]
    cars: list[int]


def sample(store: Store, count: int) -> Samples:
    """Read what to ask for; the texts are those a person types: plate ending, last four, last six, name, initials."""
    with transaction.atomic():
        open_scope([store.pk])
        found = Vehicle.objects.filter(store=store, merged_into=None).exclude(plate="").exclude(vin="")
        cars = _spread(found.values_list("pk", "plate", "vin"), count)
        phones = _spread(Phone.objects.filter(store=store).values_list("pk", "number"), count)
        names = [
            name for _, name in _spread(Customer.objects.filter(store=store).values_list("pk", "name"), count)
        ]
        orders = _spread(RepairOrder.objects.filter(store=store).exclude(number="").values_list("pk"), count)
    return Samples(
        store,
        [plate[-5:] for _, plate, _ in cars],
        [number[-4:] for _, number in phones],
        [vin[-6:] for *_, vin in cars],
        names,
        [initials(name) for name in names],
        [pk for (pk,) in orders],
        [pk for pk, *_ in cars],
    )


def _spread(rows: QuerySet[Any, Any], count: int) -> list[Any]:
    """So many rows at even distances."""
    ordered = rows.order_by("pk")
    ids = list(ordered.values_list("pk", flat=True))
    chosen = ids[:: max(len(ids) // count, 1)][:count]
    return list(ordered.filter(pk__in=chosen))


def person(username: str) -> User:
    """A demo user."""
    return User.objects.get(username=username)


def actor(username: str, store: Store) -> Actor:
    with transaction.atomic():
        open_scope([store.pk])
        return Actor.of(person(username), store)


def bearer(username: str) -> dict[str, str]:
    """The header of a program that works for a demo user."""
    with transaction.atomic():
        return {"Authorization": f"Bearer {issue_token(username)}"}


def browser(username: str) -> Client:
    """The product's own request path, from middleware to template, without a network."""
    client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=True)
    client.force_login(person(username), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
