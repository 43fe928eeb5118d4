"""What a course tells its people: announcements, its chat, and what was last told of classes and the exam."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from schedule.models.classes import ClassMeeting, Exam
from schedule.models.courses import Course
from schedule.models.enrolments import Enrolment, StudyGroup


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def visible_to(self, user: User | AnonymousUser) -> AnnouncementQuerySet:
        """Those of the courses in which this person takes part; of a group, for its members and staff."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        mine = Enrolment.objects.active().of(user)
        return self.filter(
            Q(course__in=Course.objects.staffed_by(user))
            | Q(course__in=mine.values("course"), group__isnull=True)
            | Q(group__in=mine.students().values("group"))
        )

    def standing(self) -> AnnouncementQuerySet:
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class Announcement(models.Model):
    """What a lecturer or a TA has to say to a whole course or to one of its groups."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="announcements", verbose_name=_("course"))
    group = models.ForeignKey(
        StudyGroup,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="announcements",
        verbose_name=_("study group"),
        help_text=_("Empty: the whole course."),
    )
    title = models.CharField(_("title"), max_length=150)
    body = models.TextField(_("text"), max_length=10_000, help_text=_("Markdown."))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    published_at = models.DateTimeField(_("published at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ("-published_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=~Q(title="") & ~Q(body=""), name="announcement_says_something"),
        )

    def __str__(self) -> str:
        return self.title


class AnnouncedClass(models.Model):
    """When and where a class is, as its people were last told."""

    class_meeting = models.OneToOneField(
        ClassMeeting, models.CASCADE, primary_key=True, related_name="announced", verbose_name=_("class")
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    room = models.CharField(_("room"), max_length=120, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("class as announced")
        verbose_name_plural = _("classes as announced")

    def __str__(self) -> str:
        return str(self.class_meeting)


class AnnouncedExam(models.Model):
    """When and where the exam is, as its people were last told."""

    exam = models.OneToOneField(
        Exam, models.CASCADE, primary_key=True, related_name="announced", verbose_name=_("exam")
    )
    not_before_on = models.DateField(_("not before"))
    not_after_on = models.DateField(_("not after"))
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    room = models.CharField(_("room"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("exam as announced")
        verbose_name_plural = _("exams as announced")

    def __str__(self) -> str:
        return str(self.exam)


BOT_TOKEN = RegexValidator(
    r"^[0-9]{5,20}:[A-Za-z0-9_-]{30,64}$", _("A token as @BotFather gives it: digits, a colon, letters.")
)


class CourseChat(models.Model):
    """The course's chat in Telegram, to which its bot writes what is news to a whole group."""

    course = models.OneToOneField(
        Course, models.CASCADE, primary_key=True, related_name="chat", verbose_name=_("course")
    )
    token = models.CharField(_("bot token"), max_length=100, validators=[BOT_TOKEN])
    chat_id = models.CharField(
        _("chat id"),
        max_length=40,
        validators=[
            RegexValidator(r"^(-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,31})$", _("A number or @name."))
        ],
    )
    language = models.CharField(
        _("language"), max_length=2, choices=[("en", "English"), ("ru", "Русский")], default="ru"
    )
    is_on = models.BooleanField(_("the bot writes to the chat"), default=False)

    class Meta:
        verbose_name = _("course chat")
        verbose_name_plural = _("course chats")
        constraints = (
            models.CheckConstraint(condition=Q(language__in=["en", "ru"]), name="chat_language_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.course}"
