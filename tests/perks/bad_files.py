"""Photos and tracks as they really come, made by code: good, odd, and bad ones, each with a name."""

from __future__ import annotations

import random
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from PIL.ExifTags import GPS, IFD, Base

SECRET = b"a secret of the file"
"""Stands in everything a file can carry beside its colours; nothing that is kept may have it."""


def scene(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture with something in it: a sky that grows brighter, and people in front of it."""
    chance = random.Random(seed)
    low, high = chance.sample(range(20, 236), 2)
    sky = Image.linear_gradient("L").resize(size).point(lambda grey: low + (high - low) * grey // 255)
    picture = Image.merge("RGB", (sky, sky, sky.point(lambda grey: 255 - grey)))
    draw = ImageDraw.Draw(picture)
    for _person in range(14):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        half = chance.randrange(size[0] // 20, size[0] // 6)
        colour = tuple(chance.randrange(256) for _channel in range(3))
        draw.ellipse((x - half, y - half, x + half, y + half * chance.choice((1, 2))), fill=colour)
    return picture


def encoded(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a picture in a format of Pillow's."""
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def exif_block(
    *,
    taken: str | None = "2025:11:21 12:30:00",
    offset: str | None = None,
    latitude: object = (55.0, 42.0, 12.6),
    longitude: object = (37.0, 31.0, 48.0),
    sides: tuple[object, object] = ("N", "E"),
    orientation: int = 1,
) -> Image.Exif:
    """What a phone writes into a photo: time, place, which side is up, and its maker's words."""
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    exif[Base.Make] = SECRET.decode()
    inner = exif.get_ifd(IFD.Exif)
    if taken is not None:
        inner[Base.DateTimeOriginal] = taken
    if offset is not None:
        inner[Base.OffsetTimeOriginal] = offset
    inner[Base.UserComment] = SECRET
    gps = exif.get_ifd(IFD.GPSInfo)
    gps[GPS.GPSLatitudeRef], gps[GPS.GPSLongitudeRef] = sides
    gps[GPS.GPSLatitude], gps[GPS.GPSLongitude] = latitude, longitude
    return exif


def photo(seed: int = 1, **exif: Any) -> bytes:
    """A JPEG as a phone makes it, with time and place unless told otherwise."""
    return encoded(scene(seed), exif=exif_block(**exif), comment=SECRET, quality=88)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says it has so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(100_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg_claiming(width: int, height: int, **options: Any) -> bytes:
    """A small JPEG whose frame header says it has so many pixels."""
    whole = encoded(Image.new("L", (16, 16)), **options)
    frame = whole.index(b"\xff\xc2" if options.get("progressive") else b"\xff\xc0")
    return whole[: frame + 5] + struct.pack(">HH", height, width) + whole[frame + 9 :]


def jpeg_in_planes(width: int, height: int) -> bytes:
    """A JPEG that brings its first colour alone, and claims so many pixels."""
    whole = encoded(Image.new("RGB", (16, 16)), subsampling=0)
    frame, scan = whole.index(b"\xff\xc0"), whole.index(b"\xff\xda")
    head = whole[: frame + 5] + struct.pack(">HH", height, width) + whole[frame + 9 : scan]
    return head + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + whole[scan + 14 :]


def jpeg_with_scans(count: int) -> bytes:
    """A JPEG that asks for so many passes over the picture."""
    whole = encoded(scene(), progressive=True)
    scan = whole.index(b"\xff\xda")
    return whole[:scan] + whole[scan : scan + 10] * count + whole[scan:]


def png_with_chunks(count: int) -> bytes:
    """A PNG with so many empty chunks before its picture."""
    whole = encoded(scene(), "PNG")
    empty = struct.pack(">I", 0) + b"abCd" + struct.pack(">I", zlib.crc32(b"abCd"))
    return whole[:33] + empty * count + whole[33:]


def with_zip(content: bytes) -> bytes:
    """The file with an archive behind its end."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as into:
        into.writestr("secret.txt", SECRET)
    return content + archive.getvalue()


@cache
def bad_photos() -> dict[str, bytes]:
    """Files that are no photo to take, by what is wrong with them."""
    whole = photo()
    return {
        "empty": b"",
        "HEIC": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(2000),
        "HTML named .png": b"<!DOCTYPE html><html><script>alert(1)</script></html>",
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "GIF": encoded(scene(), "GIF"),
        "TIFF": encoded(scene(), "TIFF"),
        "BMP": encoded(scene(), "BMP"),
        "AVIF": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1" + bytes(2000),
        "zip": with_zip(b""),
        "text": "просто текст".encode(),
        "30,000 x 30,000 PNG": png_claiming(30_000, 30_000),
        "30,000 x 30,000 JPEG": jpeg_claiming(30_000, 30_000),
        "PNG between the limits": png_claiming(10_000, 9_000),
        "JPEG between the limits": jpeg_claiming(12_000, 11_000),
        "progressive JPEG too large": jpeg_claiming(8_000, 6_000, progressive=True),
        "JPEG in planes too large": jpeg_in_planes(8_000, 6_000),
        "JPEG cut in half": whole[: len(whole) // 2],
        "JPEG cut at its end": whole[: -len(whole) // 20],
        "JPEG cut in its head": whole[:300],
        "two bytes of a JPEG": whole[:2],
        "PNG cut in half": encoded(scene(), "PNG")[:4_000],
        "WebP cut in half": encoded(scene(), "WEBP")[:2_000],
        "JPEG of a thousand passes": jpeg_with_scans(1_000),
        "JPEG of a million segments": b"\xff\xd8" + b"\xff\xe0\x00\x02" * 1_000_000 + whole[2:],
        "PNG of 100,000 chunks": png_with_chunks(100_000),
    }


def odd_photos() -> dict[str, bytes]:
    """Photos that are taken although something about them is unusual, by what that is."""
    clear = scene().convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    grey16 = Image.linear_gradient("L").resize((300, 200)).convert("I").point(lambda grey: grey * 257)
    frames = [scene(seed, (200, 150)) for seed in (1, 2, 3)]
    return {
        "upright": photo(),
        **{f"orientation {value}": photo(orientation=value) for value in range(2, 9)},
        "orientation that is none": photo(orientation=77),
        "rubbish metadata": encoded(scene(), exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + SECRET * 20),
        "CMYK JPEG": encoded(scene().convert("CMYK"), comment=SECRET),
        "grey JPEG": encoded(scene().convert("L")),
        "progressive JPEG": encoded(scene(), progressive=True),
        "JPEG with a rubbish profile": encoded(scene(), icc_profile=SECRET * 30),
        "16-bit PNG": encoded(grey16.convert("I;16"), "PNG"),
        "PNG with transparency": encoded(clear, "PNG"),
        "palette PNG with transparency": encoded(
            scene().quantize(16), "PNG", transparency=0, exif=exif_block()
        ),
        "black and white PNG": encoded(scene().convert("1"), "PNG"),
        "PNG with a zip inside": with_zip(encoded(scene(), "PNG")),
        "JPEG with a zip behind it": with_zip(photo()),
        "WebP with metadata": encoded(scene(), "WEBP", exif=exif_block(), xmp=SECRET),
        "moving WebP": encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100),
        "moving PNG": encoded(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100),
        "several pictures in a JPEG": encoded(frames[0], "MPO", save_all=True, append_images=frames[1:]),
        "one pixel": encoded(Image.new("RGB", (1, 1), "red"), "PNG"),
        "a line": encoded(Image.new("RGB", (6_000, 1), "red")),
    }


STARTED_AT = datetime(2025, 11, 21, 7, 0, tzinfo=UTC)
LETTER_M = ((0, 0), (0, 1), (0.5, 0.5), (1, 1), (1, 0))
"""The strokes of an M, to the east and to the north."""


def letter(
    *, west: float = 37.53, south: float = 55.70, degrees: float = 0.006, points: int = 200
) -> list[tuple[float, float]]:
    """Places of a run that draws an M: latitude and longitude."""
    strokes = len(LETTER_M) - 1
    line = []
    for number in range(points):
        stroke, part = divmod(number * strokes / (points - 1), 1)
        here = LETTER_M[int(stroke)]
        there = LETTER_M[min(int(stroke) + 1, strokes)]
        east, north = (a + (b - a) * part for a, b in zip(here, there, strict=True))
        line.append((south + degrees * north, west + 1.77 * degrees * east))
    return line


def gpx(body: str, *, head: str = '<?xml version="1.0" encoding="UTF-8"?>', root: str | None = None) -> bytes:
    """A GPX file around its tracks."""
    root = root or 'gpx version="1.1" creator="tests" xmlns="http://www.topografix.com/GPX/1/1"'
    return f"{head}<{root}>{body}</gpx>".encode()


def segment(
    line: Iterable[Sequence[object]],
    *,
    started_at: datetime | None = STARTED_AT,
    every: float = 10,
    zone: str = "Z",
    extra: str = "",
) -> str:
    """A recorded piece: a point every ten seconds."""
    points = []
    for number, (latitude, longitude) in enumerate(line):
        time = ""
        if started_at is not None:
            at = (started_at + timedelta(seconds=every * number)).replace(tzinfo=None)
            time = f"<time>{at.isoformat()}{zone}</time>"
        points.append(f'<trkpt lat="{latitude}" lon="{longitude}">{time}{extra}</trkpt>')
    return f"<trkseg>{''.join(points)}</trkseg>"


def track(*segments: str) -> bytes:
    """The GPX file of one track; without segments, of a run that draws an M in 33 minutes."""
    return gpx(f"<trk><name>{SECRET.decode()}</name>{''.join(segments or (segment(letter()),))}</trk>")


@cache
def bad_tracks() -> dict[str, bytes]:
    """Files that are no track to take, by what is wrong with them."""
    whole, two = track(), ((55.7, 37.5), (55.71, 37.51))
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY l0 "lol">{laughs}]>'
    point = '<trkpt lat="1" lon="1"/>'
    back = segment(letter()[:50]).replace("07:05:00Z", "06:05:00Z")
    return {
        "empty": b"",
        "HTML": b"<html/>",
        "HTML page": b"<!doctype html><html><body>Not found<br></body></html>",
        "text": "просто текст".encode(),
        "photo": photo(),
        "zip": with_zip(b""),
        "GPX cut in half": whole[: len(whole) // 2],
        "entity bomb": gpx(segment(two).replace("</time>", "&l9;</time>", 1), head=dtd),
        "file of the server": gpx("<trk/>", head='<!DOCTYPE gpx [<!ENTITY f SYSTEM "file:///etc/passwd">]>'),
        "document type alone": gpx("<trk/>", head="<!DOCTYPE gpx>"),
        "a million points": gpx(f"<trk><trkseg>{point * 1_000_000}</trkseg></trk>"),
        "150,000 points": gpx(f"<trk><trkseg>{point * 150_000}</trkseg></trk>"),
        "latitude 555": track(segment([*two, (555, 37.5)])),
        "longitude 181": track(segment([*two, (55.7, 181)])),
        "NaN": track(segment([*two, ("NaN", 37.5)])),
        "infinity": track(segment([*two, (55.7, "-inf")])),
        "no number": track(segment([*two, ("55,7", 37.5)])),
        "no latitude": whole.replace(b' lat="', b' x="'),
        "no times": track(segment(two, started_at=None)),
        "rubbish times": track(segment(two, zone="+3 hours")),
        "times of 1970": track(segment(two, started_at=datetime(1970, 1, 1, tzinfo=UTC))),
        "one point": track(segment(two[:1])),
        "two pieces of one point": track(segment(two[:1]), segment(two[1:])),
        "no points": track("<trkseg/>"),
        "only waypoints": gpx('<wpt lat="55.7" lon="37.5"><time>2025-11-21T07:00:00Z</time></wpt>' * 2),
        "only a route": gpx('<rte><rtept lat="55.7" lon="37.5"/><rtept lat="55.8" lon="37.5"/></rte>'),
        "times that run backwards": track(back),
        "longer than a day": track(segment(two, every=90_000)),
        "a million levels": b"<gpx>" + b"<a>" * 1_000_000,
        "unknown encoding": gpx("<trk/>", head='<?xml version="1.0" encoding="utf-99"?>'),
    }


@cache
def odd_tracks() -> dict[str, bytes]:
    """The M of ``track()`` in the ways in which programs write it, by what is unusual."""
    line, whole = letter(), track()
    pulse = "<ele>150</ele><extensions><h:hr xmlns:h='x'>166</h:hr><time>2001-01-01</time></extensions>"
    half = STARTED_AT + timedelta(seconds=1000)
    return {
        "plain": whole,
        "no namespace": whole.replace(b' xmlns="http://www.topografix.com/GPX/1/1"', b""),
        "GPX 1.0": whole.replace(b"GPX/1/1", b"GPX/1/0").replace(b'version="1.1" c', b'version="1.0" c'),
        "prefixed": whole.replace(b"<trk", b"<g:trk")
        .replace(b"</trk", b"</g:trk")
        .replace(b"xmlns=", b"xmlns:g=")
        .replace(b"<time", b"<g:time")
        .replace(b"</time", b"</g:time")
        .replace(b"<gpx", b"<g:gpx")
        .replace(b"</gpx", b"</g:gpx"),
        "byte-order mark": b"\xef\xbb\xbf" + whole,
        "UTF-16": whole.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        "no time zone": track(segment(line, zone="")),
        "another time zone": track(segment(line, started_at=STARTED_AT + timedelta(hours=3), zone="+03:00")),
        "fractions of a second": track(segment(line, zone=".789Z")),
        "pulse and heights": track(segment(line, extra=pulse)),
        "pieces out of order": track(segment(line[100:], started_at=half), segment(line[:100])),
        "a clock set right": whole.replace(b"07:05:00Z", b"07:04:10Z"),
        "many namespaces in a comment": whole.replace(b"<trk>", b"<!--" + b" xmlns" * 500_000 + b"--><trk>"),
    }
