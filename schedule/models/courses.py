"""A course: its name, its term, its time zone."""

from __future__ import annotations

from datetime import time
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from people.models import User
from schedule.models.roles import STAFF_ROLES

SLUG = RegexValidator(
    r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$", _("Small Latin letters, digits and single hyphens.")
)


NO_ZONES = frozenset({"Factory", "localtime"})
"""Names that the zone database may have for no place: "not set", and whatever this machine is set to."""


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones()) - NO_ZONES


def validate_zone(name: str) -> None:
    """Refuse a time zone that the zone database does not have."""
    if name not in _zone_names():
        raise ValidationError(
            _("“%(name)s” is not an IANA time zone such as Europe/Moscow."), params={"name": name}
        )


def default_remind_days() -> list[int]:
    """Reminders a week, three days and a day before, and on the day itself (docs/course-rules.md)."""
    return [7, 3, 1, 0]


def default_report_days() -> list[int]:
    """The representative's report three days before the target (docs/course-rules.md)."""
    return [3]


def validate_days(value: object) -> None:
    """Refuse anything but a list of different whole numbers from 0 to 60."""
    if not isinstance(value, list) or len(set(map(str, value))) != len(value):
        raise ValidationError(_("Different whole numbers of days, such as: 7, 3, 1, 0."))
    if not all(type(day) is int and 0 <= day <= 60 for day in value):
        raise ValidationError(_("Days are whole numbers from 0 to 60."))


class CourseQuerySet(models.QuerySet["Course"]):
    def visible_to(self, user: User | AnonymousUser) -> CourseQuerySet:
        """The courses in which this person takes part now, in whatever role; all for a superuser."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(enrolments__person=user, enrolments__left_at__isnull=True).distinct()

    def staffed_by(self, user: User | AnonymousUser) -> CourseQuerySet:
        """The courses in which this person teaches now; all for a superuser."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(
            enrolments__person=user, enrolments__left_at__isnull=True, enrolments__role__in=STAFF_ROLES
        ).distinct()


class Course(models.Model):
    """One course in one term."""

    class Weekday(models.TextChoices):
        """The day of the week on which something happens, in the order of ``date.weekday``; or none."""

        MONDAY = "monday", WEEKDAYS[0]
        TUESDAY = "tuesday", WEEKDAYS[1]
        WEDNESDAY = "wednesday", WEEKDAYS[2]
        THURSDAY = "thursday", WEEKDAYS[3]
        FRIDAY = "friday", WEEKDAYS[4]
        SATURDAY = "saturday", WEEKDAYS[5]
        SUNDAY = "sunday", WEEKDAYS[6]
        NEVER = "", _("no weekly report")

    slug = models.CharField(_("short address"), max_length=60, unique=True, validators=[SLUG])
    title = models.CharField(_("title"), max_length=200)
    short_title = models.CharField(_("short title"), max_length=60)
    institution = models.CharField(_("institution"), max_length=200, blank=True)
    term = models.CharField(_("term"), max_length=60, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, validators=[validate_zone])
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    closes_at = models.DateTimeField(
        _("closing date"), null=True, blank=True, help_text=_("After it no work is taken at all.")
    )
    due_days_after_issue = models.PositiveSmallIntegerField(
        _("days from issue to deadline"),
        default=14,
        help_text=_("For assignments without a date of their own."),
    )
    remind_days = models.JSONField(
        _("reminders, days before"),
        default=default_remind_days,
        blank=True,
        validators=[validate_days],
        help_text=_("Counted from the day of the deadline; 0 is that day. Empty: no reminders."),
    )
    remind_at = models.TimeField(_("reminders go out at"), default=time(10, 0))
    report_weekday = models.CharField(
        _("report to representatives, weekly on"),
        max_length=9,
        choices=Weekday,
        default=Weekday.MONDAY,
        blank=True,
        help_text=_("How far the group’s perk is, until it is earned."),
    )
    report_days = models.JSONField(
        _("report to representatives, days before"),
        default=default_report_days,
        blank=True,
        validators=[validate_days],
        help_text=_("Counted from the day of the target; 0 is that day. Empty: the weekly report alone."),
    )
    about = models.TextField(_("about the course"), blank=True, help_text=_("Markdown."))
    links_base_url = models.URLField(
        _("base of relative links"), blank=True, help_text=_("Where the course’s repository is read.")
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ("-starts_on", "slug")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="course_ends_after_it_starts",
                violation_error_message=_("The course ends before it starts."),
            ),
            models.CheckConstraint(
                condition=~models.Q(slug="") & ~models.Q(title=""), name="course_has_a_name"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    report_weekday__in=[
                        "monday",
                        "tuesday",
                        "wednesday",
                        "thursday",
                        "friday",
                        "saturday",
                        "sunday",
                        "",
                    ]
                ),
                name="course_report_weekday_is_known",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this course's dates are read and typed."""
        return ZoneInfo(self.time_zone)
