"""Handing in: work is kept, in full, as of the second of its arrival; or it is refused, in words."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grading.actions.settling import settle_handed_in
from grading.messages.receipt import receipt_facts
from grading.models import SUBMISSIONS, Submission, SubmissionFile
from grading.names import safe_name
from grading.queries.deadlines import Terms, course_deadlines, is_issued
from grading.queries.work import HandIn, hand_in_state
from people.actions.outbox import write
from people.models import User
from people.storage import KeptFile, NotSaved, durable_storage
from people.uploads import arrived_sha256
from schedule.access import student_enrolment
from schedule.models import Assignment
from schedule.wording import size_text

MAX_COMMENT = 10_000
MAX_LINK = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field of the form (files, link, comment), or with the work as a whole (None)."""

    field: str | None
    message: str


class Refused(Exception):
    """Nothing was handed in: the work is not fit for this assignment. ``problems`` say why, all at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class NotOpen(Exception):
    """Nothing was handed in: this person may not hand in this assignment now.

    ``state`` says why, ``terms`` which dates hold for the person.
    """

    def __init__(self, state: HandIn, terms: Terms) -> None:
        super().__init__(state.value)
        self.state = state
        self.terms = terms


class FormUsed(Exception):
    """Nothing was handed in: this form has handed in something else before, ``submission``."""

    def __init__(self, submission: Submission) -> None:
        super().__init__(submission.receipt)
        self.submission = submission


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A submission, and what lateness costs it, in hundredths.

    ``is_new`` is false where the same form had handed it in before; the price is then not said again.
    """

    submission: Submission
    is_new: bool
    price: int | None = None


def hand_in(
    *,
    assignment: Assignment,
    by: User,
    now: datetime,
    form_token: uuid.UUID,
    files: Sequence[UploadedFile[Any]] = (),
    link: str = "",
    comment: str = "",
) -> HandedIn:
    """Keep a student's work as handed in at ``now``, the moment of its arrival.

    The files are on the disk before any row says so. The same ``form_token`` with the same work gives the
    same submission again, also when two posts of a form race. Raises NotOpen, Refused or FormUsed where
    nothing is handed in, NotSaved where the disk does not keep the files.
    """
    work = _Work(
        assignment, by, now.replace(microsecond=0), form_token, tuple(files), link.strip(), comment.strip()
    )
    if (earlier := work.earlier()) is not None:
        return HandedIn(work.checked_same(earlier), is_new=False)
    terms = _terms_if_open(assignment, by, work.arrived_at)
    if problems := problems_of(assignment, work.files, work.link, work.comment):
        raise Refused(problems)
    storage = durable_storage()
    kept = storage.keep(work.files, under=SUBMISSIONS)
    certain = True
    try:
        with transaction.atomic(durable=True):
            submission = work.record(kept, terms)
            certain = False
    except IntegrityError as error:
        storage.forget(file.path for file in kept)
        if (earlier := work.earlier()) is None:  # what it was for has gone meanwhile
            raise NotSaved from error
        return HandedIn(work.checked_same(earlier), is_new=False)
    except BaseException:
        # A commit that broke off may have happened all the same: the housekeeping finds out later.
        if certain:
            storage.forget(file.path for file in kept)
        raise
    return HandedIn(submission, is_new=True, price=terms.prices.penalty_at(work.arrived_at))


