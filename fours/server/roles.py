"""The two roles of the embedded database; the application's cannot pass row-level security."""

import psycopg
from psycopg import sql

OWNER = "fours_owner"
APP = "fours_app"
DATABASE = "fours"


def prepare_roles(superuser_url: str, passwords: dict[str, str]) -> None:
    """Make roles, default rights and the database, continuing where a broken attempt ended.

    Default rights are set in template1 first, so that databases the owner makes later (tests) have them.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if _is_prepared(connection):
            return
        _create_role(connection, OWNER, passwords[OWNER], "CREATEDB")
        _create_role(connection, APP, passwords[APP], "NOCREATEDB")
    with psycopg.connect(superuser_url, dbname="template1", autocommit=True) as connection:
        _grant_default_rights(connection)
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        _create_database(connection)


def _is_prepared(connection: psycopg.Connection) -> bool:
    """Whether the last step, the rights on the database, has been done."""
    query = "SELECT 1 FROM pg_database WHERE datname = %s AND datacl IS NOT NULL"
    return connection.execute(query, [DATABASE]).fetchone() is not None


def _create_role(connection: psycopg.Connection, name: str, password: str, option: str) -> None:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        return
    statement = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE {} PASSWORD {}")
    connection.execute(statement.format(sql.Identifier(name), sql.SQL(option), sql.Literal(password)))


def _grant_default_rights(connection: psycopg.Connection) -> None:
    for rights in (
        "SELECT, INSERT, UPDATE, DELETE ON TABLES",
        "USAGE, SELECT, UPDATE ON SEQUENCES",
        "EXECUTE ON FUNCTIONS",
    ):
        statement = sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT {} TO {}")
        connection.execute(statement.format(sql.Identifier(OWNER), sql.SQL(rights), sql.Identifier(APP)))


def _create_database(connection: psycopg.Connection) -> None:
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        create = sql.SQL("CREATE DATABASE {} OWNER {}")
        connection.execute(create.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))
    close = sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC")
    allow = sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}")
    with connection.transaction():
        connection.execute(close.format(sql.Identifier(DATABASE)))
        connection.execute(allow.format(sql.Identifier(DATABASE), sql.Identifier(APP)))
