"""What happens in a made-up course: who hands in what and when, what TAs make of it, how the exam goes.

Values only, the same each time for the same seed. The story of the whole term does not depend on the clock;
what has happened by a moment is its beginning, with a few scenes that make that very day worth looking at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from courseportal.demo.people import Habit
from courseportal.demo.texts import AGAIN, BETTER, BONUS, COMMENTS, QUESTION, TASKS, WORSE, TaskTexts
from schedule.rules import instant

STEP: Final = 50
"""TAs give points in halves."""


@dataclass(frozen=True, slots=True)
class Task:
    """An assignment as far as the story needs it."""

    number: int
    issued_at: datetime
    due_at: datetime
    closes_at: datetime | None
    max_score: int

    @property
    def texts(self) -> TaskTexts:
        return TASKS[(self.number - 1) % len(TASKS)]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a TA, counted from 0, made of an attempt; without points it is a question."""

    score: int | None
    bonus: int
    feedback: str
    assistant: int
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that was handed in; ``which`` counts this student's attempts at the task from 1."""

    email: str
    task: int
    which: int
    submitted_at: datetime
    comment: str = ""
    as_link: bool = False
    review: Judgement | None = None


def work_of(email: str, habit: Habit, tasks: Sequence[Task], zone: ZoneInfo, seed: str) -> list[Attempt]:
    """All that a student hands in during the term, with the reviews of it, in order of time for each task."""
    attempts: list[Attempt] = []
    for task in tasks:
        teller = _Teller(Random(f"{seed}/{email}/{task.number}"), email, habit, task, zone)  # noqa: S311
        attempts += teller.attempts()
    return attempts


