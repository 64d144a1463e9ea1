from collections.abc import Callable

import pytest
from django.test import Client

from fours.kernel.models import IntakeLoad, Store

from .screens import settle, upload
from .workbooks import messy_customers


@pytest.fixture
def clerk(client_of: Callable[..., Client], s01: Store) -> Client:
    return client_of("info_clerk", s01)


@pytest.fixture
def checked(clerk: Client, s01: Store, see: Callable[..., None]) -> IntakeLoad:
    """A list of customers, uploaded, mapped as proposed and checked."""
    upload(clerk, messy_customers())
    see(s01)
    load = IntakeLoad.objects.get()
    settle(clerk, load)
    see(s01)
    load.refresh_from_db()
    return load
