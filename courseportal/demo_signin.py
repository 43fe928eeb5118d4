"""Signing in to the demo with one press: only in demo mode, and only as its made-up people."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courseportal.preferences import way_back
from people.models import User
from schedule.models import Enrolment, Role

SHOWN = {Role.STUDENT: 3, Role.REPRESENTATIVE: 1, Role.ASSISTANT: 2, Role.LECTURER: 1}
"""How many of each role the sign-in page offers, in this order."""

SHOWN_OF_OLDER = {Role.STUDENT: 1}
"""The same for courses before the newest one: somebody whose grades are final."""


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as: who they are in the newest course, and what they can try there."""

    pk: int
    name: str
    initials: str
    role: str
    description: str


def _description(role: str) -> str:
    return {
        Role.STUDENT: _("Hands in work, sees prices, marks and the grade so far."),
        Role.REPRESENTATIVE: _("A student who also speaks for the group."),
        Role.ASSISTANT: _("Looks at works and gives points, in the administration."),
        Role.LECTURER: _("Runs the course: dates, people, the exam."),
    }[Role(role)]


def demo_people() -> list[DemoPerson]:
    """A few made-up people of each role, of the newest course first; empty outside demo mode. One query."""
    if not settings.DEMO:
        return []
    enrolments = (
        Enrolment.objects.active()
        .filter(person__is_demo=True, person__is_active=True)
        .select_related("person", "group", "course")
        .order_by("-course__starts_on", "group__name", "person__name")
    )
    seen: set[int] = set()
    shown: dict[tuple[int, str], list[DemoPerson]] = {}
    newest = next((enrolment.course_id for enrolment in enrolments), None)
    for enrolment in enrolments:
        offered = shown.setdefault((enrolment.course_id, enrolment.role), [])
        limits = SHOWN if enrolment.course_id == newest else SHOWN_OF_OLDER
        if enrolment.person_id not in seen and len(offered) < limits.get(Role(enrolment.role), 0):
            seen.add(enrolment.person_id)
            offered.append(_offer(enrolment))
    order = [(course, role) for course in dict.fromkeys(key[0] for key in shown) for role in SHOWN]
    return [person for key in order for person in shown.get(key, ())]


def _offer(enrolment: Enrolment) -> DemoPerson:
    person = enrolment.person
    group = enrolment.group.name if enrolment.group else ""
    parts = (str(Role(enrolment.role).label), group, enrolment.course.term)
    return DemoPerson(
        pk=person.pk,
        name=person.name,
        initials=person.initials,
        role=", ".join(part for part in parts if part),
        description=_description(enrolment.role),
    )


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Signs in as the made-up person whose id is posted; 404 outside demo mode and for anybody real."""
    if not settings.DEMO:
        raise Http404
    chosen = request.POST.get("person", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        raise Http404
    person = get_object_or_404(User, pk=int(chosen), is_demo=True, is_active=True)
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect(way_back(request))
