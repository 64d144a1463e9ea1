"""Shared fixtures: two stores, people named by their posts, and a scope to look through."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from fours.kernel.actor import Actor, open_scope
from fours.kernel.models import Group, Store, User
from fours.org.models import Assignment, Bay, Department, StoreFacts, TaxRate, Team

PersonOf = Callable[..., Actor]


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Nothing to do: tests/plugin.py made this process a migrated database."""


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hashing a password takes half a second on purpose, and the suite gives hundreds of people one.

    The product's own hashers stay known: server and worker processes of a test use those.
    """
    quick = "django.contrib.auth.hashers.MD5PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[quick, *settings.PASSWORD_HASHERS]):
        yield


@pytest.fixture
def group(db: None) -> Group:
    return Group.objects.create(name="测试集团")


@pytest.fixture
def level_ids() -> None:
    """The next row of every table gets the same id, whatever ran before: a few ids then name a row of every kind.

    Asked for first, by tests that try every address with every id there is.
    """
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(
            "select setval(seqrelid::regclass, (select coalesce(max(last_value), 1) from pg_sequences)) from pg_sequence"
        )


def make_store(group: Group, code: str, name: str) -> Store:
    store = Store.objects.create(group=group, code=code, name=name)
    open_scope(Store.objects.values_list("pk", flat=True))
    StoreFacts.objects.create(
        store=store,
        legal_name=f"{name}汽车销售服务有限公司",
        address="苏州市吴中区测试路1号",
        phone="0512-66000001",
        complaint_phone="0512-66000009",
        credit_code="91320500MA1XXXXXX0",
    )
    workshop = Department.objects.create(store=store, kind=Department.Kind.WORKSHOP, name="车间")
    Team.objects.create(store=store, department=workshop, name="机电一组")
    Bay.objects.create(store=store, code="A01", kind=Bay.Kind.MECHANICAL)
    return store


@pytest.fixture
def s01(group: Group) -> Store:
    TaxRate.objects.get_or_create(
        taxpayer_kind="general", valid_from=date(2019, 4, 1), defaults={"rate": "0.13"}
    )
    return make_store(group, "S01", "四方一店")


@pytest.fixture
def s02(s01: Store) -> Store:
    return make_store(s01.group, "S02", "四方二店")


@pytest.fixture
def person(db: None) -> PersonOf:
    """`person("advisor", s01)` → an Actor holding that post; asked again, the same person."""

    def make(post: str, store: Store, username: str = "") -> Actor:
        username = username or f"{post}-{store.code}"
        user = User.objects.filter(username=username).first() or User(
            username=username, name=f"{post}{store.code}"
        )
        if user.pk is None:
            user.set_unusable_password()
            user.home_store = store
            user.save()
        Assignment.objects.get_or_create(user=user, store=store, post=post, starts_on=date(2020, 1, 1))
        return Actor.of(user, store)

    return make


@pytest.fixture
def see(db: None) -> Callable[..., None]:
    """Look at these stores' rows from here on, as the database role sees them (a request narrows it to its own)."""

    def look(*stores: Store) -> None:
        open_scope(store.pk for store in stores)

    return look


@pytest.fixture
def client_of(person: PersonOf) -> Callable[..., Client]:
    """A browser-like client signed in as a post of a store."""

    def make(post: str, store: Store, username: str = "") -> Client:
        actor = person(post, store, username)
        assert actor.user is not None
        client = Client()
        client.force_login(actor.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


@pytest.fixture
def committed(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Real commits, for races between threads; everything is emptied afterwards by the owner."""
    with real_commits(django_db_blocker):
        yield


@contextmanager
def real_commits(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """What `committed` gives, for fixtures that live longer than a test."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        connection.close()
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
            # Those that have a page at all: a third of them, and emptying one costs files.
            rows = owner.execute(
                "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' "
                "and relname <> 'django_migrations' and pg_relation_size(oid) > 0"
            ).fetchall()
            names = ", ".join(f'"{name}"' for (name,) in rows)
            if names:
                owner.execute(f"truncate {names} restart identity cascade")
