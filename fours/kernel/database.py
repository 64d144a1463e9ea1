"""What PostgreSQL itself enforces: row-level security by store and group, rows that are never changed.

Run by `fours migrate` as the owner after the migrations; every statement can be repeated.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models

from .models.scope_words import Scope

# The scalar sub-select is evaluated once per query, not once per row.
ALLOWED = "any((select string_to_array(current_setting('fours.{setting}', true), ',')::bigint[])::bigint[])"
POLICIES = {
    Scope.STORE: ("store_id", "stores"),
    Scope.CHILD: ("store_id", "stores"),
    Scope.GROUP: ("group_id", "groups"),
}


def product_models() -> Iterator[type[models.Model]]:
    """Every concrete model of the product's own apps."""
    for config in apps.get_app_configs():
        if config.name.startswith("fours."):
            yield from config.get_models()


def remember_statements(connection: Any, **_signal: Any) -> None:
    """Let a new connection keep the plans of a whole visit's statements; psycopg's own limit of 100 forgets them again."""
    connection.connection.prepared_max = 1000


def keeping_files() -> Iterator[type[models.Model]]:
    """The models of a store whose rows name a file outside the database, by `path` with its `sha256`."""
    for model in product_models():
        if {"store", "path", "sha256"} <= {field.name for field in model._meta.concrete_fields}:
            yield model


def harden() -> None:
    """Put every policy and trigger in place that the models declare; needs the owner role."""
    with connection.cursor() as cursor:
        cursor.execute(CREATE_CACHE)
        cursor.execute(NEVER_CHANGED)
        for model in product_models():
            scope: Scope = getattr(model, "scope")  # noqa: B009 - not an attribute of Model for mypy
            if scope in POLICIES:
                _secure(cursor, model._meta.db_table, *POLICIES[scope])
            if getattr(model, "append_only", False):
                _freeze(cursor, model._meta.db_table)
        for statement in GRANTS:
            cursor.execute(statement)


def _secure(cursor: Any, table: str, column: str, setting: str) -> None:
    allowed = ALLOWED.format(setting=setting)
    cursor.execute(f'alter table "{table}" enable row level security')
    cursor.execute(f'alter table "{table}" force row level security')
    cursor.execute(f'drop policy if exists own_rows on "{table}"')
    cursor.execute(
        f'create policy own_rows on "{table}" using ({column} = {allowed}) with check ({column} = {allowed})'
    )


def _freeze(cursor: Any, table: str) -> None:
    cursor.execute(
        f'create or replace trigger never_changed before update or delete on "{table}" '
        f"for each row execute function fours_never_changed()"
    )


NEVER_CHANGED = """
create or replace function fours_never_changed() returns trigger language plpgsql as $$
begin
    -- The one exception: erasing a person blanks words in what stays (fours.desk.erasing).
    if tg_op = 'UPDATE' and current_setting('fours.erasing', true) = 'on' then
        return new;
    end if;
    raise exception '% rows are never changed', tg_table_name using errcode = 'restrict_violation';
end $$
"""
# The table of Django's database cache, which has no migration of its own.
CREATE_CACHE = """
create table if not exists kernel_cache (
    cache_key varchar(255) primary key, value text not null, expires timestamptz not null
);
create index if not exists kernel_cache_expires on kernel_cache (expires)
"""
GRANTS = (
    "grant usage on schema public to fours_app",
    "grant select, insert, update, delete on all tables in schema public to fours_app",
    "grant usage, select, update on all sequences in schema public to fours_app",
    "grant execute on all functions in schema public to fours_app",
    "revoke insert, update, delete on django_migrations from fours_app",
)
