"""A group asks for other deadlines, changes what it asked for, or takes it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from people.kinds import Facts, Letter
from people.models import User
from perks.models import ExtensionRequest
from perks.queries.standing import moves
from perks.rules import RequestState
from schedule.audience import studies_in
from schedule.messages.parts import CHANGED, LEFT, about, shown, under
from schedule.models import Assignment, StudyGroup

FILED, WITHDRAWN = "filed", "withdrawn"


def request_facts(
    request: ExtensionRequest,
    *,
    event: str,
    by: User | None,
    chosen: Sequence[Assignment],
    before: Sequence[int],
    target_at: datetime,
    state: RequestState,
) -> Facts:
    """What a message says of a request: who asked for what, what stood before, each date before and after."""
    return about(request.group.course) | {
        "request": request.pk,
        "group_id": request.group_id,
        "group": request.group.name,
        "event": event,
        "by": str(by or ""),
        "chosen": _chosen(chosen),
        "before": sorted(before),
        "target_at": target_at.isoformat(),
        "state": state.value,
    }


def _chosen(assignments: Iterable[Assignment]) -> list[Facts]:
    return [
        {"number": one.number, "title": one.title, "due_at": one.due_at.isoformat()} for one in assignments
    ]


def request_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty, for a member of the group, while that request stands; of one withdrawn, while no other does."""
    del now
    standing = ExtensionRequest.objects.standing().filter(
        group=facts["group_id"], group__course__extension_rule__isnull=False
    )
    if facts["event"] == WITHDRAWN:
        still = not standing.exists()
    else:
        still = standing.filter(pk=facts["request"]).exists()
    if not still:
        return CHANGED
    return "" if studies_in(person_id, facts["group_id"]) else LEFT


def fresh_request(person_id: int | None, facts: Facts, now: datetime) -> Facts:
    """With the dates, and what the request means, when the message goes: all of it may be another since."""
    named = Assignment.objects.filter(requested__request=facts["request"]).order_by("number")
    facts = {**facts, "chosen": _chosen(named)}
    if facts["event"] == WITHDRAWN:
        return facts
    group = StudyGroup.objects.select_related("course").get(pk=facts["group_id"])
    move = moves(group.course, now, groups=[group.pk]).get(group.pk)
    if move is None or move.request_id != facts["request"]:
        return facts
    return facts | {"state": move.state.value, "target_at": move.target_at.isoformat()}


def write_request(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """Who asked for what, and the dates."""
    facts = several[-1]
    told = {
        "group": facts["group"],
        "numbers": _numbers([one["number"] for one in facts["chosen"]]),
        "before": _numbers(facts["before"]),
    }
    rows = [(_("Group"), facts["group"])]
    if facts["by"]:
        by = _("Taken back by") if facts["event"] == WITHDRAWN else _("Asked for by")
        rows.append((by, facts["by"]))
    if facts["event"] != WITHDRAWN and facts["before"]:
        rows.append((_("Asked for before"), told["before"]))
    rows += [(_("№ %(number)d. %(title)s") % one, _dates(one, facts, zone)) for one in facts["chosen"]]
    return Letter(
        subject=under(facts, _headline(facts) % told),
        lead=_lead(facts),
        rows=tuple(rows),
        link=f"{reverse('perks:perk', args=[facts['course']])}#request",
        link_label=_("Open the request"),
    )


def _headline(facts: Facts) -> str:
    if facts["event"] == WITHDRAWN:
        return _("group %(group)s takes its request back: %(numbers)s")
    if facts["before"]:
        return _("group %(group)s asks to move %(numbers)s instead of %(before)s")
    return _("group %(group)s asks to move the deadlines of %(numbers)s")


def _lead(facts: Facts) -> str:
    if facts["event"] == WITHDRAWN:
        if facts["state"] == RequestState.ACTIVE:
            return _("The deadlines that had moved are the course’s again.")
        return _("Nothing is asked for any more; the course’s deadlines hold.")
    if facts["state"] == RequestState.ACTIVE:
        return _("The perk is earned: the deadlines have moved.")
    if facts["state"] == RequestState.EXPIRED:
        return _("The target has passed. The course’s deadlines hold, unless a proof is approved late.")
    return _("The deadlines move once the perk is earned. Until then the course’s hold.")


def _dates(one: Facts, facts: Facts, zone: ZoneInfo) -> str:
    course, target = shown(one["due_at"], zone), shown(facts["target_at"], zone)
    if facts["event"] == WITHDRAWN:
        return course
    if facts["state"] == RequestState.ACTIVE:
        return f"{course} → {target}"
    return _("%(course)s; if the perk is earned, %(target)s") % {"course": course, "target": target}


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(f"№\N{NO-BREAK SPACE}{number}" for number in numbers)
