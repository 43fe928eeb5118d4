"""When something that a calendar shows was last changed, told from the audit, which only grows.

An event's SEQUENCE is the number of the latest entry about a row that it is made of, LAST-MODIFIED that
entry's moment: docs/decisions/calendar-feeds.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Max, Model, Q

from courseportal.calendar.events import Revision
from people.models import AuditEntry

Row = tuple[str, int]
"""A row of an audited table: the table's name and the row's id."""

UNCHANGED: Final = Revision(0, datetime(2000, 1, 1, tzinfo=UTC))
"""Of what the audit knows nothing."""


def row(model: type[Model], row_id: int) -> Row:
    return model._meta.db_table, row_id


def rows_are(model: type[Model], ids: Any) -> Q:
    """Entries about these rows of a table; ``ids`` may be a queryset of them."""
    return Q(table=model._meta.db_table, row_id__in=ids)


def added_with(model: type[Model], **values: int | Collection[int]) -> Q:
    """Entries that tell of a row of a table being added with such values in its columns.

    So rows are found that are there no more, which the tables themselves no longer know.
    """
    columns = {
        f"new__{column}" + ("" if isinstance(value, int) else "__in"): value
        for column, value in values.items()
    }
    return Q(table=model._meta.db_table, operation=AuditEntry.Operation.INSERT, **columns)


def added(entries: Q) -> dict[Row, dict[str, Any]]:
    """By row: what it was added with."""
    found = AuditEntry.objects.filter(entries).order_by().values_list("table", "row_id", "new")
    return {(table, row_id): new or {} for table, row_id, new in found}


def latest(entries: Q) -> Revision:
    """The last of these changes."""
    number, at = AuditEntry.objects.filter(entries).aggregate(Max("pk"), Max("changed_at")).values()
    return Revision(number, at) if number else UNCHANGED


def latest_by_row(entries: Q) -> dict[Row, Revision]:
    """By row: its last change."""
    found = AuditEntry.objects.filter(entries).order_by().values_list("table", "row_id")
    return {
        (table, row_id): Revision(number, at)
        for table, row_id, number, at in found.annotate(Max("pk"), Max("changed_at"))
    }


def last_of(changes: Mapping[Row, Revision], rows: Iterable[Row], *others: Revision) -> Revision:
    """The last change among these rows and these others."""
    found = [*others, *(changes[one] for one in rows if one in changes)]
    return Revision(
        max((one.number for one in found), default=UNCHANGED.number),
        max((one.at for one in found), default=UNCHANGED.at),
    )
