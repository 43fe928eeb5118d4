"""The audit in words: who changed what, when, how and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, TypeAlias

from django.db import models
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.audit import audited_models
from people.days import short_month_of_day, zone_name
from people.models import AuditEntry

Field: TypeAlias = "models.Field[Any, Any]"
NOTHING = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """One audited column of a change: its name and both values in words, a dash where there was none."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the audit in words. ``at`` is in the zone asked for; ``who`` is never empty."""

    at: datetime
    who: str
    how: str
    why: str
    subject: str
    operation: str
    is_addition: bool
    values: tuple[ChangedValue, ...]

    @property
    def when(self) -> str:
        """The moment, with the zone's abbreviation."""
        return _moment(self.at)


def listed_day(day: date) -> str:
    """A day as lists write it, "9 Sep 2025"."""
    return formats.date_format(day, f"j {short_month_of_day(day)} Y")


def _moment(at: datetime) -> str:
    return f"{listed_day(at)}, {at:%H:%M:%S} {zone_name(at)}"


def in_words(entries: Iterable[AuditEntry], zone: tzinfo) -> list[Change]:
    """The same changes in words of the page's language, moments in ``zone``.

    Takes one statement for each kind of row that the changes point to. Give entries with their person.
    """
    entries = list(entries)
    fields = _fields()
    names = _names(entries, fields)
    return [_change(entry, fields.get(entry.table, {}), names, zone) for entry in entries]


Names = Mapping[type[models.Model], Mapping[int, str]]


def _fields() -> dict[str, dict[str, Field]]:
    """By table: its audited columns."""
    return {
        model._meta.db_table: {str(field.column): field for field in fields}
        for model, fields in audited_models().items()
    }


def _names(entries: Sequence[AuditEntry], fields: Mapping[str, Mapping[str, Field]]) -> Names:
    """Names of all rows that old and new values point to."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for entry in entries:
        for values in (entry.old or {}, entry.new or {}):
            for column, value in values.items():
                field = fields.get(entry.table, {}).get(column)
                if isinstance(field, models.ForeignKey) and value is not None:
                    wanted[field.related_model].add(value)
    return {
        model: {pk: str(row) for pk, row in model._default_manager.in_bulk(ids).items()}
        for model, ids in wanted.items()
    }


def _change(entry: AuditEntry, fields: Mapping[str, Field], names: Names, zone: tzinfo) -> Change:
    old, new = entry.old or {}, entry.new or {}
    columns = [column for column in fields if column in old or column in new]
    model = next((m for m in audited_models() if m._meta.db_table == entry.table), None)
    return Change(
        at=entry.changed_at.astimezone(zone),
        who=str(entry.person) if entry.person else _("database account %s") % entry.account,
        how=entry.get_how_display(),
        why=entry.why,
        subject=str(model._meta.verbose_name) if model else entry.table,
        operation=entry.get_operation_display(),
        is_addition=entry.operation == AuditEntry.Operation.INSERT,
        values=tuple(
            ChangedValue(
                str(fields[column].verbose_name),
                _value(fields[column], old.get(column), names, zone),
                _value(fields[column], new.get(column), names, zone),
            )
            for column in columns
            if old.get(column) is not None or new.get(column) is not None
        ),
    )


YES, NO = gettext_lazy("yes"), gettext_lazy("no")


def _value(field: Field, value: Any, names: Names, zone: tzinfo) -> str:
    """A value of the audit as a person reads it."""
    if value is None or value == "":
        return NOTHING
    if hasattr(field, "in_words"):
        return str(field.in_words(value))
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.ForeignKey):
        return names.get(field.related_model, {}).get(value, f"#{value}")
    return _plain_value(field, value, zone)


def _plain_value(field: Field, value: Any, zone: tzinfo) -> str:
    match field:
        case models.BooleanField():
            return str(YES if value else NO)
        case models.DateTimeField():
            moment = datetime.fromisoformat(value).astimezone(zone)
            return _moment(moment)
        case models.DateField():
            return listed_day(date.fromisoformat(value))
        case _:
            return str(value)
