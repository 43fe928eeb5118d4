"""How long a group waits while the portal takes in its photos and tracks, and how much memory that needs.

    python -m benchmarks.photos [--rounds 5]

Needs no database. Photos are made by code, with the noise and the sizes of a phone's; each line is measured
in a process of its own. "Taken in" is looked at, decoded, drawn anew twice, and kept on the disk in full.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple
from zoneinfo import ZoneInfo

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")
django.setup()

from django.test import override_settings  # noqa: E402 - needs the settings
from PIL import Image, ImageChops  # noqa: E402

from perks.actions.keeping import keep_photos  # noqa: E402
from perks.photos import read_photo  # noqa: E402
from perks.tracks import read_track  # noqa: E402
from tests.perks.bad_files import encoded, exif_block, letter, scene, segment, track  # noqa: E402

MOSCOW = ZoneInfo("Europe/Moscow")
PHONE, LARGE = (4032, 3024), (8064, 6048)
HOUR, DAY = 3_600, 60_000


class Figures(NamedTuple):
    """Seconds by the clock and of the processor, the process's highest memory in MB, MB that were read."""

    seconds: float
    processor: float
    memory: float
    size: float


def photo(size: tuple[int, int], seed: int) -> bytes:
    """A JPEG with the noise of a sensor over shapes and light."""
    noise = Image.effect_noise(size, 14)
    picture = scene(seed, (size[0] // 4, size[1] // 4)).resize(size, Image.Resampling.BICUBIC)
    grainy = ImageChops.add(picture, Image.merge("RGB", (noise, noise, noise)), scale=1, offset=-128)
    return encoded(grainy, quality=85, exif=exif_block())


def take_in_photos(contents: list[bytes]) -> None:
    keep_photos([read_photo(content, zone=MOSCOW) for content in contents])


def take_in_tracks(contents: list[bytes]) -> None:
    for content in contents:
        read_track(content)


def measured(take_in: Callable[[list[bytes]], None], files: list[Path], rounds: int) -> Figures:
    """The median over the rounds, after one that warms up; in a process of its own."""
    contents = [file.read_bytes() for file in files]
    times: list[float] = []
    work: list[float] = []
    with tempfile.TemporaryDirectory(prefix="portal-photos-") as folder, override_settings(MEDIA_ROOT=folder):
        for _round in range(rounds + 1):
            begun, worked = time.perf_counter(), time.process_time()
            take_in(contents)
            times.append(time.perf_counter() - begun)
            work.append(time.process_time() - worked)
    return Figures(median(times[1:]), median(work[1:]), highest_memory(), sum(map(len, contents)) / 1024**2)


def highest_memory() -> float:
    """The most that this process ever had, in MB, as Linux counts it; a parent's counts in getrusage."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def run_of(points: int) -> bytes:
    return track(segment(((round(a, 6), round(b, 6)) for a, b in letter(points=points)), every=1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="timed rounds, 5 unless given")
    rounds = parser.parse_args().rounds
    jobs: dict[str, tuple[Callable[[list[bytes]], None], Callable[[], list[bytes]]]] = {
        "nothing": (take_in_tracks, list),
        "ten photos of 12 megapixels": (take_in_photos, lambda: [photo(PHONE, seed) for seed in range(10)]),
        "one of them": (take_in_photos, lambda: [photo(PHONE, 1)]),
        "one photo of 48 megapixels": (take_in_photos, lambda: [photo(LARGE, 1)]),
        "a track of an hour, a point a second": (take_in_tracks, lambda: [run_of(HOUR)]),
        "the largest track, 60,000 points": (take_in_tracks, lambda: [run_of(DAY)]),
    }
    print(f"median of {rounds} rounds")
    print()
    print("| taken in | MB | seconds | of the processor | highest memory of the process, MB |")
    print("|---|---:|---:|---:|---:|")
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="portal-photos-") as folder:
        for name, (take_in, make) in jobs.items():
            files = []
            for number, content in enumerate(make()):
                files.append(Path(folder, str(number)))
                files[-1].write_bytes(content)
            with ProcessPoolExecutor(1, mp_context=spawn) as process:
                found = process.submit(measured, take_in, files, rounds).result()
            cells = [
                f"{found.size:.1f}",
                f"{found.seconds:.2f}",
                f"{found.processor:.2f}",
                f"{found.memory:.0f}",
            ]
            print("|", " | ".join([name, *cells]), "|", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
