from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from fours.customers.models import Customer
from fours.customers.verbs.customer import create_customer, record_consent
from fours.kernel.actor import Actor
from fours.kernel.models import Store
from fours.messages.models import Provider

from .stand_in import ACCOUNT, SECRET, Gateway, gateway

NOON = datetime(2026, 3, 16, 4, 0, tzinfo=UTC)  # a Monday, 12:00 in the store


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=True) as clock:
        yield clock


@pytest.fixture
def clerk(person: Callable[..., Actor], s01: Store) -> Actor:
    return person("crm_manager", s01)


@pytest.fixture
def customer(clerk: Actor) -> Customer:
    """张建国, who agreed to marketing."""
    row = create_customer(
        clerk.must_store, actor=clerk, name="张建国", phones=["0512-65123456", "13812345678"]
    )
    return record_consent(row, agreed=True, actor=clerk)


@pytest.fixture
def desk() -> Iterator[Gateway]:
    with gateway() as running:
        yield running


@pytest.fixture
def sms(s01: Store, desk: Gateway) -> Provider:
    """The store's short messages go to the gateway of the test."""
    return Provider.objects.create(
        store=s01, channel="sms", kind="signed_sms", address=desk.sms, account=ACCOUNT, secret=SECRET,
        price="0.0450", active=True,
    )  # fmt: skip