@dataclass(frozen=True, slots=True)
class _Work:
    """What one post of a form brought."""

    assignment: Assignment
    student: User
    arrived_at: datetime
    form_token: uuid.UUID
    files: tuple[UploadedFile[Any], ...]
    link: str
    comment: str

    def earlier(self) -> Submission | None:
        """What the same form has handed in before."""
        return Submission.objects.filter(student=self.student, form_token=self.form_token).first()

    def checked_same(self, earlier: Submission) -> Submission:
        """The earlier submission of this form; FormUsed where this post brought something else."""
        before = [(file.name, file.size, file.sha256) for file in earlier.files.order_by("position")]
        brought = [(safe_name(file.name or ""), file.size, arrived_sha256(file)) for file in self.files]
        typed = (self.assignment.pk, self.link, self.comment)
        if (earlier.assignment_id, earlier.link, earlier.comment) != typed or before != brought:
            raise FormUsed(earlier)
        return earlier

    def record(self, kept: Sequence[KeptFile], terms: Terms) -> Submission:
        """Write the rows, and the letter with the receipt."""
        submission = Submission.objects.create(
            assignment=self.assignment,
            student=self.student,
            submitted_at=self.arrived_at,
            link=self.link,
            comment=self.comment,
            form_token=self.form_token,
        )
        files = SubmissionFile.objects.bulk_create(
            SubmissionFile(
                submission=submission,
                position=position,
                name=safe_name(file.name or ""),
                size=one.size,
                sha256=one.sha256,
                path=one.path,
            )
            for position, (file, one) in enumerate(zip(self.files, kept, strict=True), start=1)
        )
        write(
            kind="receipt",
            to=[self.student.pk],
            key=submission.receipt,
            facts=receipt_facts(submission, files, terms),
            zone=self.assignment.course.time_zone,
            now=self.arrived_at,
            scope=self.assignment.course.slug,
        )
        settle_handed_in(self.assignment.course, {(self.student.pk, self.assignment.pk)}, self.arrived_at)
        return submission


def _terms_if_open(assignment: Assignment, student: User, now: datetime) -> Terms:
    """The terms on which the student may hand in at ``now``. Raises NotOpen where they may not."""
    course = assignment.course
    terms = course_deadlines(course, now, students=[student.pk]).terms(assignment.pk, student.pk)
    studies = student_enrolment(student, course) is not None
    issued = is_issued(assignment.issued_on, course.zone, now)
    state = hand_in_state(studies=studies, issued=issued, terms=terms, now=now)
    if state is not HandIn.OPEN:
        raise NotOpen(state, terms)
    return terms


def problems_of(
    assignment: Assignment, files: Sequence[UploadedFile[Any]], link: str, comment: str
) -> list[Problem]:
    """Everything that is wrong with work for an assignment, in the words shown to the student."""
    problems = [Problem("files", message) for message in _problems_of_files(assignment, files)]
    if link:
        if not assignment.takes_link:
            problems.append(Problem("link", _("This assignment takes no links.")))
        elif not _is_web_address(link):
            problems.append(Problem("link", _("Write an address that begins with https:// or http://.")))
    if len(comment) > MAX_COMMENT or not _is_plain(comment):
        message = _("A comment is plain text of at most %(count)d characters.")
        problems.append(Problem("comment", message % {"count": MAX_COMMENT}))
    if not files and not link:
        problems.append(Problem(None, _nothing_here(assignment)))
    return problems


def _nothing_here(assignment: Assignment) -> str:
    if assignment.takes_files and assignment.takes_link:
        return _("There is nothing to hand in yet: choose files or give a link.")
    if assignment.takes_files:
        return _("There is nothing to hand in yet: choose files.")
    return _("There is nothing to hand in yet: give a link.")


def _problems_of_files(assignment: Assignment, files: Sequence[UploadedFile[Any]]) -> list[str]:
    if not files:
        return []
    if not assignment.takes_files:
        return [_("This assignment takes no files, only a link.")]
    problems = []
    if len(files) > assignment.max_files:
        problems.append(
            ngettext(
                "%(sent)d files; at most %(limit)d file is taken.",
                "%(sent)d files; at most %(limit)d files are taken.",
                assignment.max_files,
            )
            % {"sent": len(files), "limit": assignment.max_files}
        )
    sent = sum(file.size or 0 for file in files)
    if sent > assignment.max_bytes:
        sizes = {"sent": size_text(sent, up=True), "limit": size_text(assignment.max_bytes)}
        problems.append(_("The files come to %(sent)s together; the limit is %(limit)s.") % sizes)
    for file in files:
        name = safe_name(file.name or "")
        if not file.size:
            problems.append(_("“%(name)s” is empty.") % {"name": name})
        if not name.lower().endswith(tuple(assignment.suffixes)):
            kinds = {"name": name, "kinds": ", ".join(assignment.suffixes)}
            problems.append(_("“%(name)s” is of a kind that is not taken here. Taken are %(kinds)s.") % kinds)
    return problems


def _is_plain(text: str) -> bool:
    """Whether a database can store the text: no NUL, no half of a character."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _is_web_address(link: str) -> bool:
    try:
        URLValidator(schemes=["http", "https"])(link)
    except ValidationError:
        return False
    return len(link) <= MAX_LINK and link.isprintable()