class _Teller:
    """Tells how one student does one task."""

    def __init__(self, chance: Random, email: str, habit: Habit, task: Task, zone: ZoneInfo) -> None:
        self.chance, self.email, self.habit, self.task, self.zone = chance, email, habit, task, zone

    def attempts(self) -> list[Attempt]:
        chance, habit, task = self.chance, self.habit, self.task
        if task.number > habit.gives_up_after or chance.random() < habit.skips:
            return []
        first_at = self._late() if chance.random() < habit.late else self._in_time()
        share = min(1000, max(100, round(chance.gauss(habit.usual, habit.strays))))
        again = chance.random() < habit.tries_again
        first = Attempt(
            self.email,
            task.number,
            1,
            first_at,
            comment=chance.choice(COMMENTS) if chance.random() < 0.2 else "",
            as_link=chance.random() < 0.12,
        )
        if not again:
            graded_after = max(first_at, task.due_at)
            found = [replace(first, review=self._judge(share, graded_after))]
        else:
            better = chance.random() < 0.85
            lower = max(100, share - chance.randrange(150, 350))
            review = self._judge(lower if better else share, first_at)
            second_at = review.reviewed_at + timedelta(seconds=chance.randrange(10 * 3600, 60 * 3600))
            second = Attempt(self.email, task.number, 2, second_at, comment=chance.choice(AGAIN))
            told = chance.choice(BETTER if better else WORSE)
            later = self._judge(share if better else lower, second_at, feedback=told)
            found = [replace(first, review=review), replace(second, review=later)]
        return [each for each in found if task.closes_at is None or each.submitted_at <= task.closes_at]

    def _in_time(self) -> datetime:
        """Mostly the last evening; sometimes the last seconds, sometimes days ahead."""
        chance, task = self.chance, self.task
        span = (task.due_at - task.issued_at).total_seconds()
        if chance.random() < 0.03:
            return task.due_at - timedelta(seconds=chance.randrange(3))
        if chance.random() < self.habit.early:
            at = task.issued_at + timedelta(seconds=int(span * chance.uniform(0.12, 0.6)))
        else:
            at = task.due_at - timedelta(seconds=int(min(chance.expovariate(1 / 90_000) + 120, span * 0.6)))
        asleep = 3 <= at.astimezone(self.zone).hour < 9
        return at - timedelta(hours=6) if asleep else at

    def _late(self) -> datetime:
        """Some started days late; sometimes by one second."""
        if self.chance.random() < 0.05:
            return self.task.due_at + timedelta(seconds=1)
        days = self.chance.randint(1, self.habit.most_days_late)
        return self.task.due_at + timedelta(days=days - 1, seconds=self.chance.randrange(1800, 82_800))

    def _judge(self, share: int, after: datetime, feedback: str | None = None) -> Judgement:
        """A review on an evening of the days that follow; ``share`` is how good the work is, out of 1000."""
        chance, task = self.chance, self.task
        score = min(task.max_score, (share * task.max_score // 1000 + STEP // 2) // STEP * STEP)
        texts = task.texts
        kinds = texts.praise if share >= 900 else texts.remarks if share >= 700 else texts.faults
        told = feedback or chance.choice(kinds)
        bonus = chance.choice((50, 100)) if share >= 950 and chance.random() < 0.15 else 0
        day = after.astimezone(self.zone).date() + timedelta(days=chance.randint(1, 5))
        at = _at(day, time(18 + chance.randrange(5), chance.randrange(60), chance.randrange(60)), self.zone)
        told = f"{told}\n\n{BONUS}" if bonus else told
        return Judgement(score, bonus, told, chance.randrange(2), at)


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return instant(datetime.combine(day, clock), zone)


def happened_by(attempts: Iterable[Attempt], now: datetime) -> list[Attempt]:
    """The part of the story up to this moment: no work and no review from the future."""
    return [
        each if each.review is None or each.review.reviewed_at <= now else replace(each, review=None)
        for each in attempts
        if each.submitted_at <= now
    ]


def with_scenes(
    attempts: Sequence[Attempt], diligent: Sequence[str], tasks: Sequence[Task], now: datetime
) -> list[Attempt]:
    """The story so far and what makes today worth looking at, where a term is under way.

    Work handed in minutes ago, late work that waits, a second attempt on its way, a TA's question.
    ``diligent`` are the addresses of students who would do such things.
    """
    told = list(attempts)
    running = [task for task in tasks if task.issued_at <= now <= task.due_at]
    over = [task for task in tasks if task.due_at < now]
    if not running:
        return told
    for email, ago in zip(_without(told, running[-1], diligent), (25, 190), strict=False):
        told += _new(email, running[-1], now - timedelta(minutes=ago), 1)
    if over:
        last = over[-1]
        for email in _without(told, last, diligent)[:1]:
            told += _new(email, last, now - timedelta(hours=52), 1)
        once = [each for each in told if each.task == last.number and each.which == 1 and _is_weak(each)]
        for each in sorted(once, key=lambda each: each.email)[:2]:
            if not any(
                other.email == each.email and other.which == 2 for other in told if _same(other, each)
            ):
                told += _new(each.email, last, now - timedelta(hours=20), 2, comment=AGAIN[0])
    return _with_question(told, running[-1], now)


def _same(one: Attempt, other: Attempt) -> bool:
    return (one.email, one.task) == (other.email, other.task)


def _is_weak(attempt: Attempt) -> bool:
    return attempt.review is not None and attempt.review.score is not None and attempt.review.score < 700


def _without(told: Sequence[Attempt], task: Task, emails: Sequence[str]) -> list[str]:
    """Who has handed in nothing for this task."""
    done = {each.email for each in told if each.task == task.number}
    return [email for email in emails if email not in done]


def _new(email: str, task: Task, at: datetime, which: int, comment: str = "") -> list[Attempt]:
    """An attempt that waits, unless it would come before the task itself."""
    at = at.replace(microsecond=0)
    return [Attempt(email, task.number, which, at, comment=comment)] if at > task.issued_at else []


def _with_question(told: list[Attempt], task: Task, now: datetime) -> list[Attempt]:
    """A TA has asked something about the work that has waited longest, and given no points yet."""
    waiting = [each for each in told if each.task == task.number and each.review is None]
    asked_at = now.replace(microsecond=0) - timedelta(minutes=95)
    oldest = min(waiting, key=lambda each: (each.submitted_at, each.email), default=None)
    if oldest is None or oldest.submitted_at >= asked_at:
        return told
    asked = replace(oldest, review=Judgement(None, 0, QUESTION, 0, asked_at))
    return [asked if each is oldest else each for each in told]


@dataclass(frozen=True, slots=True)
class ExamDay:
    """One outcome of a student's exam."""

    email: str
    outcome: str
    recorded_at: datetime


def exam_of(
    email: str, outcomes: tuple[str, ...], window: tuple[date, date], zone: ZoneInfo, seed: str
) -> list[ExamDay]:
    """The exam in the middle of its window and, where there are two outcomes, a retake two weeks after it."""
    chance = Random(f"{seed}/{email}/exam")  # noqa: S311 - a story, no secret
    first, last = window
    days = (first + (last - first) / 2, last + timedelta(weeks=2))
    outcomes = outcomes or (chance.choices(("confirm", "raise", "lower"), (14, 3, 3))[0],)
    return [
        ExamDay(email, outcome, _at(day, time(11 + chance.randrange(6), chance.randrange(60)), zone))
        for day, outcome in zip(days, outcomes, strict=False)
    ]
