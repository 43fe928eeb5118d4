"""Putting a backup in the place of a portal: all of it or nothing, and no mail goes again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from courseportal.backup import manifest as manifests
from courseportal.backup.files import Progress, put_back
from courseportal.backup.manifest import Manifest, Unsound
from courseportal.backup.tables import (
    Model,
    OtherVersion,
    applied,
    load,
    numbers_itself,
    read_rows,
    set_last_id,
    tables_after,
)
from courseportal.backup.taking import key_sign
from courseportal.backup.unsent import Unsent, settle_unsent
from people import audit_triggers
from people.audit import audited

FILLED_BY_ITSELF: Final = frozenset(
    {"django_content_type", "auth_permission", "django_session", "people_sweep", "django_migrations"}
)
"""Tables that have rows in a portal in which nobody has done anything yet."""


class NotEmpty(Exception):
    """There is a portal where the backup would go; ``tables`` have rows."""

    def __init__(self, tables: list[str]) -> None:
        super().__init__(", ".join(tables))
        self.tables = tables


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    rows: int
    files: int
    """All that the backup has."""
    files_put: int
    """Those that were not in the storage already."""
    unsent: Unsent
    same_key: bool
    """Whether this portal's SECRET_KEY is the one of the portal that was backed up."""


def checked(folder: Path, progress: Progress) -> Manifest:
    """The manifest of a backup, every byte and every row of which was looked at; nothing is changed.

    Raises Unsound, whose ``faults`` name all that is wrong.
    """
    manifest = manifests.read(folder)
    total = len(manifest.tables) + len(manifest.files)
    wrong = []
    for number, (place, fault) in enumerate(manifests.faults(manifest, folder), start=1):
        if fault:
            wrong.append(f"{place}: {fault}")
        progress(number, total)
    if not wrong:
        found = [(table, sum(1 for _row in read_rows(table, folder))) for table in manifest.tables]
        wrong = [f"{table.file}: it has {rows} rows" for table, rows in found if rows != table.rows]
    if wrong:
        raise Unsound(wrong)
    return manifest


def restore(
    folder: Path, *, stopped_at: datetime, replace: bool, progress: Callable[[str], Progress]
) -> Restored:
    """Verify a backup, put its files into the storage, then its rows into the database in one transaction.

    Until that commits the portal is what it was, but for files that no row of it knows. ``stopped_at`` is
    until when the lost portal may have sent messages. Raises Unsound, OtherVersion or, without ``replace``,
    NotEmpty before anything is touched. Stop the portal's processes first.
    """
    manifest = checked(folder, progress("Verifying"))
    tables_after(manifest.migrations)
    if not replace and (filled := _filled()):
        raise NotEmpty(filled)
    put = put_back(manifest, folder, progress("Files"))
    with audited(how="command"), _unchecked(), transaction.atomic():
        rows = _put_rows(manifest, folder, progress("Rows"))
        unsent = settle_unsent(stopped_at=max(stopped_at, manifest.moment))  # it ran when it was backed up
    ContentType.objects.clear_cache()
    return Restored(rows, len(manifest.files), put, unsent, manifest.key == key_sign())


def _filled() -> list[str]:
    """The tables that have rows somebody made."""
    quote = connection.ops.quote_name
    found = []
    for name in sorted(tables_after(applied(connection)).keys() - FILLED_BY_ITSELF):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {quote(name)} LIMIT 1")  # noqa: S608 - a table of ours
            if cursor.fetchone():
                found.append(name)
    return found


@contextmanager
def _unchecked() -> Iterator[None]:
    """Rows come table by table: what they point at may come later. SQLite is told before the transaction."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.constraint_checks_disabled():
        yield


def _put_rows(manifest: Manifest, folder: Path, progress: Progress) -> int:
    """Make the tables what they were when the backup was taken, then bring them to this version's."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    audit_triggers.remove(connection.alias)  # rows come back with the audit that was written of them
    before = tables_after(applied(connection))
    if applied(connection) == manifest.migrations:
        _empty(before)
    else:
        _drop(before)
        _migrate_to(manifest)
        _empty(tables_after(manifest.migrations))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # a migration that adds a reference leaves it checked row by row
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    models = tables_after(manifest.migrations)
    rows = 0
    for number, table in enumerate(manifest.tables, start=1):
        rows += load(connection, models[table.name], table, read_rows(table, folder))
        if numbers_itself(models[table.name]):
            set_last_id(connection, models[table.name], table.last_id or 0)
        progress(number, len(manifest.tables))
    _check_references()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
    audit_triggers.install(connection.alias)
    return rows


def _empty(models: dict[str, Model]) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(quote(name) for name in models)}")
            return
        for name in models:
            cursor.execute(f"DELETE FROM {quote(name)}")  # noqa: S608 - a table of ours


def _drop(models: dict[str, Model]) -> None:
    quote = connection.ops.quote_name
    cascade = " CASCADE" if connection.vendor == "postgresql" else ""
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for name in present & {*models, "django_migrations"}:
            cursor.execute(f"DROP TABLE {quote(name)}{cascade}")


def _migrate_to(manifest: Manifest) -> None:
    """Make the tables of the backup's version, without what is done after each `migrate`."""
    executor = MigrationExecutor(connection)
    nodes = executor.loader.graph.node_map
    wanted = {(app, name) for app, name in manifest.migrations}
    last = [node for node in sorted(wanted) if not wanted & {child.key for child in nodes[node].children}]
    executor.migrate(last)
    if applied(connection) != manifest.migrations:
        raise OtherVersion("the migrations of the backup cannot be gone through again")


def _check_references() -> None:
    """Raise IntegrityError unless every row points at rows that are there."""
    if connection.vendor == "sqlite":
        connection.check_constraints()
        return
    with connection.cursor() as cursor:  # tables with checks left to do cannot be altered by a migration
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
