"""The audit's triggers, for PostgreSQL and SQLite: written from what the apps declare, after each migrate.

Not a migration: SQLite rebuilds a table to alter it, and its triggers go with the old one. A trigger's name
ends in a digest of all that it is made of, so that only what changed is made anew.
"""

# ruff: noqa: S608 - the names in these statements are those of our own tables and columns
from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from people.audit import CONTEXT_TABLE, audited_models
from people.models import AuditEntry

AUDIT: Final = AuditEntry._meta.db_table
EVENTS: Final = ("insert", "update", "delete")

Trigger = tuple[str, str, str]
"""A trigger's name, its table, and the statement that makes it."""


def install(using: str) -> None:
    """Make the triggers of every audited table that exists, and the guard of the audit itself."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if AUDIT not in tables:  # migrated back to before the audit
            return
        wanted = [each for each in _triggers(connection.vendor) if each[1] in tables]
        present = _present(connection)
        if {(name, table) for name, table, _sql in wanted} == present:
            return
        for statement in _SHARED[connection.vendor]:
            cursor.execute(statement)
        for name, table in present - {(name, table) for name, table, _sql in wanted}:
            cursor.execute(_drop(connection, name, table))
        for name, table, sql in wanted:
            if (name, table) not in present:
                cursor.execute(sql)


def remove(using: str) -> None:
    """Take all triggers of the audit away: before a migration on SQLite, to empty or restore a database.

    What changes then says who makes it all the same: on SQLite the table for that is there, also in a new
    database.
    """
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for name, table in _present(connection):
            cursor.execute(_drop(connection, name, table))
        if connection.vendor == "sqlite":
            cursor.execute(_SQLITE_CONTEXT)


def after_migrate(sender: object, using: str, **kwargs: Any) -> None:
    """Receiver of post_migrate."""
    install(using)


def before_migrate(sender: object, using: str, plan: list[Any], **kwargs: Any) -> None:
    """Receiver of pre_migrate: SQLite refuses to alter tables that triggers speak of."""
    if plan and connections[using].vendor == "sqlite":
        remove(using)


def _present(connection: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT[connection.vendor])
        return {(name, table) for name, table in cursor.fetchall()}


def _drop(connection: BaseDatabaseWrapper, name: str, table: str) -> str:
    on = f" ON {connection.ops.quote_name(table)}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER {connection.ops.quote_name(name)}{on}"


def _triggers(vendor: str) -> Iterator[Trigger]:
    table_triggers = {"postgresql": _postgresql, "sqlite": _sqlite}[vendor]
    for model, fields in audited_models().items():
        yield from table_triggers(model, fields)
    for event, body in _GUARDS[vendor].items():
        yield _named(AUDIT, f"guard_{event}", body)


def _key(model: type[models.Model]) -> str:
    """The column by which the audit names a row; a whole number."""
    return str(model._meta.pk.column)


def _named(table: str, event: str, body: str) -> Trigger:
    """``body`` is a statement with {name} in it."""
    digest = hashlib.sha256((body + _SHARED_TEXT).encode()).hexdigest()[:8]
    name = f"audit_{event}_{table}_{digest}"
    return name, table, body.replace("{name}", name)


# PostgreSQL ------------------------------------------------------------------------------------------


def _postgresql(model: type[models.Model], fields: tuple[models.Field[Any, Any], ...]) -> Iterator[Trigger]:
    table = model._meta.db_table
    columns = ", ".join(f"'{column}'" for column in (_key(model), *(field.column for field in fields)))
    yield _named(
        table,
        "row",
        f'CREATE TRIGGER "{{name}}" AFTER INSERT OR UPDATE OR DELETE ON "{table}"'
        f" FOR EACH ROW EXECUTE FUNCTION people_audit_row({columns})",
    )
    yield _named(
        table,
        "truncate",
        f'CREATE TRIGGER "{{name}}" BEFORE TRUNCATE ON "{table}"'
        " FOR EACH STATEMENT EXECUTE FUNCTION people_audit_refuse()",
    )


_POSTGRESQL_ROW = f"""
CREATE OR REPLACE FUNCTION people_audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    becomes jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    old_values jsonb;
    new_values jsonb;
BEGIN
    SELECT jsonb_object_agg(name, was -> name), jsonb_object_agg(name, becomes -> name)
    INTO old_values, new_values
    FROM unnest(TG_ARGV[1:]) AS name
    WHERE TG_OP <> 'UPDATE' OR was -> name IS DISTINCT FROM becomes -> name;
    IF old_values IS NULL AND new_values IS NULL THEN
        RETURN NULL;  -- nothing that is audited has changed
    END IF;
    INSERT INTO {AUDIT}
        (changed_at, person_id, account, how, why, "table", row_id, operation, old, new)
    VALUES (
        now(),
        nullif(current_setting('portal.by', true), '')::bigint,
        session_user,
        coalesce(nullif(current_setting('portal.how', true), ''), 'shell'),
        coalesce(current_setting('portal.why', true), ''),
        TG_TABLE_NAME,
        (coalesce(was, becomes) ->> TG_ARGV[0])::bigint,
        lower(TG_OP),
        CASE WHEN TG_OP <> 'INSERT' THEN old_values END,
        CASE WHEN TG_OP <> 'DELETE' THEN new_values END
    );
    RETURN NULL;
