"""What groups ask for: their requests to move deadlines, to read, and to withdraw for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from grading.admin.asking import asking_page, must_be_asked
from grading.queries.undoing import withdrawal
from people.history import in_words
from people.models import AuditEntry
from perks.actions.locking import locked_group
from perks.actions.requests import RequestRefused, withdraw_request
from perks.models import ExtensionRequest, RequestedAssignment
from perks.queries.standing import moves
from perks.rules import RequestState
from schedule.admin.filters import CourseFilter, GroupFilter, chosen_course
from schedule.admin.taught import TaughtAdmin, moment_in
from schedule.models import STUDENT_ROLES, Enrolment, StudyGroup

LIST = "admin:perks_extensionrequest_changelist"


def state_words(state: RequestState) -> str:
    """What a standing request means now."""
    return {
        RequestState.NONE: _("nothing asked for"),
        RequestState.PROVISIONAL: _("waits for the perk"),
        RequestState.ACTIVE: _("deadlines are moved"),
        RequestState.EXPIRED: _("the target has passed without the perk"),
        RequestState.WITHDRAWN: pgettext("request", "withdrawn"),
    }[state]


class StandingFilter(admin.SimpleListFilter):
    """What stands is shown unless the history is asked for."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", gettext_lazy("also changed and withdrawn"))]

    def choices(self, changelist: ChangeList) -> Any:
        for value, title in ((None, gettext_lazy("standing")), *self.lookup_choices):
            yield {
                "selected": (self.value() == "all") is (value == "all"),
                "query_string": changelist.get_query_string(
                    {self.parameter_name: value} if value else {}, [] if value else [self.parameter_name]
                ),
                "display": title,
            }

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ExtensionRequest]
    ) -> QuerySet[ExtensionRequest]:
        return queryset if self.value() == "all" else queryset.standing()  # type: ignore[attr-defined]


class Requests(ChangeList):
    """A list of requests, each with what it means now."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = with_states(list(self.result_list))


def with_states(requests: Sequence[ExtensionRequest]) -> list[ExtensionRequest]:
    """The same, each with its ``meaning`` in words; in four statements for each course among them."""
    now = timezone.now()
    standing = [one for one in requests if one.ended_at is None]
    states: dict[int, RequestState] = {}
    for course in {one.group.course for one in standing}:
        groups = [one.group_id for one in standing if one.group.course_id == course.pk]
        states |= {move.request_id: move.state for move in moves(course, now, groups=groups).values()}
    for one in requests:
        meaning = state_words(states.get(one.pk, RequestState.NONE))
        one.meaning = str(one.get_end_display()) if one.ended_at else meaning  # type: ignore[attr-defined]
    return list(requests)


@admin.register(ExtensionRequest)
class ExtensionRequestAdmin(TaughtAdmin):
    """To read; filed on the portal's own page, as a group does it, and withdrawn here."""

    course_path = "group__course"
    list_title = gettext_lazy("Requests to move deadlines")
    nothing = gettext_lazy("No group asks for anything.")
    list_display = ("group", "of_course", "what", "asked", "asked_by", "meaning", "ended")
    list_filter = (CourseFilter, GroupFilter, StandingFilter)
    ordering = ("-filed_at", "-pk")
    actions = None

    class Media:
        css = {"all": ("portal/css/deciding.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExtensionRequest]:
        chosen = RequestedAssignment.objects.select_related("assignment").order_by("assignment__number")
        return (
            super()
            .get_queryset(request)
            .select_related("group__course", "filed_by", "ended_by")
            .prefetch_related(Prefetch("choices", chosen))
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Requests

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, and the way to each group's own page, where requests are filed."""
        course = chosen_course(request)
        groups = StudyGroup.objects.filter(course=course).select_related("course").order_by("name")
        shown = {"filing": list(groups) if course else []}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("assignments"))
    def what(self, row: ExtensionRequest) -> str:
        return ", ".join(f"№ {choice.assignment.number}" for choice in row.choices.all())

    @admin.display(description=gettext_lazy("asked at"), ordering="filed_at")
    def asked(self, row: ExtensionRequest) -> SafeString:
        return moment_in(row.group.course.zone, row.filed_at)

    @admin.display(description=gettext_lazy("asked by"), ordering="filed_by__name")
    def asked_by(self, row: ExtensionRequest) -> str:
        return str(row.filed_by) if row.filed_by else _("a command")

    @admin.display(description=gettext_lazy("what has become of it"))
    def meaning(self, row: ExtensionRequest) -> str:
        return str(row.meaning)  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("ended at"), ordering="ended_at")
    def ended(self, row: ExtensionRequest) -> SafeString:
        return moment_in(row.group.course.zone, row.ended_at)

    def name_of(self, row: ExtensionRequest) -> str:
        return _("Request of group %(group)s") % {"group": row.group}

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The request, what it means, and the way to withdraw it for the group."""
        row: ExtensionRequest = self._found(request, object_id)
        if request.method == "POST" and "_withdraw" in request.POST:
            return self._withdraw(request, row)
        (row,) = with_states([row])
        entries = AuditEntry.objects.of(row, *row.choices.all()).select_related("person")
        context = {
            **self.admin_site.each_context(request),
            "title": self.name_of(row),
            "subtitle": None,
            "opts": self.opts,
            "row": row,
            "zone": row.group.course.zone,
            "may_withdraw": row.ended_at is None and self._may_withdraw(request, row),
            "changes": in_words(entries[:100], row.group.course.zone),
        }
        return TemplateResponse(request, "admin/perks/extensionrequest/request.html", context)

    def _may_withdraw(self, request: HttpRequest, row: ExtensionRequest) -> bool:
        """Whoever studies in the group asks as a member of it, and does not decide about it."""
        own = Enrolment.objects.of(request.user).filter(role__in=STUDENT_ROLES, group=row.group_id)
        return not own.exists()

    def _withdraw(self, request: HttpRequest, row: ExtensionRequest) -> HttpResponse:
        own_page = reverse("admin:perks_extensionrequest_change", args=[row.pk])
        if not self._may_withdraw(request, row):
            messages.error(request, _("You study in this group: somebody else decides."))
            return HttpResponseRedirect(own_page)
        try:
            with transaction.atomic():
                return self._withdrawn(request, row, own_page)
        except RequestRefused as refused:
            messages.error(request, str(refused))
            return HttpResponseRedirect(own_page)

    def _withdrawn(self, request: HttpRequest, row: ExtensionRequest, own_page: str) -> HttpResponse:
        """The answer to a withdrawal, or first the question. Nobody changes the group meanwhile."""
        now, group = timezone.now(), locked_group(row.group_id)
        effect = withdrawal(group, now)
        if effect is not None and must_be_asked(request, [effect]):
            words = {
                "title": _("Take back the moved deadlines of group %(group)s?") % {"group": group},
                "confirm": _("Withdraw the request of group %(group)s") % {"group": group},
                "back": own_page,
                "back_title": self.name_of(row),
            }
            return asking_page(request, group.course, [effect], words)
        by: Any = request.user
        if withdraw_request(group=group, by=by, now=now, base=row.pk) is None:
            messages.info(request, _("Nothing stands any more: somebody has withdrawn it before you."))
        else:
            messages.success(request, _("The request of group %(group)s is withdrawn.") % {"group": group})
        return HttpResponseRedirect(reverse(LIST))
