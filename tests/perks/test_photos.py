"""Photos are read, made anew and measured; what is no photo is refused with a word that helps."""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageEnhance, ImageFile

from perks.photos import LARGE, MOST_BYTES, SMALL, BadPhoto, ReadPhoto, read_photo
from perks.photos import alike as are_alike
from tests.perks.bad_files import SECRET, bad_photos, encoded, odd_photos, photo, scene

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")
MOSCOW = ZoneInfo("Europe/Moscow")
BAD, ODD = bad_photos(), odd_photos()
WORDS = {
    "empty": "is empty",
    "HEIC": "Most Compatible",
    "HTML named .png": "not a JPEG, PNG or WebP",
    "SVG": "not a JPEG, PNG or WebP",
    "GIF": "not a JPEG, PNG or WebP",
    "30,000 x 30,000 PNG": "more than 25 million pixels",
    "30,000 x 30,000 JPEG": "more than 120 million pixels",
    "PNG between the limits": "has 90 million pixels",
    "JPEG between the limits": "has 132 million pixels",
    "progressive JPEG too large": "has 48 million pixels",
    "JPEG in planes too large": "has 48 million pixels",
    "JPEG cut in half": "did not arrive in full",
    "JPEG cut in its head": "did not arrive in full",
    "PNG cut in half": "did not arrive in full",
}


def read(content: bytes) -> ReadPhoto:
    return read_photo(content, zone=MOSCOW)


def opened(content: bytes) -> Image.Image:
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


class TestRefusals:
    @pytest.mark.parametrize("name", BAD)
    def test_what_is_no_photo_is_refused_with_a_word(self, name: str) -> None:
        with pytest.raises(BadPhoto) as refused:
            read(BAD[name])
        assert WORDS.get(name, "Send ") in str(refused.value)

    def test_too_many_bytes(self) -> None:
        with pytest.raises(BadPhoto, match=r"25\.1.MB of 25.MB"):
            read(photo() + bytes(MOST_BYTES))

    def test_the_word_is_in_the_language_of_the_page(self) -> None:
        with translation.override("ru"), pytest.raises(BadPhoto) as refused:
            read(BAD["HEIC"])
        assert "HEIC" in str(refused.value) and "Most Compatible" not in str(refused.value)

    @given(st.integers(0, len(photo()) - 1))
    def test_a_photo_cut_anywhere_is_refused(self, end: int) -> None:
        """But for its end mark: all of the picture is there before it."""
        whole = photo()
        if end < len(whole) - 2:
            with pytest.raises(BadPhoto):
                read(whole[:end])

    @given(st.sampled_from(sorted(ODD)), st.data())
    def test_flipped_bits_are_read_or_refused(self, name: str, data: st.DataObject) -> None:
        content = bytearray(ODD[name])
        places = st.one_of(st.integers(0, min(len(content), 1_000) - 1), st.integers(0, len(content) - 1))
        for place in data.draw(st.lists(places, min_size=1, max_size=6)):
            content[place] ^= 1 << data.draw(st.integers(0, 7))
        try:
            made = read(bytes(content))
        except BadPhoto:
            return
        assert opened(made.large).size == (made.width, made.height)


