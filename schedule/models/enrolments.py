"""Who takes part in a course: study groups, and people's enrolments in them."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from schedule.models.courses import Course
from schedule.models.roles import STAFF_ROLES, STUDENT_ROLES, Role


class StudyGroup(models.Model):
    """Students who study together; perks and moved deadlines are theirs together."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="groups", verbose_name=_("course"))
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("study group")
        verbose_name_plural = _("study groups")
        ordering = ("course", "name")
        constraints = (
            models.UniqueConstraint("course", "name", name="group_name_once_a_course"),
            models.CheckConstraint(condition=~Q(name=""), name="group_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def active(self) -> EnrolmentQuerySet:
        """Those that have not ended."""
        return self.filter(left_at__isnull=True)

    def at(self, moment: datetime) -> EnrolmentQuerySet:
        """Those that held at that moment; one without a beginning held from the start."""
        return self.filter(
            Q(joined_at__isnull=True) | Q(joined_at__lte=moment),
            Q(left_at__isnull=True) | Q(left_at__gt=moment),
        )

    def students(self) -> EnrolmentQuerySet:
        """Active enrolments as a student; representatives are students."""
        return self.active().filter(role__in=STUDENT_ROLES)

    def staff(self) -> EnrolmentQuerySet:
        """Active enrolments as a teaching assistant or a lecturer."""
        return self.active().filter(role__in=STAFF_ROLES)

    def of(self, user: User | AnonymousUser) -> EnrolmentQuerySet:
        """This person's enrolments; nobody's for a visitor who has not signed in."""
        return self.filter(person=user) if user.is_authenticated else self.none()


class Enrolment(models.Model):
    """A person's part in a course.

    A transfer to another group ends one enrolment and begins the next, so that it stays known who was in
    which group when. A person may both study and teach in a course, with an enrolment for each.
    """

    person = models.ForeignKey(User, models.PROTECT, related_name="enrolments", verbose_name=_("person"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="enrolments", verbose_name=_("course"))
    group = models.ForeignKey(
        StudyGroup, models.PROTECT, related_name="enrolments", null=True, blank=True, verbose_name=_("group")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    joined_at = models.DateTimeField(
        _("since"), null=True, blank=True, help_text=_("Empty: from the beginning of the course.")
    )
    left_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ("course", "group", "person")
        constraints = (
            models.CheckConstraint(condition=Q(role__in=Role.values), name="enrolment_role_is_known"),
            models.CheckConstraint(
                condition=Q(group__isnull=False) | Q(role__in=STAFF_ROLES),
                name="student_has_a_group",
                violation_error_message=_("A student belongs to a group."),
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True)
                | Q(joined_at__isnull=True)
                | Q(left_at__gte=models.F("joined_at")),
                name="enrolment_ends_after_it_begins",
                violation_error_message=_("The enrolment ends before it begins."),
            ),
            models.UniqueConstraint(
                "person",
                "course",
                condition=Q(left_at__isnull=True, role__in=STUDENT_ROLES),
                name="studies_once_in_a_course",
                violation_error_message=_("This person studies in this course already."),
            ),
            models.UniqueConstraint(
                "person",
                "course",
                condition=Q(left_at__isnull=True, role__in=STAFF_ROLES),
                name="teaches_once_in_a_course",
                violation_error_message=_("This person teaches in this course already."),
            ),
            models.UniqueConstraint(
                "group",
                condition=Q(left_at__isnull=True, role=Role.REPRESENTATIVE),
                name="one_representative_a_group",
                violation_error_message=_("This group has a representative already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}, {self.get_role_display()}"
