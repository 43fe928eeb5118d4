"""Photos and tracks as they really come, made by code: good, odd, and bad ones, each with a name."""

from __future__ import annotations

import random
import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from PIL.ExifTags import GPS, IFD, Base

SECRET = b"a secret of the file"
"""Stands in everything a file can carry beside its colours; nothing that is kept may have it."""
NS = 'xmlns="http://www.topografix.com/GPX/1/1"'


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
