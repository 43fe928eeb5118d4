"""A group's request on the control room: what stands, its history, the form with the advisor beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from grading.queries.advisor import Advice, Choice, advice
from grading.queries.scheme import SchemeMissing
from people.models import User
from perks.forms import whole_number
from perks.models import ExtensionRequest
from perks.rules import (
    Actor,
    MoveRule,
    RequestEvent,
    RequestState,
    may_be_moved,
    may_happen,
    request_state,
)
from schedule.models import Assignment, Enrolment, Role, StudyGroup

SHOWN = 10
"""Choices listed with what they give back; any other is made by ticking the assignments."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """An assignment that may be moved, and its own deadline. ``kept``: it has moved, and stays so."""

    number: int
    title: str
    due_at: datetime
    kept: bool


@dataclass(frozen=True, slots=True)
class RequestSection:
    """What stands, what it means now, its history with the latest first, and what the reader may do.

    ``advice`` is there for whoever may ask, None also where the course has no grade scale.
    """

    rule: MoveRule | None
    state: RequestState
    standing: ExtensionRequest | None
    numbers: tuple[int, ...]
    history: tuple[tuple[ExtensionRequest, tuple[int, ...]], ...]
    representative: User | None
    may_choose: bool
    may_withdraw: bool
    advice: Advice | None
    deadlines: tuple[Deadline, ...]

    @property
    def listed(self) -> tuple[Choice, ...]:
        """The choices that the form lists: those that use every slot, and the one that stands."""
        found = self.advice.choices if self.advice else ()
        most = max((len(one.numbers) for one in found), default=0)
        full = [one for one in found if len(one.numbers) == most][:SHOWN]
        chosen = self.chosen
        return (*full, *([chosen] if chosen is not None and chosen not in full else []))

    @property
    def best(self) -> Choice | None:
        """The choice that gives the group most."""
        return self.advice.choices[0] if self.advice and self.advice.choices else None

    @property
    def chosen(self) -> Choice | None:
        """What stands, else the best: the choice that the form opens with."""
        standing = self.advice.choice(self.numbers) if self.advice and self.numbers else None
        return standing or self.best

    @property
    def slots(self) -> int:
        """How many more deadlines may be chosen."""
        return self.rule.max_assignments - len(self.numbers) if self.rule else 0


def request_section(
    group: StudyGroup,
    reader: User,
    now: datetime,
    *,
    rule: MoveRule | None,
    earned: bool,
    is_staff: bool,
) -> RequestSection:
    """The request of a group as the reader sees it. Give the group with its course."""
    history = _history(group)
    standing = next((one for one, _numbers in history if one.ended_at is None), None)
    numbers = next((numbers for one, numbers in history if one is standing), ())
    speaker = (
        Enrolment.objects.active()
        .filter(group=group, role=Role.REPRESENTATIVE)
        .select_related("person")
        .first()
    )
    state = RequestState.NONE
    may_choose = may_withdraw = False
    if rule is not None:
        withdrawn = bool(history) and standing is None
        state = request_state(
            asked=standing is not None, withdrawn=withdrawn, earned=earned, rule=rule, now=now
        )
        if is_staff or (speaker is not None and speaker.person_id == reader.pk):
            actor = Actor.STAFF if is_staff else Actor.REPRESENTATIVE
            may_choose = _may_choose(state, actor, numbers, rule, now)
            may_withdraw = may_happen(state, RequestEvent.WITHDRAW, actor, is_open=rule.is_open(now))
    kept = numbers if state is RequestState.ACTIVE else ()
    return RequestSection(
        rule=rule,
        state=state,
        standing=standing,
        numbers=numbers,
        history=history,
        representative=speaker.person if speaker else None,
        may_choose=may_choose,
        may_withdraw=may_withdraw,
        advice=_advice(group, rule, now, kept) if rule and may_choose else None,
        deadlines=_deadlines(group, rule, kept) if rule and may_choose else (),
    )


def _may_choose(
    state: RequestState, actor: Actor, numbers: Sequence[int], rule: MoveRule, now: datetime
) -> bool:
    events = {RequestState.PROVISIONAL: RequestEvent.CHANGE, RequestState.ACTIVE: RequestEvent.ADD}
    full = state is RequestState.ACTIVE and len(numbers) >= rule.max_assignments
    event = events.get(state, RequestEvent.FILE)
    return not full and may_happen(state, event, actor, is_open=rule.is_open(now))


def _history(group: StudyGroup) -> tuple[tuple[ExtensionRequest, tuple[int, ...]], ...]:
    rows = (
        ExtensionRequest.objects.filter(group=group)
        .select_related("filed_by", "ended_by")
        .prefetch_related("choices__assignment")
        .order_by("-filed_at", "-pk")
    )
    return tuple(
        (row, tuple(sorted(choice.assignment.number for choice in row.choices.all()))) for row in rows
    )


def _advice(group: StudyGroup, rule: MoveRule, now: datetime, kept: Sequence[int]) -> Advice | None:
    try:
        return advice(group.course, group.pk, rule, now, kept=kept)
    except SchemeMissing:
        return None


def _deadlines(group: StudyGroup, rule: MoveRule, kept: Sequence[int]) -> tuple[Deadline, ...]:
    rows = {one.number: one for one in Assignment.objects.filter(course=group.course)}
    return tuple(
        Deadline(number, rows[number].title, rows[number].due_at, number in kept)
        for number in may_be_moved(rows, rule)
    )


class RequestForm(forms.Form):
    """What a representative chose: a listed choice ("2-5"), or assignments ticked one by one."""

    OTHER = "other"

    choice = forms.CharField(required=False, max_length=100)
    numbers = forms.TypedMultipleChoiceField(coerce=int, required=False)
    base = forms.IntegerField(required=False)

    def __init__(self, data: object, *, allowed: Sequence[int]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["numbers"].choices = [(number, number) for number in allowed]  # type: ignore[attr-defined]
        self.fields["numbers"].error_messages["invalid_choice"] = _(
            "№ %(value)s cannot be moved. Choose among those on the page."
        )

    def ticked(self) -> list[int]:
        """What was ticked one by one, to be shown again; nothing where a listed choice was taken."""
        taken = self["choice"].value()
        sent = [whole_number(str(one)) for one in self["numbers"].value() or ()]
        return [one for one in sent if one is not None] if not taken or taken == self.OTHER else []

    def chosen(self) -> list[int]:
        """The numbers, in the order in which they were given; twice what was given twice."""
        choice: str = self.cleaned_data["choice"]
        if choice and choice != self.OTHER:
            parts = [whole_number(part) for part in choice.split("-")]
            return [part for part in parts if part is not None] if None not in parts else []
        numbers: list[int] = self.cleaned_data["numbers"]
        return numbers
