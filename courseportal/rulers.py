"""Geometry of the rulers: where dates, points and prices stand on a line.

Pure functions from values to frozen dataclasses; the tags of ``courseportal.templatetags.portal`` draw them
as SVG. A position along the line is text in per cent ("37.27%"), made from integers and never localised,
so that the drawings need no ``viewBox`` and their type keeps its size at every width. Heights are in pixels.
Points and costs are integers of hundredths of a point.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MARK_GAP = 700
"""Marks closer than this (in hundredths of a per cent) do not fit beside each other on a phone."""

LABEL_GAP = 800
LABEL_LINE_WIDTH = 288
"""The narrowest ruler in pixels: labels that collide there are set on a second line."""

TARGET_GAP = 2400
"""A label of two words and one of one word do not fit beside each other when they are closer than this."""

LETTER_WIDTH = 8
MARK_STEP = 26
LABEL_STEP = 16


def hundredths_of_percent(part: int, whole: int) -> int:
    """``part`` of ``whole`` in hundredths of a per cent, rounded half up and kept between 0 and 10000."""
    if whole <= 0:
        return 0
    return min(10_000, max(0, (part * 20_000 + whole) // (2 * whole)))


def as_percent(hundredths: int) -> str:
    """3727 as ``"37.27%"``: always a full stop, whatever the language of the page."""
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def anchor_at(position: int) -> str:
    """How a text at this position (hundredths of a per cent) is anchored so that it stays on the ruler."""
    if position < LABEL_GAP:
        return "start"
    return "end" if position > 10_000 - LABEL_GAP else "middle"


@dataclass(frozen=True)
class TermMark:
    """One thing on the term ruler: its short label, its day, and its state (done, late, open or waiting)."""

    label: str
    on: date
    state: str


@dataclass(frozen=True)
class PlacedMark:
    """A term mark with its place; a lifted mark stands on a stem above the line."""

    label: str
    state: str
    x: str
    y: int
    lifted: bool


@dataclass(frozen=True)
class MonthTick:
    """The first day of a month on the ruler; ``labelled`` is false where two names would run together."""

    on: date
    x: str
    labelled: bool


@dataclass(frozen=True)
class TermRuler:
    """A term as a line: weeks, months, marks, and today where it falls inside."""

    height: int
    axis_y: int
    elapsed: str
    weeks: tuple[str, ...]
    months: tuple[MonthTick, ...]
    marks: tuple[PlacedMark, ...]
    today_x: str | None
    today_anchor: str
    today_y: int = 16
    target_x: str | None = None
    target_anchor: str = "middle"


def _months(starts_on: date, ends_on: date, days: int) -> tuple[MonthTick, ...]:
    ticks: list[tuple[date, int]] = [(starts_on, 0)]
    day = (starts_on.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= ends_on:
        ticks.append((day, hundredths_of_percent((day - starts_on).days, days)))
        day = (day + timedelta(days=32)).replace(day=1)
    limits = [place for _, place in ticks[1:]] + [10_000]
    return tuple(
        MonthTick(on=day, x=as_percent(place), labelled=limit - place >= LABEL_GAP)
        for (day, place), limit in zip(ticks, limits, strict=True)
    )


def _placed_marks(marks: Sequence[TermMark], starts_on: date, days: int) -> list[tuple[TermMark, int, int]]:
    """Each mark, its place and its level: 0 on the line, 1 and more above it where marks would overlap."""
    last_at_level: list[int] = []
    placed: list[tuple[TermMark, int, int]] = []
    for mark in sorted(marks, key=lambda one: one.on):
        place = hundredths_of_percent((mark.on - starts_on).days, days)
        level = next(
            (number for number, last in enumerate(last_at_level) if place - last >= MARK_GAP),
            len(last_at_level),
        )
        last_at_level[level : level + 1] = [place]
        placed.append((mark, place, level))
    return placed


def term_ruler(
    *, starts_on: date, ends_on: date, today: date, marks: Sequence[TermMark], target: date | None = None
) -> TermRuler:
    """The term from its first to its last day (both included) with ``marks`` and ``today``.

    ``target`` is the day to which deadlines may yet move; its label stands above that of a near today.
    """
    days = max(1, (ends_on - starts_on).days)
    placed = _placed_marks(marks, starts_on, days)
    lift = MARK_STEP * max((level for _, _, level in placed), default=0)
    now = hundredths_of_percent((today - starts_on).days, days)
    inside = starts_on <= today <= ends_on
    may = hundredths_of_percent((target - starts_on).days, days) if target else 0
    is_near = target is not None and inside and abs(may - now) < TARGET_GAP
    axis_y = 48 + lift + (LABEL_STEP if is_near else 0)
    return TermRuler(
        height=axis_y + 44,
        axis_y=axis_y,
        elapsed=as_percent(now),
        weeks=tuple(
            as_percent(hundredths_of_percent(day, days)) for day in range(7 - starts_on.weekday(), days, 7)
        ),
        months=_months(starts_on, ends_on, days),
        marks=tuple(
            PlacedMark(mark.label, mark.state, as_percent(place), axis_y - level * MARK_STEP, level > 0)
            for mark, place, level in placed
        ),
        today_x=as_percent(now) if inside else None,
        today_anchor=anchor_at(now),
        today_y=16 + LABEL_STEP if is_near else 16,
        target_x=as_percent(may) if target and starts_on <= target <= ends_on else None,
        target_anchor="end" if may > 10_000 - TARGET_GAP else "middle",
    )


@dataclass(frozen=True)
class Threshold:
    """A grade's lower bound in hundredths of a point, and the grade's short name."""

    points: int
    label: str


@dataclass(frozen=True)
class PlacedThreshold:
    """A threshold with its place; ``label_y`` is the baseline of its name above the bar."""

    points: int
    label: str
    x: str
    anchor: str
    label_y: int
    reached: bool


@dataclass(frozen=True)
class RulerTick:
    """A division of a points ruler."""

    x: str
    long: bool


@dataclass(frozen=True)
class StandingRuler:
    """Points that count in ink, points that may come hatched, thresholds above and their values below.

    ``earned_x`` is where the points stand with the perk, None where that is no other place; a dashed frame
    reaches from the one to the other.
    """

    height: int
    bar_y: int
    counted: str
    waiting: str
    waiting_x: str
    maximum: int
    ticks: tuple[RulerTick, ...]
    thresholds: tuple[PlacedThreshold, ...]
    earned_x: str | None = None
    frame_x: str = ""
    frame: str = ""


def _label_edges(label: str, place: int, anchor: str) -> tuple[int, int]:
    """Left and right end of a label on the narrowest ruler, in hundredths of a per cent."""
    width = len(label) * LETTER_WIDTH * 10_000 // LABEL_LINE_WIDTH
    left = {"start": place, "middle": place - width // 2, "end": place - width}[anchor]
    return left, left + width


def standing_ruler(
    *,
    counted: int,
    waiting: int,
    maximum: int,
    thresholds: Sequence[Threshold],
    if_earned: int | None = None,
) -> StandingRuler:
    """``counted`` points of ``maximum``, with ``waiting`` more that may still be added, all in hundredths.

    ``if_earned`` is what they become with the perk, None while there is nothing to earn.
    """
    ends_at_level: list[int] = []
    placed: list[tuple[Threshold, int, str, int]] = []
    for threshold in sorted(thresholds, key=lambda one: one.points):
        place = hundredths_of_percent(threshold.points, maximum)
        anchor = anchor_at(place)
        left, right = _label_edges(threshold.label, place, anchor)
        level = next((number for number, end in enumerate(ends_at_level) if left > end), len(ends_at_level))
        ends_at_level[level : level + 1] = [right]
        placed.append((threshold, place, anchor, level))
    bar_y = 26 + LABEL_STEP * max((level for *_, level in placed), default=0)
    start = hundredths_of_percent(counted, maximum)
    end = hundredths_of_percent(counted + waiting, maximum)
    then = start if if_earned is None else hundredths_of_percent(if_earned, maximum)
    return StandingRuler(
        height=bar_y + 48,
        bar_y=bar_y,
        counted=as_percent(start),
        waiting=as_percent(end - start),
        waiting_x=as_percent(start),
        maximum=maximum,
        ticks=tuple(RulerTick(as_percent(step * 1000), step in (0, 10)) for step in range(11)),
        thresholds=tuple(
            PlacedThreshold(
                one.points,
                one.label,
                as_percent(place),
                anchor,
                bar_y - 12 - level * LABEL_STEP,
                counted >= one.points,
            )
            for one, place, anchor, level in placed
        ),
        earned_x=as_percent(then) if then != start else None,
        frame_x=as_percent(min(start, then)),
        frame=as_percent(abs(then - start)),
    )


@dataclass(frozen=True)
class SizeRuler:
    """What was sent against what can be taken."""

    limit_x: str
    over: str
    sent_x: str


def size_ruler(*, sent: int, limit: int) -> SizeRuler:
    """Both in bytes, ``sent`` the larger; the line ends a little after what was sent."""
    whole = max(1, sent + sent // 20)
    place, end = hundredths_of_percent(limit, whole), hundredths_of_percent(sent, whole)
    return SizeRuler(limit_x=as_percent(place), over=as_percent(max(0, end - place)), sent_x=as_percent(end))
