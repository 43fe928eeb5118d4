"""Pages on which saving moves deadlines: they ask first where work becomes late, or a date is past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from grading.actions.telling import runs
from grading.admin.asking import asking_page, must_be_asked
from grading.queries.deadlines import CourseDeadlines, course_deadlines
from grading.queries.moved import MovedDates, moved_dates
from schedule.admin.taught import TaughtAdmin
from schedule.models import Course


class _Asks(Exception):
    def __init__(self, course: Course, moved: MovedDates) -> None:
        super().__init__()
        self.course, self.moved = course, moved


@dataclass(frozen=True, slots=True)
class _Dates:
    """The dates of a course as they were at a moment."""

    course_id: int
    now: datetime
    deadlines: CourseDeadlines


def _due(deadlines: CourseDeadlines) -> dict[int, datetime]:
    return {pk: terms.due_at for pk, terms in deadlines.of_course.items()}


class MovesDates(TaughtAdmin):
    """Rows that dates follow from: what is saved is looked at before it is kept and told."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        request.dates_before = self._dates(obj)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """With the rows inside the page all is there that is saved."""
        super().save_related(request, form, formsets, change)
        self._look(request, request.dates_before)  # type: ignore[attr-defined]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        before = self._dates(obj)
        super().delete_model(request, obj)
        self._look(request, before)

    def _dates(self, obj: Any) -> _Dates | None:
        """The dates of the row's course; None while that is being made."""
        course = Course.objects.filter(pk=self._course_of(obj).pk).first()
        if course is None:
            return None
        now = timezone.now()
        return _Dates(course.pk, now, course_deadlines(course, now))

    def _look(self, request: HttpRequest, before: _Dates | None) -> None:
        """Raises _Asks, inside the transaction of the page, where somebody loses by what was done."""
        if before is None:
            return
        course = Course.objects.get(pk=before.course_id)
        after = course_deadlines(course, before.now)
        moved = moved_dates(course, before.deadlines, after, before.now)
        if moved is not None and must_be_asked(request, [moved]):
            raise _Asks(course, moved)
        if runs(course, before.now) and _due(before.deadlines) != _due(after):
            messages.info(request, _("Students whose date is another now are told within a minute."))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self._answer(
            request,
            lambda: super(MovesDates, self).changeform_view(request, object_id, form_url, extra_context),
        )

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._answer(
            request, lambda: super(MovesDates, self).delete_view(request, object_id, *args, **kwargs)
        )

    def _answer(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        try:
            return view()
        except _Asks as asks:
            words = {
                "title": _("Dates that pass at once, work that becomes late"),
                "lead": _("Nothing is saved yet. This is what the new date makes of what students did."),
                "confirm": _("Save all the same"),
                "back": request.get_full_path(),
                "back_title": self.list_name,
                "is_told": runs(asks.course, timezone.now()),
            }
            return asking_page(request, asks.course, [asks.moved], words, "admin/asking_dates.html")
