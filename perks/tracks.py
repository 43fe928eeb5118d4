"""How a GPS track is read: by a parser that takes no entities, only its points and times, then thinned.

Of a recorded run nothing is kept but the line, its beginning, its end and its length: no pulse, no names, no
heights. Decision: docs/decisions/tracks-are-read-from-a-tree.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from django.utils.translation import gettext as _
from gpxpy.gpx import GPX, GPXException, GPXTrackPoint
from gpxpy.gpxfield import gpx_fields_from_xml

from perks.drawing import TrackDrawing, draw_track
from perks.geometry import Point, distance_m, length_m, thinned
from schedule.rules import YEARS
from schedule.wording import size_text

__all__ = [
    "MOST_BYTES",
    "MOST_POINTS",
    "BadTrack",
    "ReadTrack",
    "TrackDrawing",
    "distance_m",
    "draw_track",
    "read_track",
]

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_POINTS: Final = 100_000
"""Of a file: more than a day at one a second."""
KEPT_POINTS: Final = 400
"""Of the line that is kept: more than a drawing shows."""
LONGEST: Final = timedelta(hours=24)
"""A file that lasts longer holds several outings, and its beginning is not that of the run."""
STEP_BACK: Final = timedelta(minutes=1)
"""So far a receiver may set its clock right while it records."""

_INSIDE: Final = {"gpx": "", "trk": "gpx", "trkseg": "trk", "trkpt": "trkseg", "time": "trkpt"}
"""What of a file is looked at, and where it has to stand."""


class BadTrack(Exception):
    """A track that is not taken. Its text says why and what helps, in the language of the page."""


@dataclass(frozen=True, slots=True)
class ReadTrack:
    """A recorded track.

    ``started_at`` and ``ended_at`` are aware, in UTC, whole seconds; ``length_m`` is whole metres along the
    track as it was recorded. ``lines`` are its segments, at most 400 points of ``[latitude, longitude]`` with
    six places in all, ready for JSON. ``sha256`` is of the bytes that were sent, in hex.
    """

    started_at: datetime
    ended_at: datetime
    length_m: int
    sha256: str
    lines: list[list[list[float]]]


def read_track(content: bytes) -> ReadTrack:
    """Read a GPX file with at least two points that have times. Raises BadTrack.

    A time without an offset is in UTC, as GPX has it. Segments are put in the order of their times, and gaps
    between them stay gaps.
    """
    if not content:
        raise BadTrack(_("This file is empty. Export the track again."))
    if len(content) > MOST_BYTES:
        raise BadTrack(
            _("This track has %(size)s of %(most)s. Export the run alone, without other outings.")
            % {"size": size_text(len(content), up=True), "most": size_text(MOST_BYTES)}
        )
    segments = sorted(_segments(_parsed(content)), key=lambda segment: segment.began_at)
    lines = [segment.line for segment in segments]
    if not lines:
        raise BadTrack(_without_times())
    began_at, ended_at = segments[0].began_at, max(segment.ended_at for segment in segments)
    if ended_at - began_at > LONGEST:
        raise BadTrack(_("This track lasts longer than a day. Export the run alone, without other outings."))
    return ReadTrack(
        started_at=began_at.replace(microsecond=0),
        ended_at=ended_at.replace(microsecond=0),
        length_m=length_m(lines),
        sha256=hashlib.sha256(content).hexdigest(),
        lines=[
            [[round(latitude, 6), round(longitude, 6)] for latitude, longitude in line]
            for line in thinned(lines, KEPT_POINTS)
        ],
    )


class _OnlyTracks:
    """Builds a tree of what a track is made of, and of nothing else, however much of it the file holds."""

    def __init__(self) -> None:
        self._tree = TreeBuilder()
        self._open: list[str] = []
        self._skipped = 0
        self._points = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if not self._open and name != "gpx":
            raise BadTrack(_not_gpx())
        if self._skipped or _INSIDE.get(name) != (self._open[-1] if self._open else ""):
            self._skipped += 1
            return
        self._points += name == "trkpt"
        if self._points > MOST_POINTS:
            raise BadTrack(_too_many_points())
        self._open.append(name)
        self._tree.start(name, {key: attributes[key] for key in ("lat", "lon") if key in attributes})

    def data(self, text: str) -> None:
        if not self._skipped and self._open and self._open[-1] == "time":
            self._tree.data(text)

    def end(self, _tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
        else:
            self._tree.end(self._open.pop())

    def close(self) -> Element:
        return self._tree.close()


def _parsed(content: bytes) -> GPX:
    parser = DefusedXMLParser(target=_OnlyTracks(), forbid_dtd=True)
    track = GPX()
    try:
        parser.feed(content)
        gpx_fields_from_xml(track, parser.close(), "1.1")  # type: ignore[arg-type]  # a tree
    except DefusedXmlException:
        raise BadTrack(
            _("This file declares a document type, which no GPX track does. Export the track again.")
        ) from None
    except (ParseError, GPXException, ValueError, LookupError):
        raise BadTrack(_not_gpx()) from None
    return track


@dataclass(frozen=True, slots=True)
class _Segment:
    began_at: datetime
    ended_at: datetime
    line: list[Point]


def _segments(gpx: GPX) -> Iterator[_Segment]:
    """The recorded pieces that have a line, each checked."""
    numbers = count(1)
    for track in gpx.tracks:
        for segment in track.segments:
            line: list[Point] = []
            times: list[datetime] = []
            for point, number in zip(segment.points, numbers):  # noqa: B905 - the numbers go on
                line.append(_place(point, number))
                if (at := _moment(point)) is not None:
                    if times and at < times[-1] - STEP_BACK:
                        raise BadTrack(_runs_back(number))
                    times.append(max(at, times[-1]) if times else at)
            if len(line) > 1:
                if len(times) < 2:
                    raise BadTrack(_without_times())
                yield _Segment(times[0], times[-1], line)


def _place(point: GPXTrackPoint, number: int) -> Point:
    latitude, longitude = point.latitude, point.longitude
    if abs(latitude) <= 90 and abs(longitude) <= 180:  # false for what is not a number
        return latitude, longitude
    raise BadTrack(
        _("Point %(number)d of this track is nowhere on the globe. Export the track again.")
        % {"number": number}
    )


def _moment(point: GPXTrackPoint) -> datetime | None:
    """When a receiver was there, in UTC; None where it says nothing, or had not set its clock yet."""
    if point.time is None:
        return None
    try:
        at = point.time.replace(tzinfo=UTC) if point.time.tzinfo is None else point.time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year in YEARS else None


def _not_gpx() -> str:
    return _(
        "This is not a GPX track, whatever its name says. Export the run as GPX from the app that recorded "
        "it."
    )


def _without_times() -> str:
    return _(
        "This track does not say when it was recorded: it takes two points with times at least. Export the "
        "run as GPX from the app that recorded it."
    )


def _too_many_points() -> str:
    return _("This track has more than %(most)d points. Export the run alone, without other outings.") % {
        "most": MOST_POINTS
    }


def _runs_back(number: int) -> str:
    return _(
        "The times of this track run backwards at point %(number)d. Export the run again from the app that "
        "recorded it."
    ) % {"number": number}
