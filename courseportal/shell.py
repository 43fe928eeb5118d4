"""What the frame of every page needs: the course, its pages, the reader's theme."""

from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from courseportal.demo_signin import DemoPerson, demo_people
from courseportal.preferences import chosen_theme
from people.mailbox import shown_folder
from people.queries.notices import unread_count, unread_of
from perks.models import Activity
from schedule.models import STAFF_ROLES, STUDENT_ROLES, Course, Enrolment
from schedule.queries import latest_begun


@dataclass(frozen=True)
class NavItem:
    """A link of the frame. ``current`` marks the page, or the part of the portal, that is open."""

    label: str
    url: str
    icon: str = ""
    current: bool = False


class Shell:
    """The frame's data for one request; each part costs its query only when a template reads it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def theme(self) -> str:
        """The theme in the reader's cookie: auto, light or dark."""
        return chosen_theme(self.request)

    @cached_property
    def enrolments(self) -> list[Enrolment]:
        """The reader's present enrolments with course and group, the newest course first."""
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return []
        mine = Enrolment.objects.of(user).active().select_related("course", "group")
        mine = mine.annotate(
            has_perk=Exists(Activity.objects.filter(course=OuterRef("course"))),
            unread=unread_count(OuterRef("person")),
        )
        return list(mine.order_by("-course__starts_on", "role"))

    @cached_property
    def unread(self) -> int:
        """How many notices the reader has not opened; counted by the statement that finds the courses.

        Where no course is asked for, as in the administration, it takes a statement of its own.
        """
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return 0
        known = self.__dict__.get("enrolments")
        return int(known[0].unread) if known else unread_of(user)

    @cached_property
    def course(self) -> Course | None:
        """The course whose page is open, else the one that the reader's first page shows."""
        opened = getattr(self.request, "course", None)
        if isinstance(opened, Course):
            return opened
        slug = self._slug()
        courses = [enrolment.course for enrolment in self.enrolments]
        if slug is None:
            return latest_begun(courses, timezone.now())  # noqa: TID251 - the edge of the frame
        mine = next((course for course in courses if course.slug == slug), None)
        user = getattr(self.request, "user", None)
        if mine is None and user is not None and user.is_superuser:
            return Course.objects.filter(slug=slug).first()
        return mine

    def _slug(self) -> str | None:
        match = self.request.resolver_match
        if match is None:
            return None
        return match.kwargs.get("slug")

    @cached_property
    def roles(self) -> frozenset[str]:
        """The reader's roles in ``course``."""
        course = self.course
        return frozenset(
            one.role for one in self.enrolments if course is not None and one.course_id == course.pk
        )

    @property
    def group(self) -> str:
        """The reader's study group in ``course``; empty for staff."""
        if self.course is None:
            return ""
        mine = [one for one in self.enrolments if one.course_id == self.course.pk and one.group is not None]
        return mine[0].group.name if mine and mine[0].group else ""

    @property
    def brand(self) -> str:
        """The name beside the mark: the course's short title."""
        return self.course.short_title or self.course.title if self.course else ""

    @property
    def zone(self) -> tzinfo | None:
        """The course's zone, in which its moments are read."""
        return ZoneInfo(self.course.time_zone) if self.course else None

    @property
    def nav(self) -> list[NavItem]:
        """The main pages of the course, on a phone the tabs at the bottom."""
        course = self.course
        if course is None:
            return []
        studies = bool(self.roles & set(STUDENT_ROLES))
        pages = [
            ("home", (), _("Today"), "house", True),
            ("grading:assignments", (course.slug,), _("Assignments"), "list-checks", True),
            ("schedule:schedule", (course.slug,), _("Schedule"), "calendar-days", True),
            ("perks:perk", (course.slug,), _("Perk"), "flag", self._has_perk()),
            ("grading:grades", (course.slug,), pgettext("navigation", "Grades"), "chart-column", studies),
        ]
        return [
            NavItem(label, reverse(name, args=args), icon, current=self._is_open(name))
            for name, args, label, icon, shown in pages
            if shown
        ]

    def _has_perk(self) -> bool:
        """Whether the course has activities; a superuser who is not enrolled sees the page by its address."""
        return any(
            one.has_perk  # type: ignore[attr-defined]
            for one in self.enrolments
            if self.course is not None and one.course_id == self.course.pk
        )

    def _is_open(self, name: str) -> bool:
        match = self.request.resolver_match
        if match is None:
            return False
        parts = {"grading:assignment": "grading:assignments", "grading:receipt": "grading:assignments"}
        if match.view_name.startswith("perks:"):
            return name == "perks:perk"
        return parts.get(match.view_name, match.view_name) == name

    @property
    def is_at_notices(self) -> bool:
        """Whether the page behind the bell is open."""
        return self._is_open("notices")

    @property
    def account_links(self) -> list[NavItem]:
        """What the account menu offers besides signing out."""
        items = [
            ("calendar:page", _("Calendar"), "calendar-plus", True),
            ("message_choices", _("Mail and language"), "mail", True),
            ("account_change_password", _("Change password"), "key-round", True),
            ("mfa_index", _("Second factor"), "shield-check", True),
            ("admin:index", _("Administration"), "settings-2", self._teaches()),
        ]
        others = [
            NavItem(
                course.short_title or course.title,
                reverse("schedule:schedule", args=[course.slug]),
                "book-open",
            )
            for course in dict.fromkeys(enrolment.course for enrolment in self.enrolments)
            if course != self.course
        ]
        mine = [NavItem(label, reverse(name), icon) for name, label, icon, shown in items if shown]
        return others + mine

    def _teaches(self) -> bool:
        user = self.request.user
        return user.is_authenticated and (
            user.is_superuser or any(enrolment.role in STAFF_ROLES for enrolment in self.enrolments)
        )

    @property
    def footer(self) -> list[NavItem]:
        """Quiet links at the end of each page."""
        links = []
        if self.course is not None:
            links.append(NavItem(_("About the course"), reverse("schedule:about", args=[self.course.slug])))
        if self.has_mailbox:
            links.append(NavItem(_("Mailbox of the demo"), reverse("mailbox")))
        return links

    @property
    def has_mailbox(self) -> bool:
        """Whether letters land in a mailbox that a page shows: in the demo, where no mail server is named."""
        return shown_folder() is not None

    @property
    def demo_people(self) -> list[DemoPerson]:
        """Whom a visitor of the demo may sign in as; nobody elsewhere."""
        return demo_people()


def portal(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: ``portal`` in every template."""
    return {"portal": Shell(request)}
