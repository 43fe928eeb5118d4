"""The demo's two courses: the real one, finished, and its copy placed around today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from random import Random
from typing import Final

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.db import transaction

from courseportal.actions import load_course
from courseportal.course_file import CourseDefinition
from courseportal.course_file.stored import stored_definition
from courseportal.demo.files import files_of
from courseportal.demo.notices import add_notices
from courseportal.demo.people import (
    ASSISTANTS,
    LANGUAGE,
    LAST_YEAR,
    LECTURER,
    THIS_YEAR,
    Cohort,
    Habits,
    Student,
    email_of,
)
from courseportal.demo.placing import running_course
from courseportal.demo.rest import Rest, rest_by
from courseportal.demo.rest_rows import keep_rest, record_rest
from courseportal.demo.rest_stories import LAST_YEARS, THIS_YEARS
from courseportal.demo.story import (
    Attempt,
    ExamDay,
    Task,
    exam_of,
    happened_by,
    with_scenes,
    work_of,
)
from grading.actions.telling import remember
from grading.models import SUBMISSIONS, ExamResult, Review, Submission, SubmissionFile
from grading.models.submissions import RECEIPT_ALPHABET
from people.audit import audited
from people.models import User
from people.storage import KeptFile, durable_storage
from perks.actions.keeping import KeptPhoto, forget_photos
from schedule.models import Assignment, Course, Enrolment, Role, StudyGroup
from schedule.rules import instant

GIVES_UP: Final = {Habits.FADING, Habits.CHOOSY}


class NotOurs(Exception):
    """The demo would touch a course or an account that it has not made; nothing was changed."""


@dataclass(frozen=True, slots=True)
class MadeCourse:
    """A course of the demo; ``is_new`` is false where it was there already."""

    slug: str
    is_new: bool
    students: int
    works: int


def make_demo(*, definition: CourseDefinition, now: datetime, password: str | None) -> list[MadeCourse]:
    """Make what is missing of the demo: the defined course, finished, and its copy around ``now``.

    Made-up people sign in with ``password``; with None nobody can. Courses that are there with their
    made-up people stay as they are. All of it is made or nothing. Raises NotOurs for a course or an account
    that is not the demo's.
    """
    target_at = definition.extension.target_at if definition.extension else now
    years = (
        (definition, LAST_YEAR, LAST_YEARS, target_at),
        (running_course(definition, now), THIS_YEAR, THIS_YEARS, now),
    )
    makers = [
        _Maker(course, cohort, now, password, rest_by(now, course, cohort, stories, told_from=told_from))
        for course, cohort, stories, told_from in years
    ]
    for maker in makers:
        maker.check()
    try:
        for maker in makers:
            maker.keep_files()
        with transaction.atomic():  # both or none: whoever was stopped half-way begins again
            return [maker.make() for maker in makers]
    except BaseException:
        for maker in makers:
            maker.forget_files()
        raise


def is_the_demos(course: Course) -> bool:
    """Whether everybody in this course is made up; a course without people is not, it may become real."""
    people = Enrolment.objects.filter(course=course)
    return people.exists() and not people.filter(person__is_demo=False).exists()


class _Maker:
    """Makes one course with its people and all that they have done by now."""

    def __init__(
        self, definition: CourseDefinition, cohort: Cohort, now: datetime, password: str | None, rest: Rest
    ) -> None:
        self.definition, self.cohort, self.now, self.password = definition, cohort, now, password
        self.rest = rest
        self.slug, self.zone = definition.course.slug, definition.course.zone
        self.names = {email_of(each.name): each.name for group in cohort.groups for each in group.students}
        self.everybody = self.names | {email_of(name): name for name in (LECTURER, *ASSISTANTS)}
        self.attempts: list[Attempt] = []
        self.exams: list[ExamDay] = []
        self.files: list[list[ContentFile[bytes]]] = []
        self.kept: list[KeptFile] = []
        self.photos: list[KeptPhoto] = []

    def check(self) -> None:
        """NotOurs where making the course would touch what the demo has not made."""
        self._there()
        self._accounts()

    def keep_files(self) -> None:
        """Tell the story and keep its files, unless the course is there."""
        if self._there():
            return
        self.attempts, self.exams = self._story()
        self.files = [self._files(each) for each in self.attempts]
        self.kept = durable_storage().keep([file for each in self.files for file in each], under=SUBMISSIONS)
        self.photos = keep_rest(self.rest, self.definition, self.now)

    def forget_files(self) -> None:
        """Take back what was kept for rows that are not there."""
        durable_storage().forget(file.path for file in self.kept)
        forget_photos(self.photos)

    def make(self) -> MadeCourse:
        """The course's rows, made unless they are there. Call it in a transaction."""
        if there := self._there():
            self.forget_files()
            return there
        load_course(definition=self.definition, now=self.now)
        course = Course.objects.get(slug=self.slug)
        if there := self._there():  # somebody else made it meanwhile
            self.forget_files()
            return there
        people = self._people()
        self._enrol(course, people)
        self._hand_in(course, people)
        self._examine(course, people)
        record_rest(self.rest, self.photos, self.definition, course, people)
        remember(course, self.now)
        if self.cohort is THIS_YEAR:
            add_notices(course, self.cohort.groups[0], people, self.now)
        return MadeCourse(self.slug, True, len(self.names), len(self.attempts))

    def _there(self) -> MadeCourse | None:
        """The course where it is there with its people; None where it can be made. NotOurs for another's."""
        course = Course.objects.filter(slug=self.slug).first()
        if course is None:
            return None
        if not Enrolment.objects.filter(course=course).exists():
            if stored_definition(course) != self.definition:
                raise NotOurs(f"there is a course {self.slug} already that the demo has not made")
            return None
        if not is_the_demos(course):
            raise NotOurs(f"there are real people in the course {self.slug}")
        students = Enrolment.objects.students().filter(course=course).count()
        works = Submission.objects.filter(assignment__course=course).count()
        return MadeCourse(self.slug, False, students, works)

    def _story(self) -> tuple[list[Attempt], list[ExamDay]]:
        tasks = self._tasks()
        students = [each for group in self.cohort.groups for each in group.students]
        work = [
            attempt
            for each in students
            for attempt in work_of(email_of(each.name), each.habits.value, tasks, self.zone, self.slug)
        ]
        diligent = [email_of(each.name) for each in students if each.habits not in GIVES_UP]
        told = with_scenes(happened_by(work, self.now), diligent, tasks, self.now)
        told.sort(key=lambda each: (each.submitted_at, each.email, each.task))
        return told, self._exams(students)

    def _exams(self, students: Sequence[Student]) -> list[ExamDay]:
        exam = self.definition.exam
        if exam is None:
            return []
        window = (exam.not_before_on, exam.not_after_on)
        return [
            day
            for each in students
            for day in exam_of(email_of(each.name), each.exam, window, self.zone, self.slug)
            if day.recorded_at <= self.now
        ]

    def _tasks(self) -> list[Task]:
        """An assignment is out when the class it is given at is over, else at noon of its day."""
        ends = {each.key: each.ends_at for each in self.definition.classes}
        return [
            Task(
                each.number,
                ends.get(each.given_at_class or "")
                or instant(datetime.combine(each.issued_on, time(12)), self.zone),
                each.due_at,
                each.closes_at,
                each.max_score,
            )
            for each in self.definition.assignments
        ]

    def _files(self, attempt: Attempt) -> list[ContentFile[bytes]]:
        assignment = next(each for each in self.definition.assignments if each.number == attempt.task)
        if (attempt.as_link and assignment.takes_link) or not assignment.takes_files:
            return []
        return files_of(attempt, self.names[attempt.email], assignment.suffixes, self.slug)

    def _people(self) -> dict[str, User]:
        """Everybody's account by address, made where there is none."""
        known = self._accounts()
        secret = make_password(self.password)  # slow on purpose, so once for all
        made = User.objects.bulk_create(
            User(email=email, name=name, password=secret, is_demo=True, seen_language=LANGUAGE)
            for email, name in self.everybody.items()
            if email not in known
        )
        return known | {user.email: user for user in made}

    def _accounts(self) -> dict[str, User]:
        """The accounts that are there, by address. NotOurs where a real person has one of them."""
        known = {user.email: user for user in User.objects.filter(email__in=self.everybody)}
        if real := sorted(email for email, user in known.items() if not user.is_demo):
            raise NotOurs(f"{real[0]} is a real person's account")
        return known

    def _enrol(self, course: Course, people: Mapping[str, User]) -> None:
        roles = [(LECTURER, Role.LECTURER), *((name, Role.ASSISTANT) for name in ASSISTANTS)]
        rows = [Enrolment(person=people[email_of(name)], course=course, role=role) for name, role in roles]
        for group in self.cohort.groups:
            row = StudyGroup.objects.create(course=course, name=group.name)
            rows += [
                Enrolment(
                    person=people[email_of(each.name)],
                    course=course,
                    group=row,
                    role=Role.REPRESENTATIVE if each.name == group.representative else Role.STUDENT,
                )
                for each in group.students
            ]
        Enrolment.objects.bulk_create(rows)

    def _hand_in(self, course: Course, people: Mapping[str, User]) -> None:
        assignments = {each.number: each for each in Assignment.objects.filter(course=course)}
        letters = Random(f"{self.slug}/receipts")  # noqa: S311 - receipts of nobody
        works = Submission.objects.bulk_create(
            Submission(
                receipt="-".join("".join(letters.choices(RECEIPT_ALPHABET, k=4)) for _part in range(3)),
                assignment=assignments[each.task],
                student=people[each.email],
                submitted_at=each.submitted_at,
                comment=each.comment,
                link="" if mine else f"https://example.org/{each.email.split('@')[0]}/task-{each.task}",
            )
            for each, mine in zip(self.attempts, self.files, strict=True)
        )
        places = [
            (work, position, file)
            for work, mine in zip(works, self.files, strict=True)
            for position, file in enumerate(mine, start=1)
        ]
        SubmissionFile.objects.bulk_create(
            SubmissionFile(
                submission=work,
                position=position,
                name=file.name or "",
                size=one.size,
                sha256=one.sha256,
                path=one.path,
            )
            for (work, position, file), one in zip(places, self.kept, strict=True)
        )
        self._review(people, works)

    def _review(self, people: Mapping[str, User], works: Sequence[Submission]) -> None:
        """Each TA writes their own reviews, so that the audit names them."""
        for number, name in enumerate(ASSISTANTS):
            assistant = people[email_of(name)]
            with audited(by=assistant):
                Review.objects.bulk_create(
                    Review(
                        submission=work,
                        score=each.review.score,
                        bonus=each.review.bonus,
                        feedback=each.review.feedback,
                        reviewer=assistant,
                        reviewed_at=each.review.reviewed_at,
                    )
                    for each, work in zip(self.attempts, works, strict=True)
                    if each.review is not None and each.review.assistant == number
                )

    def _examine(self, course: Course, people: Mapping[str, User]) -> None:
        lecturer = people[email_of(LECTURER)]
        with audited(by=lecturer):
            ExamResult.objects.bulk_create(
                ExamResult(
                    course=course,
                    student=people[each.email],
                    outcome=each.outcome,
                    recorded_at=each.recorded_at,
                    recorded_by=lecturer,
                )
                for each in self.exams
            )