class TestPictures:
    @pytest.mark.parametrize("name", ODD)
    def test_two_jpegs_are_made_and_nothing_else_of_the_file_is_kept(self, name: str) -> None:
        made = read(ODD[name])
        for content, longest in ((made.large, LARGE), (made.small, SMALL)):
            picture = opened(content)
            assert (picture.format, picture.mode) == ("JPEG", "RGB")
            assert max(picture.size) <= longest
            assert not dict(picture.getexif())
            assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
            assert SECRET not in content and b"Exif" not in content and b"ICC" not in content
        assert opened(made.large).size == (made.width, made.height)
        assert made.sha256 == hashlib.sha256(ODD[name]).hexdigest()
        assert len(made.look) == 64

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_every_photo_stands_upright(self, orientation: int) -> None:
        """The red corner of the sensor's picture goes where the orientation's definition puts it."""
        sensor = Image.new("RGB", (80, 40), "white")
        sensor.paste("red", (0, 0, 20, 20))
        exif = Image.Exif()
        exif[0x0112] = orientation
        made = opened(read(encoded(sensor, exif=exif, quality=95)).large)
        assert made.size == ((80, 40) if orientation < 5 else (40, 80))
        right, bottom = made.width - 5, made.height - 5
        corners = [(5, 5), (right, 5), (right, bottom), (5, bottom)]
        red = [at for at in corners if made.getpixel(at)[1] < 100]  # type: ignore[index]
        assert red == [corners[(0, 1, 2, 3, 0, 1, 2, 3)[orientation - 1]]]

    def test_a_large_photo_is_made_smaller_and_a_small_one_stays(self) -> None:
        made = read(encoded(scene(size=(4_000, 3_000))))
        assert (made.width, made.height) == (2_048, 1_536)
        assert opened(made.small).size == (480, 360)
        assert (read(photo()).width, read(photo()).height) == (640, 480)

    def test_a_large_jpeg_is_decoded_at_a_fraction(self, monkeypatch: pytest.MonkeyPatch) -> None:
        decoded: list[tuple[int, int]] = []
        original = ImageFile.ImageFile.load

        def noted(self: ImageFile.ImageFile) -> Any:
            decoded.append(self.size)
            return original(self)

        monkeypatch.setattr(ImageFile.ImageFile, "load", noted)
        read(encoded(Image.new("RGB", (8_400, 6_300), "grey")))
        assert set(decoded) == {(2_100, 1_575)}

    def test_what_is_transparent_stands_on_white(self) -> None:
        made = opened(read(encoded(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG")).large)
        assert made.getpixel((25, 25)) == (255, 255, 255)

    def test_sixteen_bits_of_grey_keep_their_brightness(self) -> None:
        half = Image.new("I;16", (50, 50), 0x8000)
        made = opened(read(encoded(half, "PNG")).large)
        assert made.getpixel((25, 25)) == pytest.approx((128, 128, 128), abs=2)

    def test_colours_of_another_profile_become_srgb(self) -> None:
        """A profile that swaps red and green stands for all those of wide screens."""
        profile = ImageCms.createProfile("sRGB")
        assert profile is not None
        swapped = _with_red_and_green_swapped(ImageCms.ImageCmsProfile(profile).tobytes())
        picture = Image.new("RGB", (50, 50), (250, 20, 20))
        plain = opened(read(encoded(picture, quality=95)).large).getpixel((25, 25))
        managed = opened(read(encoded(picture, quality=95, icc_profile=swapped)).large).getpixel((25, 25))
        assert plain == pytest.approx((250, 20, 20), abs=6)
        assert isinstance(managed, tuple) and managed[1] > 200 and managed[0] < 120


def _with_red_and_green_swapped(profile: bytes) -> bytes:
    return (
        profile.replace(b"rXYZ", b"tXYZ")
        .replace(b"gXYZ", b"rXYZ")
        .replace(b"tXYZ", b"gXYZ")
        .replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    )


class TestTimeAndPlace:
    @pytest.mark.parametrize(
        ("exif", "expected"),
        [
            ({}, datetime(2025, 11, 21, 9, 30, tzinfo=UTC)),
            ({"offset": "+05:00"}, datetime(2025, 11, 21, 7, 30, tzinfo=UTC)),
            ({"offset": "-03:30"}, datetime(2025, 11, 21, 16, 0, tzinfo=UTC)),
            ({"offset": "+99:00"}, datetime(2025, 11, 21, 9, 30, tzinfo=UTC)),
            ({"offset": "   :  "}, datetime(2025, 11, 21, 9, 30, tzinfo=UTC)),
            ({"taken": "2010:10:31 02:30:00"}, datetime(2010, 10, 30, 23, 30, tzinfo=UTC)),
            ({"taken": "0000:00:00 00:00:00"}, None),
            ({"taken": "2025:02:31 12:00:00"}, None),
            ({"taken": "2025:11:21 25:00:00"}, None),
            ({"taken": "1999:12:31 12:00:00"}, None),
            ({"taken": "2101:01:01 00:00:00"}, None),
            ({"taken": "    :  :     :  :  "}, None),
            ({"taken": "yesterday"}, None),
            ({"taken": None}, None),
        ],
    )
    def test_when_it_was_taken(self, exif: dict[str, Any], expected: datetime | None) -> None:
        assert read(photo(**exif)).taken_at == expected

    @pytest.mark.parametrize(
        ("exif", "expected"),
        [
            ({}, ("55.703500", "37.530000")),
            ({"sides": ("S", "W")}, ("-55.703500", "-37.530000")),
            ({"latitude": (90.0, 0.0, 0.0), "longitude": (180.0, 0.0, 0.0)}, ("90", "180")),
            ({"latitude": (90.0, 0.0, 1.0)}, None),
            ({"latitude": (555.0, 0.0, 0.0)}, None),
            ({"longitude": (181.0, 0.0, 0.0)}, None),
            ({"latitude": (55.0, 61.0, 0.0)}, None),
            ({"latitude": (0.0, 0.0, 0.0), "longitude": (0.0, 0.0, 0.0)}, None),
            ({"sides": ("", "E")}, None),
            ({"sides": ("N", "Ё")}, None),
            ({"latitude": (55.0, 42.0, 12.6, 1.0)}, None),
        ],
    )
    def test_where_it_was_taken(self, exif: dict[str, Any], expected: tuple[str, str] | None) -> None:
        made = read(photo(**exif))
        place = None if expected is None else tuple(Decimal(text) for text in expected)
        assert (None if made.latitude is None else (made.latitude, made.longitude)) == place

    @pytest.mark.parametrize("unknown", [(0, 0), (63, 0)])
    def test_a_place_divided_by_nothing_is_none(self, unknown: tuple[int, int]) -> None:
        whole = photo(latitude=(55.0, 42.0, 12.6))
        made = read(whole.replace(struct.pack(">2L", 63, 5), struct.pack(">2L", *unknown)))
        assert read(whole).latitude == Decimal("55.7035")
        assert (made.latitude, made.longitude) == (None, None)

    @pytest.mark.parametrize("name", ["WebP with metadata", "palette PNG with transparency"])
    def test_other_kinds_say_it_too(self, name: str) -> None:
        made = read(ODD[name])
        assert made.taken_at == datetime(2025, 11, 21, 9, 30, tzinfo=UTC)
        assert (made.latitude, made.longitude) == (Decimal("55.7035"), Decimal("37.53"))

    def test_a_photo_that_says_nothing(self) -> None:
        made = read(encoded(scene()))
        assert (made.taken_at, made.latitude, made.longitude) == (None, None, None)


def _trimmed(picture: Image.Image) -> Image.Image:
    x, y = picture.width // 100, picture.height // 100
    return picture.crop((x, y, picture.width - x, picture.height - y))


def _noisy(seed: int, level: int) -> Image.Image:
    """A dark photo with nothing in it but noise."""
    noise = Image.effect_noise((400, 300), 8).point(lambda grey: max(0, grey - 128) + level)
    return noise.rotate(90 * seed, expand=True)


class TestLooks:
    @pytest.mark.parametrize(
        "changed",
        [
            lambda picture: encoded(picture, quality=30),
            lambda picture: encoded(picture.resize((213, 160)), quality=70),
            lambda picture: encoded(picture, "WEBP", quality=50),
            lambda picture: encoded(ImageEnhance.Brightness(picture).enhance(1.3)),
            lambda picture: encoded(ImageEnhance.Brightness(picture).enhance(0.7)),
            lambda picture: encoded(ImageEnhance.Contrast(picture).enhance(1.3)),
            lambda picture: encoded(_trimmed(picture)),
            lambda picture: encoded(
                picture.transpose(Image.Transpose.ROTATE_90),
                exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
            ),
        ],
    )
    @pytest.mark.parametrize("seed", range(6))
    def test_the_same_picture_is_found_again(
        self, seed: int, changed: Callable[[Image.Image], bytes]
    ) -> None:
        picture = scene(seed)
        assert are_alike(read(encoded(picture)).look, read(changed(picture)).look)

    def test_different_pictures_are_not_alike(self) -> None:
        looks = [read(encoded(scene(seed))).look for seed in range(40)]
        assert [
            (one, other) for one in range(40) for other in range(one) if are_alike(looks[one], looks[other])
        ] == []

    def test_dark_and_empty_photos_are_not_alike(self) -> None:
        random.seed(1)
        pictures = [_noisy(seed, level) for seed in range(3) for level in (0, 3, 12)]
        pictures += [Image.new("RGB", (400, 300), colour) for colour in ("black", "black", "white", "grey")]
        looks = [read(encoded(picture)).look for picture in pictures]
        assert not any(
            are_alike(looks[one], looks[other]) for one in range(len(looks)) for other in range(one)
        )

    def test_dark_photos_of_something_are_told_apart(self) -> None:
        dark = [ImageEnhance.Brightness(scene(seed)).enhance(0.1) for seed in range(12)]
        looks = [read(encoded(picture, quality=85)).look for picture in dark]
        again = [read(encoded(picture, quality=50)).look for picture in dark]
        assert not any(are_alike(looks[one], looks[other]) for one in range(12) for other in range(one))
        assert sum(are_alike(one, other) for one, other in zip(looks, again, strict=True)) >= 10
