"""Tracks are read, thinned and drawn; what is no track is refused with a word that helps."""

from __future__ import annotations

import hashlib
import json
import math
import re
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from perks.geometry import thinned
from perks.tracks import KEPT_POINTS, BadTrack, distance_m, draw_track, read_track
from tests.perks.bad_files import (
    SECRET,
    STARTED_AT,
    bad_tracks,
    letter,
    odd_tracks,
    segment,
    track,
)

BAD, ODD = bad_tracks(), odd_tracks()
WORDS = {
    "empty": "is empty",
    "HTML": "not a GPX track",
    "photo": "not a GPX track",
    "GPX cut in half": "not a GPX track",
    "entity bomb": "declares a document type",
    "file of the server": "declares a document type",
    "a million points": "MB of 5",
    "150,000 points": "more than 100000 points",
    "latitude 555": "Point 3 of this track is nowhere",
    "NaN": "Point 3 of this track is nowhere",
    "no times": "does not say when",
    "rubbish times": "does not say when",
    "times of 1970": "does not say when",
    "one point": "does not say when",
    "only waypoints": "does not say when",
    "times that run backwards": "backwards at point 31",
    "longer than a day": "longer than a day",
}
M_LENGTH = distance_m(*letter()[0], 55.706, 37.53) * 2 + 2 * distance_m(55.706, 37.53, 55.703, 37.53531)


class TestRefusals:
    @pytest.mark.parametrize("name", BAD)
    def test_what_is_no_track_is_refused_with_a_word_and_at_once(self, name: str) -> None:
        begun = time.perf_counter()
        with pytest.raises(BadTrack) as refused:
            read_track(BAD[name])
        assert WORDS.get(name, "xport ") in str(refused.value)
        assert time.perf_counter() - begun < 5

    def test_the_word_is_in_the_language_of_the_page(self) -> None:
        with translation.override("ru"), pytest.raises(BadTrack, match="GPX") as refused:
            read_track(b"<html/>")
        assert "not a GPX" not in str(refused.value)

    @given(st.data())
    def test_changed_bytes_are_read_or_refused(self, data: st.DataObject) -> None:
        content = bytearray(track(segment(letter(points=12))))
        for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
            content[place] = data.draw(st.integers(0, 255))
        try:
            read = read_track(bytes(content))
        except BadTrack:
            return
        assert read.ended_at - read.started_at <= timedelta(hours=24)
        assert draw_track(read.lines)


class TestReading:
    @pytest.mark.parametrize("name", ODD)
    def test_the_run_is_the_same_however_it_was_written(self, name: str) -> None:
        read = read_track(ODD[name])
        assert (read.started_at, read.ended_at) == (STARTED_AT, STARTED_AT + timedelta(seconds=1990))
        assert read.length_m == pytest.approx(M_LENGTH, rel=0.01)
        assert read.sha256 == hashlib.sha256(ODD[name]).hexdigest()
        assert read.lines[0][0] == [55.7, 37.53]
        assert SECRET.decode() not in json.dumps(read.lines)

    def test_pieces_stay_apart_in_the_order_of_their_times(self) -> None:
        line = letter()
        later = STARTED_AT + timedelta(hours=2)
        read = read_track(track(segment(line[100:], started_at=later), segment(line[:50])))
        assert [piece[0] for piece in read.lines] == [
            [round(degrees, 6) for degrees in line[at]] for at in (0, 100)
        ]
        assert read.ended_at == later + timedelta(seconds=990)
        gap = distance_m(*line[49], *line[100])
        whole = read_track(track(segment(line[:50] + line[100:]))).length_m
        assert read.length_m == pytest.approx(whole - gap, abs=2)

    def test_a_lone_point_is_no_line(self) -> None:
        read = read_track(track(segment(letter()), segment([(59.9, 30.3)])))
        assert len(read.lines) == 1
        assert read.length_m == pytest.approx(M_LENGTH, rel=0.01)

    def test_a_long_track_is_kept_with_four_hundred(self) -> None:
        line = [(round(55.7 + math.sin(n / 9) / 99, 5), round(37.5 + n / 1e5, 5)) for n in range(60_000)]
        read = read_track(track(segment(line, every=1)))
        assert sum(map(len, read.lines)) == KEPT_POINTS

    def test_the_clock_of_a_student_who_stood_still(self) -> None:
        read = read_track(track(segment([(55.7, 37.5)] * 2, every=1.5)))
        assert read.length_m == 0
        assert read.ended_at == STARTED_AT + timedelta(seconds=1)


