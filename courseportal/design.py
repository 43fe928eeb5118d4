"""The sheet of components at /design/: each drawn once, with sample values, to look at and to test."""

from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courseportal.price_chart import DayPrice, chart_days
from courseportal.rulers import TermMark, Threshold

TODAY = date(2026, 11, 23)
DUE_ON = date(2026, 11, 19)
COLOURS = (
    ("paperf", "paper"),
    ("sheetf", "sheet"),
    ("wellf", "well"),
    ("inkf", "ink"),
    ("edgef", "edge"),
    ("accf", "accent"),
    ("softf", "accent soft"),
    ("okf", "ok"),
    ("latef", "late"),
    ("latesoft", "late soft"),
)


def _samples() -> dict[str, object]:
    due = (
        date(2026, 9, 23),
        date(2026, 9, 26),
        date(2026, 10, 14),
        date(2026, 10, 28),
        DUE_ON,
        date(2026, 12, 16),
    )
    states = ("done", "done", "done", "waiting", "late", "open")
    days = chart_days(due_on=DUE_ON, today=TODAY)
    return {
        "colours": COLOURS,
        "today": TODAY,
        "due_on": DUE_ON,
        "now": datetime(2026, 11, 23, 12, 5, tzinfo=UTC),
        "due_at": datetime(2026, 11, 19, 20, 59, 59, tzinfo=UTC),
        "later_at": datetime(2026, 12, 10, 20, 59, 59, tzinfo=UTC),
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2026, 12, 24),
        "marks": [
            TermMark(str(number), on, state)
            for number, (on, state) in enumerate(zip(due, states, strict=True), start=1)
        ],
        "target": date(2026, 12, 14),
        "thresholds": [
            Threshold(3000, _("satisfactory")),
            Threshold(3600, _("good")),
            Threshold(4800, _("excellent")),
        ],
        "prices": [DayPrice(day, 100 * max(0, min(10, (day - DUE_ON) // timedelta(days=1)))) for day in days],
    }


@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """The sheet; 404 but for superusers and in demo mode."""
    if not (settings.DEMO or request.user.is_superuser):
        raise Http404
    messages.success(request, "Attempt 3 is in. Receipt 7QKM-4T2X-9PWA.")
    messages.error(request, "The line dropped at 65 %. Your files are still here.")
    return render(request, "courseportal/design.html", _samples())
