"""People as the staff of their courses see them. Here, because who sees whom depends on courses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from people.models import User, canonical_email
from schedule.admin.courses import INVITE, invite_people
from schedule.admin.filters import CourseFilter
from schedule.admin.taught import TaughtAdmin, yes_or_no
from schedule.models import STUDENT_ROLES, Course, Enrolment

if TYPE_CHECKING:
    # The stubs' class is generic, Django's own is not.
    _ModelForm = forms.ModelForm[User]
else:
    _ModelForm = forms.ModelForm


class PersonForm(_ModelForm):
    def clean_email(self) -> str:
        email = canonical_email(self.cleaned_data["email"])
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another account has this e-mail."))
        return email

    def save(self, commit: bool = True) -> User:
        if self.instance.pk is None:
            self.instance.set_unusable_password()  # signed in to by a mailed code, or after a reset
        person: User = super().save(commit)
        return person


@admin.action(description=INVITE)
def invite_accounts(page: Any, request: HttpRequest, rows: QuerySet[User]) -> None:
    """Invite people to the latest course in which they take part and which the reader teaches."""
    taught = Course.objects.staffed_by(request.user)
    parts = Enrolment.objects.active().filter(person__in=rows.values("pk"), course__in=taught)
    invite_people(page, request, parts.select_related("course"))


@admin.register(User)
class UserAdmin(TaughtAdmin):
    """To read for course staff, of their courses; superusers add and change. Nobody is deleted."""

    form = PersonForm
    actions = (invite_accounts,)
    fields = ("name", "email", "is_active", "is_superuser", "last_login", "created_at")
    readonly_fields = ("last_login", "created_at", "active", "superuser")
    search_fields = ("name", "email")
    ordering = ("name", "email")
    course_path = "enrolments__course"

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people = admin.ModelAdmin.get_queryset(self, request)
        if request.user.is_superuser:
            return people
        taught = Course.objects.staffed_by(request.user)
        return people.filter(pk__in=Enrolment.objects.filter(course__in=taught).values("person"))

    def in_course(self, rows: QuerySet[User], course: Course) -> QuerySet[User]:
        return rows.filter(pk__in=Enrolment.objects.filter(course=course).values("person"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """To who may only read, marks of yes and no in words as well."""
        if request.user.is_superuser:
            return list(self.fields)
        in_words = {"is_active": "active", "is_superuser": "superuser"}
        return [in_words.get(name, name) for name in self.fields]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        own = ["active", "superuser"] if request.user.is_superuser else []
        return ["name", "email", *own]

    @admin.display(description=User._meta.get_field("is_active").verbose_name, ordering="is_active")
    def active(self, person: User) -> SafeString:
        return yes_or_no(person.is_active)

    @admin.display(description=User._meta.get_field("is_superuser").verbose_name, ordering="is_superuser")
    def superuser(self, person: User) -> SafeString:
        return yes_or_no(person.is_superuser)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Whoever looks after the portal looks for anybody; course staff, for people of the course."""
        return ["is_active", "is_superuser"] if request.user.is_superuser else [CourseFilter]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """An outcome or a date of one's own is for a student: nobody else is offered."""
        rows, may_repeat = super().get_search_results(request, queryset, search_term)
        for_a_student = request.GET.get("model_name") in ("examresult", "personaldate")
        if for_a_student and request.GET.get("field_name") == "student":
            taught = Course.objects.staffed_by(request.user)
            students = Enrolment.objects.filter(course__in=taught, role__in=STUDENT_ROLES)
            rows = rows.filter(pk__in=students.values("person"))
        return rows, may_repeat

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def name_of(self, row: User) -> str:
        return str(row)

    def zone_of(self, row: User) -> Any:
        """People belong to no zone; their history is read in that of a course they take part in."""
        enrolment = row.enrolments.select_related("course").first()
        return enrolment.course.zone if enrolment else super().zone_of(row)
