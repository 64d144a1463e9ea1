"""Tables without what is dear to keep up row by row while millions of rows come in: foreign keys and plain indexes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

# Sorting an index of sixty million rows in memory of this size takes a few runs over the disk.
SORT_MEMORY = "512MB"


@dataclass(frozen=True)
class Part:
    """An index or a foreign key: its table, its name, and what makes it again."""

    table: str
    name: str
    definition: str


@contextmanager
def bare(owner_url: str, tables: Iterable[str]) -> Iterator[None]:
    """Inside, the tables keep their primary keys, unique rules and checks only; nobody may hold a transaction open.

    Afterwards everything is back, and PostgreSQL has proved every foreign key over all rows. When the block fails
    nothing is put back: the half-filled database is of no use.
    """
    names = list(tables)
    with psycopg.connect(owner_url, autocommit=True) as session:
        keys, indexes = _foreign_keys(session, names), _plain_indexes(session, names)
        with session.transaction():
            for key in keys:
                _run(session, "alter table {} drop constraint {}", key)
            for index in indexes:
                _run(session, "drop index {1}", index)
        yield
        session.execute("select set_config('maintenance_work_mem', %s, false)", [SORT_MEMORY])
        for index in indexes:
            session.execute(index.definition.encode())
        for key in keys:
            _run(session, f"alter table {{}} add constraint {{}} {key.definition}", key)
        session.execute("analyze")


def _foreign_keys(session: psycopg.Connection, tables: list[str]) -> list[Part]:
    rows = session.execute(
        """
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
        where contype = 'f' and conrelid = any(%s::regclass[]) order by conrelid, conname
        """,
        [tables],
    )
    return [Part(*row) for row in rows]


def _plain_indexes(session: psycopg.Connection, tables: list[str]) -> list[Part]:
    rows = session.execute(
        """
        select indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
        where indrelid = any(%s::regclass[]) and not indisunique and not indisexclusion order by indrelid, indexrelid
        """,
        [tables],
    )
    return [Part(*row) for row in rows]


def _run(session: psycopg.Connection, statement: str, part: Part) -> None:
    session.execute(sql.SQL(statement).format(sql.Identifier(part.table), sql.Identifier(part.name)))