END $$
"""
_POSTGRESQL_REFUSE = """
CREATE OR REPLACE FUNCTION people_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the audit is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

# SQLite ----------------------------------------------------------------------------------------------


def _sqlite(model: type[models.Model], fields: tuple[models.Field[Any, Any], ...]) -> Iterator[Trigger]:
    table = model._meta.db_table
    for event in EVENTS:
        row = "NEW" if event == "insert" else "OLD"
        old = "NULL" if event == "insert" else "json_group_object(name, json(was))"
        new = "NULL" if event == "delete" else "json_group_object(name, json(becomes))"
        changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in _quoted(fields))
        values = " UNION ALL ".join(_sqlite_values(field, event) for field in fields)
        yield _named(
            table,
            event,
            f'CREATE TRIGGER "{{name}}" AFTER {event.upper()} ON "{table}" '
            + (f"WHEN {changed} " if event == "update" else "")
            + f"""BEGIN
            INSERT INTO {AUDIT}
                (changed_at, person_id, account, how, why, "table", row_id, operation, old, new)
            SELECT
                strftime('%Y-%m-%d %H:%M:%f', 'now'),
                (SELECT by_id FROM {CONTEXT_TABLE}),
                'sqlite',
                coalesce((SELECT nullif(how, '') FROM {CONTEXT_TABLE}), 'shell'),
                coalesce((SELECT why FROM {CONTEXT_TABLE}), ''),
                '{table}', {row}."{_key(model)}", '{event}', {old}, {new}
            FROM ({values}){" WHERE was IS NOT becomes" if event == "update" else ""};
            END""",
        )


def _quoted(fields: tuple[models.Field[Any, Any], ...]) -> list[str]:
    return [f'"{field.column}"' for field in fields]


def _sqlite_values(field: models.Field[Any, Any], event: str) -> str:
    """A row of a column's name, its old and its new value, both as JSON written like PostgreSQL's."""
    was = "NULL" if event == "insert" else _sqlite_json(field, "OLD")
    becomes = "NULL" if event == "delete" else _sqlite_json(field, "NEW")
    return f"SELECT '{field.column}' AS name, {was} AS was, {becomes} AS becomes"


def _sqlite_json(field: models.Field[Any, Any], row: str) -> str:
    column = f'{row}."{field.column}"'
    match field:
        case models.BooleanField():
            return f"CASE {column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END"
        case models.DateTimeField():  # stored in UTC without saying so
            return f"json_quote(replace({column}, ' ', 'T') || '+00:00')"
        case models.JSONField():
            return f"coalesce(json({column}), 'null')"
        case _:
            return f"json_quote({column})"


_SQLITE_CONTEXT = f"CREATE TABLE IF NOT EXISTS {CONTEXT_TABLE} (by_id bigint, how text, why text)"

# Both ------------------------------------------------------------------------------------------------

_SHARED: Final = {"postgresql": (_POSTGRESQL_ROW, _POSTGRESQL_REFUSE), "sqlite": (_SQLITE_CONTEXT,)}
_SHARED_TEXT: Final = "".join(text for texts in _SHARED.values() for text in texts)
_PRESENT: Final = {
    "postgresql": """
        SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE NOT tgisinternal AND tgname LIKE 'audit\\_%' AND relnamespace = current_schema()::regnamespace
    """,
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'audit_*'",
}
_GUARDS: Final = {
    "postgresql": {
        "rows": f'CREATE TRIGGER "{{name}}" BEFORE UPDATE OR DELETE ON {AUDIT}'
        " FOR EACH ROW EXECUTE FUNCTION people_audit_refuse()",
        "truncate": f'CREATE TRIGGER "{{name}}" BEFORE TRUNCATE ON {AUDIT}'
        " FOR EACH STATEMENT EXECUTE FUNCTION people_audit_refuse()",
    },
    "sqlite": {
        event: f'CREATE TRIGGER "{{name}}" BEFORE {event} ON {AUDIT} '
        + (f"WHEN EXISTS (SELECT 1 FROM {AUDIT} WHERE id = NEW.id) " if event == "INSERT" else "")
        + f"BEGIN SELECT RAISE(ABORT, '{event} of {AUDIT} is refused: the audit is append-only'); END"
        for event in ("INSERT", "UPDATE", "DELETE")  # an INSERT over a row that is there replaces it
    },
}
