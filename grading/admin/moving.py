"""Pages on which saving moves deadlines: they ask first where work becomes late, or a date is past."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from grading.actions.telling import runs
from grading.admin.asking import asking_page, must_be_asked
from grading.queries.deadlines import course_deadlines
from grading.queries.moved import MovedDates, moved_dates
from schedule.admin.taught import TaughtAdmin
from schedule.models import Course


class _Asks(Exception):
    def __init__(self, course: Course, moved: MovedDates) -> None:
        super().__init__()
        self.course, self.moved = course, moved


class MovesDates(TaughtAdmin):
    """Rows that dates follow from: what is saved is looked at before it is kept and told."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with self._looked_at(request, obj):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with self._looked_at(request, obj):
            super().delete_model(request, obj)

    @contextmanager
    def _looked_at(self, request: HttpRequest, obj: Any) -> Iterator[None]:
        """Raises _Asks, inside the transaction of the page, where somebody loses by what was done."""
        course = Course.objects.filter(pk=self._course_of(obj).pk).first()
        if course is None:  # it is being made
            yield
            return
        now = timezone.now()
        before = course_deadlines(course, now)
        yield
        course = Course.objects.get(pk=course.pk)
        moved = moved_dates(course, before, course_deadlines(course, now), now)
        if moved is not None and must_be_asked(request, [moved]):
            raise _Asks(course, moved)

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
