"""Form fields for moments, typed and shown on the wall clock of a course."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from schedule.constraints import told_as_a_form_tells_it
from schedule.models import Course
from schedule.rules import YEARS, end_of_last_minute, instant
from schedule.wording import zone_text

if TYPE_CHECKING:
    # The stubs' class is generic, Django's own is not.
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm

WALL_CLOCK = "%Y-%m-%dT%H:%M:%S"


class MomentField(forms.DateTimeField):
    """A moment typed as the course's clocks show it, whatever zone the server or the reader is in.

    Cleans to an aware moment. 23:59 is the end of that day, its last second; a time that a clock change
    makes ambiguous or skips is read in the student's favour (docs/course-rules.md, Time). ``read_in`` says
    the zone; until then it is UTC.
    """

    widget = forms.DateTimeInput(format=WALL_CLOCK, attrs={"type": "datetime-local", "step": "1"})
    zone: ZoneInfo | None = None

    def read_in(self, zone: ZoneInfo) -> None:
        """Take this zone, and tell whoever types."""
        self.zone = zone
        self.help_text = f"{self.help_text} {capfirst(zone_text(zone))}.".strip()

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(self.zone or UTC).replace(tzinfo=None)
        return value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            typed = value if isinstance(value, datetime) else parse_datetime(str(value).strip())
        except ValueError:
            typed = None
        if typed is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if typed.year not in YEARS:
            years = {"first": YEARS[0], "last": YEARS[-1]}
            raise forms.ValidationError(
                _("Write a year from %(first)s to %(last)s."), code="year", params=years
            )
        if typed.tzinfo is not None:
            return typed
        return instant(end_of_last_minute(typed), self.zone or ZoneInfo("UTC"))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != self.to_python(initial)
        except forms.ValidationError:
            return True


def course_name(course: Course) -> str:
    """A course told apart from the same one of another term."""
    return f"{course.short_title or course.title}, {course.term}" if course.term else course.title


def with_course(row: Any) -> str:
    """Something of a course, told apart from its like in another course."""
    return f"{row} ({course_name(row.course)})"


class CourseForm(_ModelForm):
    """A form about something of a course: its moments are read in that course's zone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self._zone()
        for field in self.fields.values():
            if isinstance(field, MomentField) and zone is not None:
                field.read_in(zone)
            elif isinstance(field, forms.ModelChoiceField):
                self._name_choices(field)

    def _name_choices(self, field: forms.ModelChoiceField[Any]) -> None:
        """A row that stands offers what belongs to its course; a new one, with the course's name."""
        choices = field.queryset
        if choices is None:
            return
        if choices.model is Course:
            field.label_from_instance = course_name  # type: ignore[method-assign, assignment]
        elif any(each.name == "course" for each in choices.model._meta.fields):
            if self.instance.pk is not None:
                field.queryset = choices.filter(course=self._course())
            else:
                field.queryset = choices.select_related("course")
                field.label_from_instance = with_course  # type: ignore[method-assign, assignment]

    def _get_validation_exclusions(self) -> set[str]:
        """What a row belongs to and no longer chooses counts too where something may stand there once."""
        exclude: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        for field in self.instance._meta.fields:
            if field.is_relation and field.name not in self.fields and getattr(self.instance, field.attname):
                exclude.discard(field.name)
        return exclude

    def _update_errors(self, errors: ValidationError) -> None:
        super()._update_errors(  # type: ignore[misc]
            told_as_a_form_tells_it(self.instance, errors, self.fields)
        )

    def _zone(self) -> ZoneInfo | None:
        course = self._course()
        return course.zone if course else None

    def _course(self) -> Course | None:
        """The course of the row, else the one that is being chosen."""
        if getattr(self.instance, "course_id", None):
            return self.instance.course  # type: ignore[no-any-return]
        field = self.fields.get("course")
        if not isinstance(field, forms.ModelChoiceField):
            return None
        chosen = self.data.get(self.add_prefix("course")) if self.is_bound else self.initial.get("course")
        if isinstance(chosen, Course):
            return chosen
        try:
            return field.clean(chosen)  # type: ignore[no-any-return]
        except forms.ValidationError:
            return None
