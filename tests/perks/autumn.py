"""A whole autumn of two groups as hypothesis plays it: the portal and its plain double, side by side."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from grading.actions.hand_in import NotOpen, hand_in
from grading.models import PersonalDate, Review, Submission
from people.models import User
from perks.actions.decide import NotAllowed
from perks.actions.participants import add_participant
from perks.queries.members import members_at
from perks.rules import CountPeople
from schedule.models import Enrolment, Role
from tests.factories import (
    make_activity,
    make_assignment,
    make_course,
    make_enrolment,
    make_extension_rule,
    make_group,
    make_proof,
    make_submission,
    make_user,
)
from tests.perks import oracle
from tests.perks.comparing import differences
from tests.perks.plain import UNSEEN, Course, Deed, Group, Paper
from tests.perks.plain_book import DAY, Book, Personal, Stay, Work
from tests.perks.stage import Stage, perform

MEMBERS, TEN_POINTS = 4, 1000
TARGET = 40 * DAY - 1
DUE = {number: 5 * number * DAY - 1 for number in range(1, 7)}
ACTIVITIES = {1: oracle.Asked(3), 2: oracle.Asked(2, "each_checkpoint", 1, 1800, (1, 2))}
COURSE = Course(ACTIVITIES, tuple(DUE), TARGET)

GROUPS = st.integers(0, 1)
DICE = st.integers(0, 1000)
NUMBERS = st.sampled_from((1, 2, 2, 3, 4, 5, 5, 6))
CHOICES = st.sampled_from(((2,), (5,), (2, 5), (2, 5), (3, 4), (5, 3), (1, 2), (5, 6), (2, 3, 4), (3, 3)))
DECISIONS = st.sampled_from(("approve", "approve", "approve", "reject", "reopen"))
CORRECTIONS = st.sampled_from(("not me", "not me", "me after all", "strike", "keep"))
EXTENSIONS = st.sampled_from((-DAY, 0, 1, 3 * DAY, 40 * DAY, None))


class Autumn(RuleBasedStateMachine):
    """What happens in a course. After each step the portal and plain Python have to say the same."""

    steps = 0
    """How many have been taken, in all runs."""
    seen: ClassVar[set[str]] = set()
    """What requests have meant on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole._from_testcase = True  # type: ignore[attr-defined] # handing in asks for a commit of its own
        self.whole.__enter__()
        self.now = DAY
        self.course = make_course()
        make_extension_rule(course=self.course, target_at=oracle.at(TARGET))
        self.assignments = {
            number: make_assignment(course=self.course, number=number, due_at=oracle.at(due))
            for number, due in DUE.items()
        }
        self.activities = {
            number: make_activity(
                course=self.course,
                number=number,
                min_people=asked.people,
                count_people=CountPeople(asked.counts),
                within_minutes=None if asked.within is None else asked.within // 60,
                checkpoints=len(asked.places),
            )
            for number, asked in ACTIVITIES.items()
        }
        self.book = Book(COURSE, DUE, [Group(), Group()])
        self.people: dict[int, User] = {
            one.pk: one for one in (make_user() for _one in range(2 * MEMBERS + 2))
        }
        self.staff = make_user()
        make_enrolment(person=self.staff, course=self.course, role=Role.ASSISTANT)
        everyone = {**self.people, self.staff.pk: self.staff}
        self.stages = [Stage(make_group(course=self.course), everyone) for _group in range(2)]
        self.speakers: list[int | None] = [None, None]
        self.submissions: list[Submission] = []
        for place, person in enumerate(list(self.people)[: 2 * MEMBERS]):
            self._begin(person, place // MEMBERS, None)
        for group in (0, 1):
            self.speak_for_the_group(0, group)

    def teardown(self) -> None:
        """Every autumn ends: the target comes, and passes."""
        try:
            for end in (TARGET, TARGET + 1):
                self.wait_until(end)
                self.both_say_the_same()
        finally:
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    @initialize(
        asked=st.lists(st.sampled_from(((2, 5), (3, 4), (2,), ())), min_size=2, max_size=2),
        last=st.lists(st.sampled_from(("approved", "pending", "")), min_size=2, max_size=2),
    )
    def begin_somewhere(self, asked: list[tuple[int, ...]], last: list[str]) -> None:
        for group in (0, 1):
            if last[group]:
                self.rest(group, last[group])
            if asked[group]:
                self._do(group, Deed("file", self.staff.pk, "staff", numbers=asked[group]))

    def _person(self, which: int) -> int:
        return list(self.people)[which % len(self.people)]

    @invariant()
    def both_say_the_same(self) -> None:
        Autumn.steps += 1
        Autumn.seen |= {COURSE.state(group, self.now) for group in self.book.groups}
        assert not list(differences(self.book, self.course, self.stages, self.assignments, self.now))

    # People ------------------------------------------------------------------------------------------

    def _begin(self, person: int, group: int, joined: int | None) -> None:
        self.book.stays.append(Stay(person, group, joined))
        joined_at = None if joined is None else oracle.at(joined)
        make_enrolment(person=self.people[person], group=self.stages[group].group, joined_at=joined_at)

    def _end(self, person: int) -> None:
        stay = next(one for one in self.book.stays if one.person == person and one.left is None)
        stay.left = self.now
        Enrolment.objects.active().filter(person=person).update(left_at=oracle.at(self.now))
        if self.speakers[stay.group] == person:
            self.speakers[stay.group] = None

    @rule(which=DICE, group=GROUPS)
    def join_or_change_group(self, which: int, group: int) -> None:
        person = self._person(which)
        before = self.book.group_of(person)
        if before is not None and before != group:
            self._end(person)
        if before != group:
            self._begin(person, group, self.now)

    @rule(which=DICE)
    def leave(self, which: int) -> None:
        if self.book.group_of(self._person(which)) is not None:
            self._end(self._person(which))

    @rule(which=DICE, group=GROUPS)
    def speak_for_the_group(self, which: int, group: int) -> None:
        members = self.book.members(group, self.now)
        if self.speakers[group] is None and members:
            speaker = self.speakers[group] = members[which % len(members)]
            Enrolment.objects.active().filter(person=speaker).update(role=Role.REPRESENTATIVE)

    # The clock ---------------------------------------------------------------------------------------

    @rule(by=st.sampled_from((1, 600, 1800, 1801, DAY, 3 * DAY, 10 * DAY)))
    def wait(self, by: int) -> None:
        self.now += by

    @rule(until=st.sampled_from((DUE[2] + 1, DUE[5] + 1, TARGET - 1, TARGET, TARGET + 1, TARGET + 1)))
    def wait_until(self, until: int) -> None:
        self.now = max(self.now, until)

    # Proofs ------------------------------------------------------------------------------------------

    @rule(
        group=GROUPS,
        activity=st.sampled_from((1, 2, 2)),
        place=st.integers(1, 2),
        ago=st.sampled_from((0, 0, 1, 1799, 3600, 3601)),
        who=st.lists(DICE, min_size=1, max_size=4),
        state=st.sampled_from(("approved", "pending")),
    )
    def post(self, group: int, activity: int, place: int, ago: int, who: list[int], state: str) -> None:
        taken, stage = self.now - ago, self.stages[group]
        members = self.book.members(group, taken)
        assert sorted(one.person_id for one in members_at(stage.group, oracle.at(taken))) == members
        people = sorted({members[one % len(members)] for one in who}) if members else []
        at = place if activity == 2 else None
        parts = tuple((person, "named", None) for person in people)
        paper = Paper(activity, taken, self.now, parts, at, state)
        self.book.groups[group] = self.book.groups[group].with_paper(paper)
        proof = make_proof(
            group=stage.group,
            activity=self.activities[activity],
            checkpoint=at,
            people=[self.people[person] for person in people],
            state=state,
            taken_at=oracle.at(taken),
            posted_at=oracle.at(self.now),
        )
        stage.proofs.append(proof)

    @rule(group=GROUPS, last=st.sampled_from(("approved", "approved", "pending")))
    def rest(self, group: int, last: str) -> None:
        """Everybody does everything; the last proof may have to wait."""
        everybody = list(range(2 * MEMBERS))
        self.post(group, 1, 1, 0, everybody, "approved")
        self.post(group, 2, 1, 0, everybody, "approved")
        self.post(group, 2, 2, 60, everybody, last)

    def _do(self, group: int, deed: Deed) -> None:
        """Both do it, and both say the same."""
        stage = self.stages[group]
        self.book.groups[group], said = COURSE.do(self.book.groups[group], deed, self.now)
        assert perform(stage, deed, oracle.at(self.now)) == said, deed
        stage.requests = list(stage.group.extension_requests.order_by("pk").values_list("pk", flat=True))

    def _paper(self, group: int, which: int) -> int:
        """One of a group's proofs, rather one of the last."""
        papers = len(self.book.groups[group].papers)
        return papers - 1 - which % min(papers, 6)

    def has_proofs(self) -> bool:
        return any(group.papers for group in self.book.groups)

    @precondition(has_proofs)
    @rule(
        group=GROUPS,
        which=DICE,
        kind=DECISIONS,
        stale=st.sampled_from((0, 0, 0, 1)),
        by_staff=st.sampled_from((1, 1, 1, 0)),
    )
    def decide(self, group: int, which: int, kind: str, stale: int, by_staff: int) -> None:
        if papers := self.book.groups[group].papers:
            paper = self._paper(group, which)
            by, role = (self.staff.pk, "staff") if by_staff else (self._person(which), "student")
            self._do(group, Deed(kind, by, role, paper, papers[paper].version - stale))

    @precondition(has_proofs)
    @rule(group=GROUPS, which=DICE, kind=CORRECTIONS, who=DICE)
    def correct(self, group: int, which: int, kind: str, who: int) -> None:
        if papers := self.book.groups[group].papers:
            paper = self._paper(group, which)
            named = [person for person, _state, _by in papers[paper].parts] or [self._person(who)]
            person = named[who % len(named)] if who % 8 else self._person(who)
            own = kind in {"not me", "me after all"}
            by, role = (person, "student") if own else (self.staff.pk, "staff")
            self._do(group, Deed(kind, by, role, paper, person=person))

    @precondition(has_proofs)
    @rule(group=GROUPS, which=DICE, who=DICE)
    def add(self, group: int, which: int, who: int) -> None:
        if not self.book.groups[group].papers:
            return
        number, person = self._paper(group, which), self._person(who)
        paper = self.book.groups[group].papers[number]
        on_it = person in {one for one, _state, _by in paper.parts}
        allowed = on_it or person in self.book.members(group, paper.taken)
        if allowed and not on_it:
            after = paper.with_part(person, "named", self.staff.pk)
            self.book.groups[group] = self.book.groups[group].with_paper(after, at=number)
        proof_id, now = self.stages[group].proofs[number].pk, oracle.at(self.now)
        try:
            add_participant(proof_id=proof_id, person_id=person, by=self.staff, now=now)
        except NotAllowed:
            assert not allowed
        else:
            assert allowed

    # Requests ----------------------------------------------------------------------------------------

    @rule(
        group=GROUPS,
        who=st.integers(0, 5),
        which=DICE,
        numbers=CHOICES,
        withdraw=st.integers(0, 3),
        seen=st.integers(0, 3),
    )
    def ask(
        self, group: int, who: int, which: int, numbers: tuple[int, ...], withdraw: int, seen: int
    ) -> None:
        by, role = self.staff.pk, "staff"
        if who > 2:
            speaker = self.speakers[group]
            by = speaker if speaker is not None and who < 5 else self._person(which)
            role = "representative" if by == speaker else "student"
        asked = self.book.groups[group]
        standing = 0 if asked.asked is None else asked.asked_as
        base = {0: max(0, asked.asked_as - 1), 1: standing}.get(seen, UNSEEN)
        kind = "file" if withdraw else "withdraw"
        self._do(group, Deed(kind, by, role, numbers=numbers, base=base))

    # Work --------------------------------------------------------------------------------------------

    @rule(which=DICE, number=NUMBERS)
    def hand_in(self, which: int, number: int) -> None:
        person = self._person(which)
        studies = self.book.group_of(person) is not None
        price = self.book.price(person, number, self.now, self.now) if studies else None
        told: dict[str, Any] = {"assignment": self.assignments[number], "by": self.people[person]}
        try:
            done = hand_in(
                **told, now=oracle.at(self.now), form_token=uuid4(), link="https://example.org/work"
            )
        except NotOpen:
            assert price is None
            return
        assert price is not None and done.price == min(price, TEN_POINTS)
        self._note(done.submission, Work(person, number, self.now))

    @rule(which=DICE, number=NUMBERS, ago=st.sampled_from((0, 1, DAY, 5 * DAY, 20 * DAY)))
    def import_work(self, which: int, number: int, ago: int) -> None:
        work = Work(self._person(which), number, max(0, self.now - ago))
        at, student = oracle.at(work.at), self.people[work.person]
        self._note(
            make_submission(assignment=self.assignments[number], student=student, submitted_at=at), work
        )

    def _note(self, submission: Submission, work: Work) -> None:
        self.submissions.append(submission)
        self.book.works.append(work)
        self.mark(len(self.submissions) - 1, 1000, 0)

    def has_work(self) -> bool:
        return bool(self.submissions)

    @precondition(has_work)
    @rule(
        which=DICE,
        points=st.sampled_from((0, 399, 400, 700, 950, 1000, None)),
        bonus=st.sampled_from((0, 0, 50)),
    )
    def mark(self, which: int, points: int | None, bonus: int) -> None:
        place = which % len(self.submissions)
        work, submission = self.book.works[place], self.submissions[place]
        if points is None:
            Review.objects.filter(submission=submission).delete()
        else:
            told = {"score": points, "bonus": bonus, "reviewed_at": oracle.at(self.now)}
            Review.objects.update_or_create(submission=submission, defaults=told)
        work.points, work.bonus = points, bonus if points is not None else 0

    @rule(which=DICE, number=NUMBERS, later=EXTENSIONS, hard=st.booleans(), penalised=st.booleans())
    def give_a_date(self, which: int, number: int, later: int | None, *, hard: bool, penalised: bool) -> None:
        person = self._person(which)
        rows = PersonalDate.objects.filter(assignment=self.assignments[number], student=person)
        rows.delete()
        self.book.personal.pop((person, number), None)
        if later is not None:
            own = self.book.personal[person, number] = Personal(DUE[number] + later, hard, penalised)
            PersonalDate.objects.create(
                assignment=self.assignments[number],
                student=self.people[person],
                due_at=oracle.at(own.due),
                is_hard=hard,
                is_penalised=penalised,
                reason="Illness",
                set_at=oracle.at(self.now),
            )
