from enum import StrEnum


class Scope(StrEnum):
    """Who shares a row; every model says one of these words, and the database is hardened by it (database.py)."""

    INSTALLATION = "installation"
    GROUP = "group"
    STORE = "store"
    CHILD = "document child"