class TestGeometry:
    @pytest.mark.parametrize(
        ("places", "metres"),
        [
            ((55.7539, 37.6208, 55.8197, 37.6117), 7_339),  # Red Square to the Ostankino tower
            ((0, 0, 0, 1), 111_195),
            ((0, 0, 1, 0), 111_195),
            ((60, 0, 60, 1), 55_597),
            ((90, 0, -90, 0), 20_015_115),
            ((55.7, 37.5, 55.7, 37.5), 0),
            ((0, 179.5, 0, -179.5), 111_195),
        ],
    )
    def test_distances(self, places: tuple[float, float, float, float], metres: int) -> None:
        assert distance_m(*places) == pytest.approx(metres, abs=1)

    def test_corners_stay_when_points_go(self) -> None:
        line = letter(points=401)
        assert thinned([line], 5) == [[line[at] for at in (0, 100, 200, 300, 400)]]

    def test_a_line_with_few_points_stays_as_it_is(self) -> None:
        line = letter(points=30)
        assert thinned([line], 400) == [line]

    def test_of_too_many_lines_the_longest_stay(self) -> None:
        lines = [[(55.7, 37.5), (55.7 + number / 1000, 37.5)] for number in (1, 5, 2, 4, 3)]
        assert thinned(lines, 6) == [lines[1], lines[3], lines[4]]

    def test_the_worst_line_takes_no_longer(self) -> None:
        line = [(55.7 + (n % 2) * (100_000 - n) / 1e7, 37.5 + n / 1e6) for n in range(100_000)]
        begun = time.perf_counter()
        assert len(thinned([line], 400)[0]) == 400
        assert time.perf_counter() - begun < 10


class TestDrawing:
    def test_it_fills_the_picture_inside_the_padding_north_up(self) -> None:
        drawing = draw_track([letter()], width=360, height=240, padding=20)
        assert drawing
        assert (drawing.width, drawing.height) == (360, 240)
        spots = [tuple(map(float, spot.split())) for spot in re.split("[ML]", drawing.paths[0])[1:]]
        ys = [y for _x, y in spots]
        assert (min(ys), max(ys)) == (20, 220)
        xs = [x for x, _y in spots]
        assert drawing.start == (f"{min(xs):.1f}", "220.0") and drawing.end[1] == "220.0"
        assert min(xs) + max(xs) == pytest.approx(360, abs=0.2)
        true = distance_m(55.7, 37.53, 55.7, 37.54062) / distance_m(55.7, 37.53, 55.706, 37.53)
        assert (max(xs) - min(xs)) / 200 == pytest.approx(true, rel=0.01), "the aspect is kept"

    @pytest.mark.parametrize(
        ("degrees", "text"),
        [
            (0.00005, "5 m"),
            (0.0005, "20 m"),
            (0.006, "200 m"),
            (0.03, "1 km"),
            (0.5, "20 km"),
            (20, "1000 km"),
        ],
    )
    def test_the_bar_is_a_round_length(self, degrees: float, text: str) -> None:
        drawing = draw_track([[(50 - degrees, 37.5), (50, 37.5)]])
        assert drawing
        assert drawing.scale_text.replace("\N{NO-BREAK SPACE}", " ") == text
        number, unit = text.split()
        metres = int(number) * (1000 if unit == "km" else 1)
        height = max(20, distance_m(50 - degrees, 37.5, 50, 37.5))
        assert float(drawing.scale) == pytest.approx(184 * metres / height, rel=0.02)
        assert 20 < float(drawing.scale) <= 90

    def test_each_piece_is_a_path(self) -> None:
        line = letter()
        drawing = draw_track([line[:50], line[100:]])
        assert drawing and len(drawing.paths) == 2
        assert all(re.fullmatch(r"M[\d. ]+(L[\d. ]+)+", path) for path in drawing.paths)

    def test_who_stood_still_is_a_dot_in_the_middle(self) -> None:
        drawing = draw_track([[(55.7, 37.5), (55.7, 37.5)]])
        assert drawing and drawing.start == drawing.end == ("180.0", "120.0")

    def test_of_nothing_there_is_no_drawing(self) -> None:
        assert draw_track([]) is None

    @pytest.mark.parametrize(
        ("language", "label"), [("en", "GPS track of 2.3\xa0km, drawn"), ("ru", "GPS-трек длиной 2,3\xa0км")]
    )
    def test_the_page_shows_it_with_a_sentence_for_those_who_do_not_see(
        self, language: str, label: str
    ) -> None:
        read = read_track(track())
        with translation.override(language):
            drawing = draw_track(read.lines)
            page = render_to_string("perks/track.html", {"track": read, "drawing": drawing})
        assert drawing and f'd="{drawing.paths[0]}"' in page
        assert 'role="img"' in page and f'aria-label="{label}' in page
        assert 'viewBox="0 0 360 240"' in page

    def test_a_removed_track_is_no_picture(self) -> None:
        removed = SimpleNamespace(length_m=2, started_at=datetime(2025, 1, 1, tzinfo=UTC), ended_at=None)
        assert "<svg" not in render_to_string("perks/track.html", {"track": removed, "drawing": None})
