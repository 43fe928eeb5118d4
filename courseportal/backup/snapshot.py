"""One consistent look at the database, while everybody goes on working."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

ALIAS: Final = "snapshot"


@contextmanager
def snapshot() -> Iterator[BaseDatabaseWrapper]:
    """A connection that sees, until it is left, just what was committed when it was entered.

    On PostgreSQL a read-only transaction of REPEATABLE READ, on SQLite one that begins by reading, in WAL: it
    holds up nobody, and nobody it. The limits of time that requests have do not hold in it.
    """
    looking = connection.copy(alias=ALIAS)
    connections[ALIAS] = looking  # Django's reader of migrations asks by name
    try:
        with looking.cursor() as cursor:
            for statement in _BEGIN[looking.vendor]:
                cursor.execute(statement)
        yield looking
        with looking.cursor() as cursor:
            cursor.execute("ROLLBACK")
    finally:
        looking.close()
        del connections[ALIAS]


_BEGIN: Final = {
    "postgresql": (
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "SET LOCAL statement_timeout = 0",
        "SET LOCAL idle_in_transaction_session_timeout = 0",
        "SELECT 1",  # the look is taken by the first statement that reads
    ),
    "sqlite": ("BEGIN", "SELECT count(*) FROM sqlite_master"),
}
