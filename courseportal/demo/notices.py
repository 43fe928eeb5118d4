"""A few fresh notices for the people whom a visitor of the demo signs in as: a bell with something under it.

Everybody else's past is silent: nobody wants hundreds of letters about people who do not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from courseportal.demo.people import ASSISTANTS, LECTURER, Group, email_of
from grading.messages.marks import marks_facts, review_state
from grading.models import Submission
from grading.queries.told import told_results
from people.actions.outbox import write
from people.kinds import Facts
from people.models import Message, User
from perks.messages.proof import decision_facts
from perks.messages.request import FILED, request_facts
from perks.models import ExtensionRequest, Proof
from perks.queries.standing import moves
from perks.queries.worth import group_proofs
from perks.rules import ProofState
from schedule.messages.announcement import announcement_facts
from schedule.messages.classes import class_facts, state_of
from schedule.models import Announcement, ClassMeeting, Course, StudyGroup

GUEST: Final = """\
В следующий вторник вместо разбора домашнего задания придёт **гость из индустрии**: как модели прореживают на
практике и что из этого окупается.

- начало в обычное время;
- запись будет;
- вопросы можно прислать заранее [на почту](mailto:course@example.org)."""

OFFICE_HOURS: Final = """\
Приходите с вопросами по текущему заданию в пятницу с 16:00 до 17:30. Ноутбук с собой, видеокарта не нужна."""

READ_AFTER: Final = timedelta(days=2)
"""What is older than that was read, and its letter went long ago."""


def add_notices(course: Course, group: Group, people: Mapping[str, User], now: datetime) -> None:
    """Announcements of the running course, and what its example people were told of late."""
    student = people[email_of(group.students[0].name)]
    speaker = people[email_of(group.representative)]
    lecturer, assistant = people[email_of(LECTURER)], people[email_of(min(ASSISTANTS))]
    telling = _Telling(course, now)
    for days, title, body in (
        (5, "Гостевая лекция о прунинге", GUEST),
        (0, "Консультация в пятницу", OFFICE_HOURS),
    ):
        at = now - timedelta(days=days, hours=3)
        row = Announcement.objects.create(course=course, title=title, body=body, by=lecturer, published_at=at)
        telling.tell("announcement", str(row.pk), announcement_facts(row), [student, speaker, assistant], at)
    telling.of_a_class([student, speaker, assistant])
    telling.of_marks([student, speaker])
    telling.of_a_request(group.name, [student, speaker])
    telling.of_proofs([student, speaker])
    telling.write_all()
    old = Message.objects.filter(scope=course.slug, created_at__lt=now - READ_AFTER)
    old.update(state=Message.State.SENT, settled_at=now - READ_AFTER, read_at=now - READ_AFTER)


class _Telling:
    """Writes messages of one course, each as of the moment of its cause, the earliest first."""

    def __init__(self, course: Course, now: datetime) -> None:
        self.course, self.now = course, now
        self.told: list[tuple[datetime, str, str, Facts, list[int]]] = []

    def tell(self, kind: str, key: str, facts: Facts, to: list[User], at: datetime) -> None:
        self.told.append((min(at, self.now), kind, key, facts, [person.pk for person in to]))

    def write_all(self) -> None:
        for at, kind, key, facts, to in sorted(self.told, key=lambda one: one[:3]):
            write(
                kind=kind,
                to=to,
                key=key,
                facts=facts,
                zone=self.course.time_zone,
                now=at,
                scope=self.course.slug,
            )

    def of_a_class(self, to: list[User]) -> None:
        """The class after the next began an hour earlier, until yesterday."""
        coming = ClassMeeting.objects.filter(course=self.course, starts_at__gt=self.now)
        meeting = coming.select_related("course").order_by("starts_at", "key")[1:2].first()
        if meeting is None:
            return
        earlier = {
            "starts_at": (meeting.starts_at - timedelta(hours=1)).isoformat(),
            "ends_at": (meeting.ends_at - timedelta(hours=1)).isoformat(),
        }
        facts = class_facts(meeting, state_of(meeting) | earlier)
        self.tell("class", f"{meeting.pk}:demo", facts, to, self.now - timedelta(hours=20))

    def of_marks(self, to: list[User]) -> None:
        """Each has their latest two marks."""
        for person in to:
            graded = Submission.objects.graded().filter(student=person, assignment__course=self.course)
            latest = graded.select_related("assignment__course", "review").order_by("-review__reviewed_at")[
                :2
            ]
            told = told_results(self.course, [work.pk for work in latest], self.now)
            for work in latest:
                facts = marks_facts(work, review_state(None), review_state(work.review), told[work.pk])
                self.tell("marks", f"{work.pk}:1", facts, [person], work.review.reviewed_at)

    def of_a_request(self, name: str, to: list[User]) -> None:
        """What their group asks for."""
        group = StudyGroup.objects.select_related("course").get(course=self.course, name=name)
        request = ExtensionRequest.objects.standing().filter(group=group).select_related("filed_by").first()
        move = moves(self.course, self.now, groups=[group.pk]).get(group.pk)
        if request is None or move is None:
            return
        request.group = group
        facts = request_facts(
            request,
            event=FILED,
            by=request.filed_by,
            chosen=list(request.assignments.order_by("number")),
            before=(),
            target_at=move.target_at,
            state=move.state,
        )
        self.tell("request", f"{request.pk}:{FILED}", facts, to, request.filed_at)

    def of_proofs(self, to: list[User]) -> None:
        """The latest two decisions about a proof with each of them on it."""
        for person in to:
            decided = Proof.objects.filter(
                activity__course=self.course, parts__person=person, decided_at__isnull=False
            ).select_related("activity__course", "checkpoint")
            for proof in decided.order_by("-decided_at")[:2]:
                every = group_proofs(self.course, proof.group_id)
                facts = decision_facts(proof, (ProofState.PENDING.value, ""), every)
                key = f"{proof.pk}:{proof.version}:decision"
                self.tell("proof", key, facts, [person], proof.decided_at or self.now)
