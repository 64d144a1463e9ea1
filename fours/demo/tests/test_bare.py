import os
from collections.abc import Iterator

import psycopg
import pytest

from fours.demo.multiply.bare import bare

TABLES = ["demo_visit"]


@pytest.fixture
def owner() -> Iterator[psycopg.Connection]:
    """A connection of the owner, and two tables that nobody else reads."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as session:
        session.execute("create table demo_car (id int primary key)")
        session.execute(
            "create table demo_visit (id int primary key, car_id int references demo_car deferrable initially deferred,"
            " number text unique, day date check (day > '2000-01-01'))"
        )
        session.execute("create index demo_visit_day on demo_visit (day desc) where day is not null")
        session.execute("insert into demo_car values (1)")
        yield session
        session.execute("drop table demo_visit, demo_car")


def _built_on(session: psycopg.Connection) -> set[str]:
    rows = session.execute(
        "select pg_get_constraintdef(oid) from pg_constraint where conrelid = 'demo_visit'::regclass and convalidated"
        " union all select pg_get_indexdef(indexrelid) from pg_index where indrelid = 'demo_visit'::regclass"
    )
    return {str(text) for (text,) in rows}


def _refused(session: psycopg.Connection, values: str) -> bool:
    try:
        session.execute(f"insert into demo_visit values {values}")
    except psycopg.IntegrityError:
        return True
    return False


def test_indexes_and_foreign_keys_are_off_inside_and_all_there_afterwards(owner: psycopg.Connection) -> None:
    before = _built_on(owner)
    with bare(os.environ["DATABASE_OWNER_URL"], TABLES):
        gone = before - _built_on(owner)
        owner.execute("insert into demo_visit values (1, 1, 'A', '2026-01-05')")
    assert len(gone) == 2
    assert any("REFERENCES" in one for one in gone)
    assert any("day DESC" in one for one in gone)
    assert _built_on(owner) == before
    assert _refused(owner, "(2, 7, 'B', '2026-01-05')")


def test_unique_rules_and_checks_hold_inside(owner: psycopg.Connection) -> None:
    with bare(os.environ["DATABASE_OWNER_URL"], TABLES):
        owner.execute("insert into demo_visit values (1, 1, 'A', '2026-01-05')")
        assert _refused(owner, "(2, 1, 'A', '2026-01-06')")
        assert _refused(owner, "(2, 1, 'B', '1999-01-06')")


def test_a_row_that_points_nowhere_is_found_at_the_end(owner: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation), bare(os.environ["DATABASE_OWNER_URL"], TABLES):
        owner.execute("insert into demo_visit values (1, 7, 'A', '2026-01-05')")
