"""A student's attempts at an assignment: what was handed in, what each is worth, which one counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from grading.archives import is_archive
from grading.models import Submission, SubmissionFile
from grading.previews import has_preview
from grading.queries.deadlines import Terms
from grading.rules import Graded, Mark, best_of, mark
from schedule.markdown import render_markdown


class AttemptState(StrEnum):
    """What has become of one attempt."""

    WAITING = "waiting"
    """No TA has given points yet."""
    COUNTS = "counts"
    """Its result is the assignment's score."""
    SURPASSED = "surpassed"
    """It has points, and another attempt gives as many or more."""
    TOO_LATE = "too_late"
    """It came after the last moment at which work was accepted, and counts for nothing."""
    AFTER_MOVE = "after_move"
    """It came after the hard deadline to which the group has moved the assignment."""

    @property
    def words(self) -> str:
        """The state in a few words."""
        titles = {
            AttemptState.WAITING: _("waits for review"),
            AttemptState.COUNTS: _("this one counts"),
            AttemptState.SURPASSED: _("graded, another one counts"),
            AttemptState.TOO_LATE: _("came too late to count"),
            AttemptState.AFTER_MOVE: _("does not count: came after the moved deadline"),
        }
        return titles[self]


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of an attempt. ``same_as`` is the number of the first earlier attempt with the same bytes."""

    id: int
    name: str
    size: int
    sha256: str
    same_as: int | None

    @property
    def is_archive(self) -> bool:
        """Whether its contents can be listed (``grading:contents``)."""
        return is_archive(self.name)

    @property
    def has_preview(self) -> bool:
        """Whether it may be read on a page (``grading:contents``)."""
        return has_preview(self.name)


@dataclass(frozen=True, slots=True)
class IfEarned:
    """What an attempt becomes once the group has earned the perk. Points and prices are hundredths.

    ``price`` is what lateness costs then, None where the attempt would not count; ``mark`` is None while no
    points are given.
    """

    price: int | None
    mark: Mark | None

    def differs_from(self, price: int | None, mark: Mark | None) -> bool:
        """Whether that is something else than the price and the mark as things stand."""
        if mark is None or self.mark is None:
            return self.price != price
        return self.mark.result != mark.result


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, as its student and the TAs see it. Points and prices are hundredths.

    ``number`` counts the attempts at the assignment from one, by time. ``price`` is what lateness cost at the
    moment of handing in, None where work was no longer accepted then. ``mark`` has the three numbers
    (``score - penalty``, plus ``bonus``, is ``result``; no ``result`` where it came too late), None while no
    points are given. ``is_pointed_to``
    is true for the one attempt the TA should look at. ``feedback`` is safe HTML, empty where there is none.
    ``if_earned`` is there while the group's request for this assignment is provisional, and
    ``counts_if_earned`` says whether its result would be the assignment's score then. ``would_not_count``: it
    counts, but will not if the perk is earned, having come after the date that the group asked for.
    """

    id: int
    number: int
    receipt: str
    submitted_at: datetime
    link: str
    comment: str
    files: tuple[FileLine, ...]
    price: int | None
    days_late: int
    mark: Mark | None
    feedback: SafeString
    reviewer: str
    reviewed_at: datetime | None
    state: AttemptState
    is_pointed_to: bool
    would_not_count: bool = False
    if_earned: IfEarned | None = None
    counts_if_earned: bool = False

    @property
    def differs(self) -> bool:
        """Whether the perk, once earned, makes something else of it than what it is now."""
        return self.if_earned is not None and self.if_earned.differs_from(self.price, self.mark)

    @property
    def counts(self) -> bool:
        """Whether the assignment's score is this attempt's result."""
        return self.state is AttemptState.COUNTS

    @property
    def is_waiting(self) -> bool:
        """Whether a TA has yet to give points."""
        return self.mark is None


def attempts_of(student_id: int, assignment_id: int, terms: Terms) -> tuple[Attempt, ...]:
    """All attempts of a student at an assignment, the first one first, in two statements."""
    submissions = list(
        Submission.objects.filter(student_id=student_id, assignment_id=assignment_id)
        .in_order()
        .select_related("review__reviewer")
    )
    return describe_attempts(submissions, _files_of(submissions), terms)


