"""What letters about a course have in common: its name before the subject, moments with their zone."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from people.kinds import Facts
from schedule.models import Course
from schedule.wording import moment_text

LEFT: Final = "left_the_course"
CHANGED: Final = "changed_again"
PAST: Final = "past"
WITHDRAWN: Final = "withdrawn"


def about(course: Course) -> Facts:
    """The facts that name a course: its short address, and what its people call it."""
    return {"course": course.slug, "called": course.short_title or course.title}


def under(facts: Facts, said: str) -> str:
    """A subject: the course, then all that there is to say."""
    return f"{facts['called']}: {said}"


def moment(text: str) -> datetime:
    """A moment as facts hold it, an ISO text with its offset."""
    return datetime.fromisoformat(text)


def shown(text: str, zone: ZoneInfo, style: str = "long") -> str:
    """A moment of the facts with its zone: "25 November, 10:30 MSK"."""
    return moment_text(moment(text), style, zone, with_zone=True)


def quoted(text: str) -> str:
    """The lines of somebody's text, each without outer blanks, empty ones left out."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def room_rows(before: str, after: str) -> list[tuple[str, str]]:
    """Where something is, as rows of a letter; also where it was to be, if that was another room."""
    if before and before != after:
        return [(_("Room before"), before), (_("Room now"), after or _("not known yet"))]
    return [(_("Room"), after)] if after else []
