"""What a table allows once, told as a form tells it and before the table refuses it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import F, Model, UniqueConstraint

if TYPE_CHECKING:
    # The stubs' class is generic, Django's own is not.
    _InlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    _InlineFormSet = forms.BaseInlineFormSet

HIGHEST: Final = 32_767
"""Of a small number in the tables; nobody counts grades or materials up to there."""


def fields_once(constraint: models.BaseConstraint) -> tuple[str, ...]:
    """The fields whose values together may stand once; none for a constraint that says more than that."""
    if not isinstance(constraint, UniqueConstraint) or constraint.condition:
        return ()
    named = [each.deconstruct()[1][0] for each in constraint.expressions if isinstance(each, F)]
    return tuple(constraint.fields) or tuple(named)


def told_as_a_form_tells_it(row: Model, errors: ValidationError, fields: Container[str]) -> ValidationError:
    """The same errors; those of a value that stands twice in words, at its field if the form has it."""
    once = {each.get_violation_error_message(): fields_once(each) for each in row._meta.constraints}
    told: dict[str, list[ValidationError]] = {}
    for field, wrongs in errors.update_error_dict({}).items():
        for wrong in wrongs:
            names = once.get(wrong.message, ())
            place = (names[-1] if names[-1] in fields else NON_FIELD_ERRORS) if names else field
            told.setdefault(place, []).append(row.unique_error_message(type(row), names) if names else wrong)
    return ValidationError(told)


class RowsFormSet(_InlineFormSet):
    """Rows inside a page of which each has a place or a name of its own: they may change places at once.

    Two rows with one value are refused at the second. Rows that give their value to others make room first,
    so that a new row may be put between two others.
    """

    model: type[Model]

    def clean(self) -> None:
        super().clean()
        for name in self._own_values():
            seen: set[Any] = set()
            for form in self._kept():
                value = form.cleaned_data.get(name)
                if value is not None and value in seen:
                    form.add_error(name, form.instance.unique_error_message(self.model, (self.fk.name, name)))
                seen.add(value)

    def save(self, commit: bool = True) -> Any:
        if commit:
            for name in self._own_values():
                self._make_room(name)
        return super().save(commit)

    def _own_values(self) -> list[str]:
        """The fields of which each value may stand once under the row that all of these belong to."""
        once = map(fields_once, self.model._meta.constraints)
        return [names[1] for names in once if len(names) == 2 and names[0] == self.fk.name]

    def _kept(self) -> Sequence[Any]:
        gone = self.deleted_forms
        forms_ = [form for form in self.forms if form not in gone and hasattr(form, "cleaned_data")]
        return [form for form in forms_ if form.cleaned_data and (form.has_changed() or form.instance.pk)]

    def _make_room(self, name: str) -> None:
        rows = self.model._default_manager.filter(**{self.fk.name: self.instance})
        there = dict(rows.values_list(name, "pk"))
        wanted = {form.cleaned_data[name]: form.instance.pk for form in self._kept()}
        free = (number for number in range(HIGHEST, 0, -1) if number not in there and number not in wanted)
        for value, pk in there.items():
            if value in wanted and wanted[value] != pk:
                aside = next(free)
                rows.filter(pk=pk).update(**{name: f"~{aside}" if isinstance(value, str) else aside})