def describe_attempts(
    submissions: Sequence[Submission], files: Iterable[SubmissionFile], terms: Terms
) -> tuple[Attempt, ...]:
    """The same for rows that are already here: one student's submissions, in order, with their reviews."""
    marks = [_mark_of(submission, terms) for submission in submissions]
    counting = counting_place(submissions, terms)
    counting_then = counting_place(submissions, terms.if_earned) if terms.if_earned else None
    pointed = pointed_place([(one.submitted_at, one.chosen_at) for one in submissions])
    lines = _file_lines(submissions, files)
    return tuple(
        _attempt(
            submission,
            terms,
            number=place + 1,
            files=lines[submission.pk],
            points=marks[place],
            state=_state(submission, marks[place], terms, place == counting),
            is_pointed_to=place == pointed,
            counts_if_earned=place == counting_then,
        )
        for place, submission in enumerate(submissions)
    )


def if_earned(submission: Submission, terms: Terms) -> IfEarned | None:
    """What a submission becomes with the perk; None unless the group's request is provisional."""
    if terms.if_earned is None:
        return None
    price = terms.if_earned.prices.penalty_at(submission.submitted_at)
    return IfEarned(price, _mark_of(submission, terms.if_earned))


def counting_place(submissions: Sequence[Submission], terms: Terms) -> int | None:
    """The place of the attempt whose result is the assignment's score, None where nothing graded counts."""
    graded = [
        (place, work) for place, one in enumerate(submissions) if (work := graded_work(one)) is not None
    ]
    works = [work for _place, work in graded]
    best = best_of(works, terms.prices)
    return next((place for place, work in graded if work is best), None)


def pointed_place(times: Sequence[tuple[datetime, datetime | None]]) -> int | None:
    """The place of the attempt that the TA should look at, given when each was handed in and pointed to.

    It is the one the student touched last, by handing it in or by pointing to it; without a word from the
    student the latest, and a new attempt is looked at unless the student then points back.
    """
    if not times:
        return None
    touched = [max(handed_in, pointed or handed_in) for handed_in, pointed in times]
    return max(range(len(times)), key=lambda place: (touched[place], place))


def graded_work(submission: Submission) -> Graded | None:
    """The points of a submission as a value for the rules; None while it has none."""
    review = getattr(submission, "review", None)
    if review is None or review.score is None:
        return None
    return Graded(submission.submitted_at, review.score, review.bonus)


def _mark_of(submission: Submission, terms: Terms) -> Mark | None:
    work = graded_work(submission)
    return None if work is None else mark(work, terms.prices)


def _state(submission: Submission, points: Mark | None, terms: Terms, counts: bool) -> AttemptState:
    if counts:
        return AttemptState.COUNTS
    if terms.prices.penalty_at(submission.submitted_at) is None:
        is_moved = terms.move is not None and terms.move.is_active
        return AttemptState.AFTER_MOVE if is_moved else AttemptState.TOO_LATE
    return AttemptState.WAITING if points is None else AttemptState.SURPASSED


def _attempt(
    submission: Submission,
    terms: Terms,
    *,
    number: int,
    files: tuple[FileLine, ...],
    points: Mark | None,
    state: AttemptState,
    is_pointed_to: bool,
    counts_if_earned: bool,
) -> Attempt:
    review = getattr(submission, "review", None)
    step = terms.prices.step_at(submission.submitted_at)
    return Attempt(
        id=submission.pk,
        number=number,
        receipt=submission.receipt,
        submitted_at=submission.submitted_at,
        link=submission.link,
        comment=submission.comment,
        files=files,
        price=None if step is None else step.penalty,
        days_late=terms.prices.days_late_at(submission.submitted_at),
        mark=points,
        feedback=render_markdown(review.feedback) if review else SafeString(""),
        reviewer=str(review.reviewer or "") if review else "",
        reviewed_at=review.reviewed_at if review else None,
        state=state,
        is_pointed_to=is_pointed_to,
        would_not_count=terms.would_not_count(submission.submitted_at),
        if_earned=if_earned(submission, terms),
        counts_if_earned=counts_if_earned,
    )


def _files_of(submissions: Sequence[Submission]) -> list[SubmissionFile]:
    ids = [submission.pk for submission in submissions]
    return list(SubmissionFile.objects.filter(submission__in=ids).order_by("position"))


def _file_lines(
    submissions: Sequence[Submission], files: Iterable[SubmissionFile]
) -> dict[int, tuple[FileLine, ...]]:
    """By submission: its files, those of earlier attempts recognised by their bytes."""
    by_submission: dict[int, list[SubmissionFile]] = defaultdict(list)
    for file in files:
        by_submission[file.submission_id].append(file)
    seen: dict[str, int] = {}
    lines: dict[int, tuple[FileLine, ...]] = {}
    for number, submission in enumerate(submissions, start=1):
        own = by_submission[submission.pk]
        lines[submission.pk] = tuple(
            FileLine(file.pk, file.name, file.size, file.sha256, seen.get(file.sha256)) for file in own
        )
        for file in own:
            seen.setdefault(file.sha256, number)
    return lines
