"""Everything that the portal says about a course otherwise than the plain book of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from grading.queries.deadlines import CourseDeadlines, course_deadlines
from grading.queries.gradebook import Result, Row, gradebook
from perks.queries.standing import GroupStanding, group_standings
from schedule.models import Assignment, Course
from tests.perks import oracle
from tests.perks.plain_book import Book
from tests.perks.plain_book import Result as PlainResult
from tests.perks.stage import Stage, what_is_left


def differences(
    book: Book, course: Course, stages: Sequence[Stage], assignments: Mapping[int, Assignment], now: int
) -> Iterator[str]:
    """Facts, standings of groups, terms and results, of both futures, of everybody in the course."""
    moment = oracle.at(now)
    deadlines = course_deadlines(course, moment)
    standings = {one.group_id: one for one in group_standings(course, moment)}
    for place, stage in enumerate(stages):
        yield from _different(f"facts of group {place}", what_is_left(stage), book.groups[place])
        yield from _of_standing(book, place, standings[stage.group.pk], assignments, now)
    rows = {row.student_id: row for row in gradebook(course, moment, deadlines=deadlines).rows}
    people = {person for place in range(len(stages)) for person in book.members(place, now)}
    yield from _different("who is in the gradebook", set(rows), people)
    for person in people & set(rows):
        yield from _of_terms(book, person, deadlines, assignments, now)
        yield from _of_results(book, person, rows[person], stages, now)


def _different(what: str, said: object, true: object) -> Iterator[str]:
    if said != true:
        yield f"{what}: the portal says {said}, plain Python {true}"


def _of_standing(
    book: Book, place: int, standing: GroupStanding, assignments: Mapping[int, Assignment], now: int
) -> Iterator[str]:
    group = book.groups[place]
    true = {
        number: (one.participants, one.covered, one.complete, one.pending)
        for number, one in book.course.answers(group.papers).items()
    }
    said = {
        one.rule.number: (one.participants, frozenset(one.covered), one.complete, one.pending)
        for one in standing.activities
    }
    yield from _different(f"activities of group {place}", said, true)
    yield from _different(f"perk of group {place}", standing.earned, book.course.earned(group))
    move = standing.move
    asked = move and ({n for n, one in assignments.items() if one.pk in move.assignments}, move.state.value)
    stands = (set(group.asked), book.course.state(group, now)) if group.asked else None
    yield from _different(f"request of group {place}", asked, stands)


def _of_terms(
    book: Book, person: int, deadlines: CourseDeadlines, assignments: Mapping[int, Assignment], now: int
) -> Iterator[str]:
    for number, assignment in assignments.items():
        terms = deadlines.terms(assignment.pk, person)
        what = f"of {person} on {number}"
        due, price = book.shown_due(person, number, now), book.price(person, number, now, now)
        said = terms.prices.penalty_at(oracle.at(now))
        yield from _different(f"deadline {what}", oracle.seconds(terms.due_at), due)
        yield from _different(f"price now {what}", said, price and min(price, assignment.max_score))
        may_move = book.asks(person, number) and book.state(person, now) == "provisional"
        yield from _different(f"two futures {what}", terms.if_earned is not None, may_move)
        if terms.if_earned:
            then = book.price(person, number, now, now, "if earned")
            said = terms.if_earned.prices.penalty_at(oracle.at(now))
            yield from _different(f"price if earned {what}", said, then and min(then, assignment.max_score))
            loses = price is not None and then is None
            yield from _different(f"warning {what}", terms.would_not_count(oracle.at(now)), loses)


def _of_results(book: Book, person: int, row: Row, stages: Sequence[Stage], now: int) -> Iterator[str]:
    place = book.group_of(person)
    yield from _different(
        f"group of {person}", row.group, None if place is None else stages[place].group.name
    )
    now_said = _plain(Result(row.scores, row.standing))
    yield from _different(f"result of {person}", now_said, book.result(person, now))
    then_said = row.if_earned and _plain(row.if_earned)
    yield from _different(f"result of {person} if earned", then_said, book.if_earned(person, now))


def _plain(result: Result) -> PlainResult:
    standing = result.standing
    return result.scores, standing.total, standing.passed, standing.accumulated.code
