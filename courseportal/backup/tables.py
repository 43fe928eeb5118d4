"""Tables as lines of JSON, and back: an array for each row, the same from SQLite and from PostgreSQL.

Tables and columns are those of the migrations that were applied, not of the code that reads them: a backup
can be taken before a new version migrates, and one of an older version is restored as what it was.
"""

# ruff: noqa: S608 - the names in these statements are those of our own tables and columns
from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from courseportal.backup.manifest import BackedTable, measured

LEFT_OUT: Final = frozenset({"django_session"})
"""Whoever signed out after the backup must not be signed in again by it."""

AT_A_TIME: Final = 1000  # rows
PARAMETERS: Final = {"sqlite": 900, "postgresql": 20_000}  # in one statement

Model = type[models.Model]
Row = list[Any]


class OtherVersion(Exception):
    """The tables are not those of this version of the portal, in a way that it cannot deal with."""


def applied(connection: BaseDatabaseWrapper) -> list[list[str]]:
    """The migrations that this database has gone through, as sorted pairs of app and name."""
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def tables_after(migrations: Iterable[Sequence[str]]) -> dict[str, Model]:
    """The tables, by name, that these migrations make; raises OtherVersion where one of them is not known."""
    return dict(_tables_after(tuple((app, name) for app, name in migrations)))


@lru_cache(maxsize=2)
def _tables_after(nodes: tuple[tuple[str, str], ...]) -> dict[str, Model]:
    loader = MigrationLoader(None)
    if unknown := [".".join(node) for node in nodes if node not in loader.graph.nodes]:
        raise OtherVersion(f"this version of the portal does not know the migration {unknown[0]}")
    state = loader.project_state(list(nodes)) if nodes else None
    found = state.apps.get_models(include_auto_created=True) if state else []
    return {model._meta.db_table: model for model in found if model._meta.managed and not model._meta.proxy}


def columns_of(model: Model) -> dict[str, models.Field[Any, Any]]:
    """The stored fields of a model by their columns, in their order."""
    return {field.column: field for field in model._meta.local_concrete_fields if field.column}


def key_of(model: Model) -> str:
    """The column of a table's key."""
    return str(model._meta.pk.column)


class Reader:
    """Reads a table on a connection, in the order of its keys."""

    def __init__(self, connection: BaseDatabaseWrapper, model: Model) -> None:
        self.connection, self.table, self.key = connection, model._meta.db_table, key_of(model)
        self.names = list(columns_of(model))
        columns = [field.get_col(self.table) for field in columns_of(model).values()]
        self.converters = [(column, connection.ops.get_db_converters(column)) for column in columns]

    def rows(self) -> Iterator[Row]:
        """Each row as values that JSON knows; moments in UTC, JSON as the text that the database has."""
        quote = self.connection.ops.quote_name
        names = ", ".join(quote(name) for name in self.names)
        with self.connection.chunked_cursor() as cursor:
            cursor.execute(f"SELECT {names} FROM {quote(self.table)} ORDER BY {quote(self.key)}")
            while batch := cursor.fetchmany(AT_A_TIME):
                for row in batch:
                    yield [self._plain(value, place) for place, value in enumerate(row)]

    def _plain(self, value: Any, place: int) -> Any:
        column, converters = self.converters[place]
        for converter in converters:
            value = converter(value, column, self.connection)
        return plain(value)


def plain(value: Any) -> Any:
    """A value of Python as one of JSON."""
    match value:
        case None | bool() | int() | str() | float():
            return value
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
        case date() | time():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(bytes(value)).decode()
    raise TypeError(f"a backup cannot hold a {type(value).__name__}")


def dump(connection: BaseDatabaseWrapper, model: Model, folder: Path, seen: Any) -> BackedTable:
    """Write a table's rows into the backup; ``seen`` is given each row on the way."""
    reader = Reader(connection, model)
    path = folder / BackedTable(reader.table, [], 0, 0, "").file
    rows = 0
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as out:
        for row in reader.rows():
            out.write(json.dumps(row, ensure_ascii=True, allow_nan=False).encode() + b"\n")
            seen(row)
            rows += 1
    with path.open("rb") as written:
        size, sha256 = measured(written)
    return BackedTable(reader.table, reader.names, rows, size, sha256, last_id(connection, model))


def read_rows(table: BackedTable, folder: Path) -> Iterator[Row]:
    """The rows of a table in a backup."""
    with gzip.open(folder / table.file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def load(connection: BaseDatabaseWrapper, model: Model, table: BackedTable, rows: Iterable[Row]) -> int:
    """Write rows into an empty table as they are; how many they were."""
    by_column = columns_of(model)
    if set(by_column) != set(table.columns):
        raise OtherVersion(f"the table {table.name} of the backup has other columns than its migrations make")
    fields = [by_column[column] for column in table.columns]
    quote = connection.ops.quote_name
    into = f"INSERT INTO {quote(table.name)} ({', '.join(quote(name) for name in table.columns)}) VALUES "
    one = f"({', '.join(['%s'] * len(fields))})"
    at_a_time = max(1, min(AT_A_TIME, PARAMETERS[connection.vendor] // len(fields)))
    count = 0
    with connection.cursor() as cursor:
        for batch in _batches(rows, at_a_time):
            values = [_stored(v, f, connection) for row in batch for f, v in zip(fields, row, strict=True)]
            cursor.execute(into + ", ".join([one] * len(batch)), values)
            count += len(batch)
    return count


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _stored(value: Any, field: models.Field[Any, Any], connection: BaseDatabaseWrapper) -> Any:
    """A value of the backup as the database takes it."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BinaryField):
        value = base64.b64decode(value)
    return field.get_db_prep_save(field.to_python(value), connection)


def numbers_itself(model: Model) -> bool:
    """Whether the database gives the rows of a table their numbers."""
    return isinstance(model._meta.pk, models.AutoField | models.BigAutoField | models.SmallAutoField)


def last_id(connection: BaseDatabaseWrapper, model: Model) -> int | None:
    """The last number that a row of this table was given, 0 before the first; None where none are given."""
    if not numbers_itself(model):
        return None
    table, key = model._meta.db_table, key_of(model)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            return int((cursor.fetchone() or [0])[0])
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', key])
        sequence = cursor.fetchone()[0]
        cursor.execute(f"SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM {sequence}")
        return int(cursor.fetchone()[0])


def set_last_id(connection: BaseDatabaseWrapper, model: Model, last: int) -> None:
    """Let the next row of this table have the number after ``last``, or after the highest that is there."""
    table, key, quote = model._meta.db_table, key_of(model), connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max({quote(key)}) FROM {quote(table)}")
        last = max(last, cursor.fetchone()[0] or 0)
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
            return
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', key])
        # Unlike setval this ends with the transaction: a restore that fails gives no number twice.
        cursor.execute(f"ALTER SEQUENCE {cursor.fetchone()[0]} RESTART WITH {last + 1}")
