"""Wall two: the database itself shows a store only to those whose transaction named it."""

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction
from django.db.utils import IntegrityError

from fours.customers.models import Customer
from fours.kernel.actor import Actor, open_scope
from fours.kernel.database import product_models
from fours.kernel.events import announce
from fours.kernel.models import Event, Scope, Store


def test_without_a_scope_no_row_is_seen(s01: Store) -> None:
    Customer.objects.create(store=s01, name="王小明")
    with connection.cursor() as cursor:
        cursor.execute("select set_config('fours.stores', '', true)")
    assert Customer.objects.count() == 0


def test_a_scope_shows_its_own_store_only(s01: Store, s02: Store) -> None:
    open_scope([s01.pk, s02.pk])
    Customer.objects.create(store=s01, name="王小明")
    Customer.objects.create(store=s02, name="李小红")
    open_scope([s02.pk])
    assert [c.name for c in Customer.objects.all()] == ["李小红"]


def test_writing_another_stores_row_is_refused_by_the_database(s01: Store, s02: Store) -> None:
    open_scope([s01.pk])
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Customer.objects.create(store=s02, name="王小明")


def test_every_model_says_its_scope_and_every_scoped_table_has_its_policy(db: None) -> None:
    scoped = {m._meta.db_table for m in product_models() if m.scope != Scope.INSTALLATION}
    with connection.cursor() as cursor:
        cursor.execute("select relname from pg_class where relrowsecurity and relforcerowsecurity")
        secured = {row[0] for row in cursor.fetchall()}
        cursor.execute("select tablename from pg_policies where policyname = 'own_rows'")
        policed = {row[0] for row in cursor.fetchall()}
    assert len(scoped) > 30
    assert scoped == secured == policed


def test_events_are_never_changed_or_deleted(s01: Store) -> None:
    customer = Customer.objects.create(store=s01, name="王小明")
    event = announce("customers.made", customer, actor=Actor.system(s01), sentence="建立客户")
    for change in (lambda: Event.objects.update(sentence="另一句"), event.delete):
        with pytest.raises((InternalError, IntegrityError), match="never changed"), transaction.atomic():
            change()
    assert Event.objects.get().sentence == "建立客户"


def test_the_restricted_role_cannot_pass_by_row_level_security(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_user, rolsuper, rolbypassrls from pg_roles where rolname = current_user"
        )
        assert cursor.fetchone() == ("fours_app", False, False)
