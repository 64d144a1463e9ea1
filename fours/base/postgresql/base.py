"""The database backend Django is told of (`ENGINE = "fours.base.postgresql"`)."""

from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations


class Operations(DatabaseOperations):
    """Django's own, compiling with ours."""

    compiler_module = "fours.base.postgresql.compiler"


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own connection."""

    ops_class = Operations
