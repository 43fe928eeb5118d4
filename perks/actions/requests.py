"""A group's request to move deadlines: filed, changed, withdrawn, one at a time and never half.

Source: docs/course-rules.md, Moving deadlines. What may happen in which state is a table, REQUEST_STEPS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.actions.outbox import write, write_to_chat
from people.audit import audited
from people.models import Message, User
from perks.actions.afterwards import group_changed
from perks.actions.locking import locked_group
from perks.messages.request import FILED, WITHDRAWN, request_facts
from perks.models import ExtensionRequest, RequestedAssignment
from perks.queries.standing import activities_of, move_rule
from perks.rules import (
    Actor,
    MoveRule,
    RequestEvent,
    RequestState,
    is_earned,
    may_be_moved,
    may_happen,
    request_state,
)
from schedule.access import student_enrolment, teaches
from schedule.audience import chat_of, members_of
from schedule.messages.parts import WITHDRAWN as TAKEN_BACK
from schedule.models import Assignment, Course, Enrolment, Role, StudyGroup
from schedule.rules import utc


class RequestRefused(Exception):
    """Nothing was changed; the message says why, to whoever asked."""


class RequestChanged(RequestRefused):
    """Nothing was changed: another request stands than the one that was seen. None: none stands any more."""

    def __init__(self, current: ExtensionRequest | None) -> None:
        super().__init__(
            _("Somebody has changed the request meanwhile. Look at what stands now, and choose again.")
        )
        self.current = current


class Unseen(Enum):
    """Whoever asks has not seen what stands."""

    UNSEEN = "unseen"


UNSEEN: Final = Unseen.UNSEEN


@dataclass(frozen=True, slots=True)
class Filed:
    """The request that stands; ``is_new`` is false where it stood already, with the same choice.

    ``before`` are the numbers of the assignments that were asked for until then, empty where none were.
    """

    request: ExtensionRequest
    is_new: bool
    before: tuple[int, ...] = ()


def file_request(
    *,
    group: StudyGroup,
    numbers: Sequence[int],
    by: User | None,
    now: datetime,
    base: int | Unseen | None = UNSEEN,
    silent: bool = False,
    told_at: datetime | None = None,
) -> Filed:
    """Ask, for a whole group, that the deadlines of these assignments (by number) move to the target.

    The numbers are the whole choice: they take the place of what was asked for before, where that may still
    be changed. ``by`` is the group's representative or staff of the course, None a command of theirs.
    ``base`` is the id of the request that they saw standing, None where they saw none. Asking for what
    stands already changes nothing. The group is told, unless ``silent``; as of ``told_at`` where what
    happened then is written down only now. Raises RequestRefused, of two people who start from the same
    request the second gets RequestChanged.
    """
    with audited(by=by), transaction.atomic():
        group = locked_group(group.pk)
        actor = _actor(group, by)
        rule = _rule_of(group.course)
        chosen = _chosen(group.course, numbers, rule)
        standing = _standing_request(group)
        if standing is not None and _numbers_of(standing) == sorted(numbers):
            return Filed(standing, is_new=False)
        _check_base(standing, base)
        if not rule.is_open(now):
            raise RequestRefused(_("Requests were taken until the target, and it has passed."))
        state = _state_of(group, rule, now, standing)
        _check_step(state, standing, set(numbers), actor, now=now)
        before = _numbers_of(standing) if standing else []
        if standing is not None:
            _end(standing, ExtensionRequest.End.REPLACED, by=by, now=now)
        request = ExtensionRequest.objects.create(group=group, filed_at=now, filed_by=by)
        RequestedAssignment.objects.bulk_create(
            RequestedAssignment(request=request, assignment=assignment) for assignment in chosen
        )
        if not silent:
            _tell(request, group, rule, by=by, now=told_at or now, chosen=chosen, before=before)
            group_changed(group, told_at or now)
    return Filed(request, is_new=True, before=tuple(before))


def withdraw_request(
    *,
    group: StudyGroup,
    by: User | None,
    now: datetime,
    base: int | Unseen | None = UNSEEN,
    silent: bool = False,
    told_at: datetime | None = None,
) -> ExtensionRequest | None:
    """Take a group's request back: the one that ended, None where none stood. Raises RequestRefused.

    The group is told as by ``file_request``.
    """
    with audited(by=by), transaction.atomic():
        group = locked_group(group.pk)
        actor = _actor(group, by)
        standing = _standing_request(group)
        if standing is None:
            return None
        _check_base(standing, base)
        rule = _rule_of(group.course)
        state = _state_of(group, rule, now, standing)
        if not may_happen(state, RequestEvent.WITHDRAW, actor, is_open=rule.is_open(now)):
            raise RequestRefused(
                _("The perk is earned and the deadlines have moved: only staff can take that back.")
                if state is RequestState.ACTIVE
                else _("The target has passed: only staff can withdraw the request now.")
            )
        _end(standing, ExtensionRequest.End.WITHDRAWN, by=by, now=now)
        if not silent:
            chosen = [each.assignment for each in standing.choices.select_related("assignment")]
            _tell(standing, group, rule, by=by, now=told_at or now, chosen=chosen, state=state)
            group_changed(group, told_at or now)
    return standing


def _tell(
    request: ExtensionRequest,
    group: StudyGroup,
    rule: MoveRule,
    *,
    by: User | None,
    now: datetime,
    chosen: Sequence[Assignment],
    before: Sequence[int] = (),
    state: RequestState | None = None,
) -> None:
    """Tell the group, also whoever asked: it is theirs to keep; of a withdrawal what it was, ``state``."""
    request.group, event = group, FILED if state is None else WITHDRAWN
    facts = request_facts(
        request,
        event=event,
        by=by,
        chosen=sorted(chosen, key=lambda one: one.number),
        before=before,
        target_at=rule.target_at,
        state=state or _state_of(group, rule, now, request),
    )
    course = group.course
    told: dict[str, Any] = {
        "kind": "request",
        "key": f"{request.pk}:{event}",
        "facts": facts,
        "zone": course.time_zone,
        "now": now,
        "scope": course.slug,
    }
    unheard = _take_back(request, course, now) if event == WITHDRAWN else set()
    if facts["state"] != RequestState.ACTIVE:
        # Dates that move at once are told to each member as their own, which nobody can switch off.
        write(to=members_of(group) - unheard, **told)
    if None not in unheard and (chat := chat_of(course)):
        write_to_chat(chat=chat, **told)


def _take_back(request: ExtensionRequest, course: Course, now: datetime) -> set[int | None]:
    """Who has not heard yet of this request (None: the chat), and so need not hear that it has ended.

    Whoever has heard of what it replaced does need to: they think that still stands.
    """
    of_group = Message.objects.filter(kind="request", scope=course.slug, facts__group_id=request.group_id)
    unseen = of_group.unseen().filter(facts__request=request.pk)
    rows = list(unseen.select_for_update().order_by("pk"))
    Message.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Message.State.DROPPED, reason=TAKEN_BACK, settled_at=now, claimed_until=None
    )
    heard = of_group.filter(Q(shown_at__isnull=False) | Q(read_at__isnull=False) | Q(handed_at__isnull=False))
    last: dict[int | None, str] = dict(heard.order_by("pk").values_list("person_id", "facts__event"))
    return {row.person_id for row in rows if last.get(row.person_id) != FILED}


def _actor(group: StudyGroup, by: User | None) -> Actor:
    """As whom somebody acts for a group. Raises RequestRefused for whoever may not.

    Staff who study in the group are no staff to it: they would decide about their own points.
    """
    if by is None:
        return Actor.STAFF
    studies = student_enrolment(by, group.course)
    if teaches(by, group.course) and (studies is None or studies.group_id != group.pk):
        return Actor.STAFF
    speaks = Enrolment.objects.of(by).active().filter(group=group, role=Role.REPRESENTATIVE)
    if not speaks.exists():
        raise RequestRefused(_("Only the group’s representative, or staff, can do that."))
    return Actor.REPRESENTATIVE


def _rule_of(course: Course) -> MoveRule:
    rule = move_rule(course)
    if rule is None:
        raise RequestRefused(_("In this course no deadlines can be moved."))
    return rule


def _chosen(course: Course, numbers: Sequence[int], rule: MoveRule) -> list[Assignment]:
    """The assignments with these numbers. Raises RequestRefused for any that may not be asked for."""
    by_number = {one.number: one for one in Assignment.objects.filter(course=course)}
    allowed = may_be_moved(by_number, rule)
    if not numbers:
        raise RequestRefused(_("Choose one assignment at least."))
    if len(set(numbers)) < len(numbers):
        raise RequestRefused(_("Choose each assignment once."))
    for number in numbers:
        if number not in by_number:
            raise RequestRefused(_("This course has no assignment № %(number)d.") % {"number": number})
        if number not in allowed:
            raise RequestRefused(
                _("№ %(number)d cannot be moved: it is the first or the last one. Choose among %(allowed)s.")
                % {"number": number, "allowed": ", ".join(map(str, allowed)) or "–"}
            )
    if len(numbers) > rule.max_assignments:
        raise RequestRefused(
            ngettext(
                "A group can move %(count)d deadline at most.",
                "A group can move %(count)d deadlines at most.",
                rule.max_assignments,
            )
            % {"count": rule.max_assignments}
        )
    return [by_number[number] for number in numbers]


def _standing_request(group: StudyGroup) -> ExtensionRequest | None:
    return ExtensionRequest.objects.standing().filter(group=group).first()


def _numbers_of(request: ExtensionRequest) -> list[int]:
    return sorted(request.choices.values_list("assignment__number", flat=True))


def _check_base(standing: ExtensionRequest | None, base: int | Unseen | None) -> None:
    if base is not UNSEEN and base != (standing.pk if standing else None):
        raise RequestChanged(standing)


def _state_of(
    group: StudyGroup, rule: MoveRule, now: datetime, standing: ExtensionRequest | None
) -> RequestState:
    """What the standing request means at ``now``, given the proofs that had been handed in by then."""
    if standing is None:
        return RequestState.NONE
    # What was handed in later had not earned anything yet, when a request of the past is written down.
    by_then = replace(rule, target_at=min(utc(rule.target_at), utc(now)))
    earned = is_earned(activities_of(group.course, [group.pk], by_then)[group.pk])
    return request_state(asked=True, withdrawn=False, earned=earned, rule=rule, now=now)


def _check_step(
    state: RequestState,
    standing: ExtensionRequest | None,
    numbers: set[int],
    actor: Actor,
    *,
    now: datetime,
) -> None:
    """Raise RequestRefused where the choice may not take the place of what stands."""
    if standing is None:
        return
    if now < standing.filed_at:
        raise RequestRefused(_("A request of a later moment stands already."))
    only_adds = numbers > set(_numbers_of(standing))
    event = RequestEvent.ADD if state is RequestState.ACTIVE and only_adds else RequestEvent.CHANGE
    if not may_happen(state, event, actor, is_open=True):
        raise RequestRefused(
            _("The perk is earned and the deadlines have moved. What moved stays so until staff withdraw it.")
        )


def _end(request: ExtensionRequest, end: str, *, by: User | None, now: datetime) -> None:
    if now < request.filed_at:
        raise RequestRefused(_("A request of a later moment stands already."))
    request.ended_at, request.ended_by, request.end = now, by, end
    request.save(update_fields=["ended_at", "ended_by", "end"])
