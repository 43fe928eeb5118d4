"""The administration: open to whoever teaches a course, signed in as everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grading.models import Submission
from grading.queries.marking import QueueState, in_state
from people.letters import known_zone
from people.queries.outbox import trouble
from perks.models import Proof
from perks.queries.deciding import Deciding
from perks.queries.deciding import in_state as proofs_in_state
from schedule.access import teaches_somewhere
from schedule.models import Course
from schedule.moments import course_name
from schedule.not_swept import told_of

APPS = ["grading", "schedule", "perks", "people"]
View = Callable[..., HttpResponseBase]


def _by_course(rows: QuerySet[Any], path: str, taught: Iterable[Course]) -> list[tuple[int, str, int]]:
    """Of the courses that have such rows: id, name, and how many; the newest first."""
    counts = dict(rows.order_by().values_list(path).annotate(Count("pk", distinct=True)))
    return [(each.pk, course_name(each), counts[each.pk]) for each in taught if each.pk in counts]


def _outbox(request: HttpRequest, taught: Sequence[Course]) -> dict[str, Any]:
    """What is wrong with these courses’ messages, for a superuser with all, and the zone to tell it in."""
    everything = bool(request.user.is_superuser)
    found = trouble(timezone.now(), None if everything else [course.slug for course in taught])
    return {
        "outbox": found,
        "outbox_zone": next((zone for course in taught if (zone := known_zone(course.time_zone))), UTC),
        "not_swept": told_of(found.not_swept, taught, everything=everything),
    }


class PortalAdminSite(admin.AdminSite):
    """Who teaches somewhere may enter; what they see there, each page decides by their courses.

    A visitor is sent to the portal's own sign-in, with its second factor; whoever else is signed in gets 404.
    """

    site_title = _("Administration")
    site_header = _("Administration")
    index_title = _("Your courses")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Asked several times for a page; answered from the database once."""
        known = getattr(request, "_teaches_somewhere", None)
        if known is None:
            known = teaches_somewhere(request.user)
            request._teaches_somewhere = known  # type: ignore[attr-defined]
        return bool(known)

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise Http404
            return guarded(request, *args, **kwargs)

        return inner

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """All pages, and first what waits."""
        works = in_state(Submission.objects.gradable_by(request.user), QueueState.WAITING)
        proofs = Proof.objects.decidable_by(request.user)
        taught = list(Course.objects.staffed_by(request.user).order_by("-starts_on", "slug"))
        shown = {
            "waiting": _by_course(works, "assignment__course", taught),
            "proofs_waiting": _by_course(
                proofs_in_state(proofs, Deciding.WAITING), "activity__course", taught
            ),
            "proofs_to_settle": _by_course(
                proofs_in_state(proofs, Deciding.SETTLE), "activity__course", taught
            ),
            "many_courses": len(taught) > 1,
            **_outbox(request, taught),
        }
        return super().index(request, {**shown, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Our apps first, in the order in which staff need them; each list by the name above it."""
        listed = super().get_app_list(request, app_label)
        for model in (model for app in listed for model in app["models"]):
            model["name"] = getattr(self._registry[model["model"]], "list_name", model["name"])
        for app in listed:
            app["models"].sort(key=lambda model: (model["model"] not in (Submission, Proof), model["name"]))
        return sorted(listed, key=lambda app: APPS.index(app["app_label"]) if app["app_label"] in APPS else 9)

    # Django's own pages for these would go around the second factor and the limits of the portal's.
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next") or "/admin/")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return redirect("account_logout")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")
