"""Who changes facts, how and why: told to the database, whose triggers write the audit.

An app declares what is audited in its AppConfig::

    audited = {"Review": ("submission", "score", "feedback")}

people/audit_triggers.py makes triggers of that, which write people.AuditEntry rows. What they cannot
know by themselves is said here: around the change, with `audited`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.apps import apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

CONTEXT_TABLE: Final = "people_audit_context"
"""On SQLite only: one row while a change runs, none outside, written and removed in its transaction."""

_CHANGE = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|WITH)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Context:
    """Who changes something, how and why. A person that is not known yet is asked for at the first change."""

    by: int | Callable[[], int | None] | None = None
    how: str = ""
    why: str = ""

    @property
    def person_id(self) -> int | None:
        return self.by() if callable(self.by) else self.by


_current: ContextVar[Context | None] = ContextVar("audit_context", default=None)


@contextmanager
def audited(
    *,
    by: int | Callable[[], int | None] | models.Model | None = None,
    how: str | None = None,
    why: str | None = None,
) -> Iterator[None]:
    """Changes made inside are written down as this person's, made in this way, for this reason.

    ``by`` is a person, the id of one, or a function that gives it at the first change; ``how`` is one of
    `people.models.AuditEntry.How`; ``why`` is free text. What is not given is taken from an outer `audited`.
    Costs nothing until something is changed.
    """
    outer = _current.get() or Context()
    person = by.pk if isinstance(by, models.Model) else by
    inner = Context(
        by=outer.by if person is None else person,
        how=outer.how if how is None else how,
        why=outer.why if why is None else why,
    )
    token = _current.set(inner)
    try:
        yield
    finally:
        _current.reset(token)


@lru_cache(maxsize=1)
def audited_models() -> dict[type[models.Model], tuple[models.Field[Any, Any], ...]]:
    """What the apps declare: each audited model with its audited fields, in the order of the declaration."""
    declared: dict[type[models.Model], tuple[models.Field[Any, Any], ...]] = {}
    for app in apps.get_app_configs():
        for name, fields in getattr(app, "audited", {}).items():
            model = app.get_model(name)
            columns = {field.name: field for field in model._meta.concrete_fields}
            declared[model] = tuple(columns[field] for field in fields)
    return declared


@lru_cache(maxsize=1)
def _tables() -> re.Pattern[str]:
    return re.compile("|".join(rf"\b{re.escape(model._meta.db_table)}\b" for model in audited_models()))


def tell_database(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """A wrapper for each statement of a connection: a change of an audited table says who, how and why."""
    change, connection = _current.get(), context["connection"]
    if not _CHANGE.match(sql) or not _tables().search(sql):
        return execute(sql, params, many, context)
    if connection.vendor == "postgresql":
        told = _settings(context["cursor"].cursor, change or Context())
        return execute((told if params is None else told.replace("%", "%%")) + sql, params, many, context)
    if change is None:
        return execute(sql, params, many, context)
    if connection.in_atomic_block:
        with _context_row(connection, change):
            return execute(sql, params, many, context)
    cursor = context["cursor"].cursor
    with transaction.atomic(using=connection.alias):
        with _context_row(connection, change):
            result = execute(sql, params, many, context)
        rows = cursor.fetchall() if cursor.description else []
    if rows:
        _lay_out(cursor, rows)
    return result


def _lay_out(cursor: Any, rows: Sequence[Sequence[Any]]) -> None:
    """Let the cursor give these rows. SQLite commits no change whose RETURNING is not read to its end."""
    row = f"({', '.join(['%s'] * len(rows[0]))})"
    cursor.execute(f"VALUES {', '.join([row] * len(rows))}", [value for values in rows for value in values])


def _settings(cursor: Any, change: Context) -> str:
    """What is put before a statement for PostgreSQL, to be sent with it in one round trip.

    The settings end with the transaction; sent as one message, both statements are one transaction even
    where none was begun. A change of nobody says so, too: another may have come before it.
    """
    told: bytes = cursor.mogrify(
        "SELECT set_config('portal.by', %s, true), set_config('portal.how', %s, true),"
        " set_config('portal.why', %s, true); ",
        (str(change.person_id or ""), change.how, change.why),
    )
    return told.decode()


@contextmanager
def _context_row(connection: BaseDatabaseWrapper, change: Context) -> Iterator[None]:
    """Keep the context in its table of SQLite while a statement runs, within the transaction that is open.

    Triggers there see no function and no temporary table of the connection. Nobody else writes meanwhile,
    and whatever ends the process also takes the row back.
    """
    person_id = change.person_id
    raw = connection.connection
    raw.execute(f"INSERT INTO {CONTEXT_TABLE} VALUES (?, ?, ?)", (person_id, change.how, change.why))  # noqa: S608
    try:
        yield
    finally:
        raw.execute(f"DELETE FROM {CONTEXT_TABLE}")  # noqa: S608


def listen(sender: object, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receiver of connection_created."""
    if tell_database not in connection.execute_wrappers:
        connection.execute_wrappers.append(tell_database)
