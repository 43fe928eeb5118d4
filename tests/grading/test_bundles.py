"""Many works in one archive: whole, named by student, and sent while it is made."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from typing import IO

import pytest

from grading.bundles import CHUNK, Bundled, zipped
from grading.models import Submission
from grading.queries.bundle import bundle_of
from tests.factories import (
    make_assignment,
    make_course,
    make_enrolment,
    make_file,
    make_group,
    make_submission,
    moscow,
)

AT = datetime(2025, 9, 30, 23, 59, 58)  # noqa: DTZ001 - a wall clock, as archives have it


def bundled(name: str, path: str = "", folders: tuple[str, ...] = ("417",)) -> Bundled:
    return Bundled(folders, name, AT, path or name)


def archive(files: list[Bundled], contents: dict[str, bytes]) -> zipfile.ZipFile:
    def opened(path: str) -> IO[bytes]:
        if path not in contents:
            raise FileNotFoundError(path)
        return BytesIO(contents[path])

    return zipfile.ZipFile(BytesIO(b"".join(zipped(files, opened))))


def test_bytes_names_and_times_come_through() -> None:
    large = bytes(range(256)) * (CHUNK // 100)
    made = archive(
        [bundled("работа.ipynb", folders=("417", "Ветрова Алиса")), bundled("b.bin")],
        {"работа.ipynb": "привет".encode(), "b.bin": large},
    )
    assert made.testzip() is None
    assert made.read("417/Ветрова Алиса/работа.ipynb").decode() == "привет"
    assert made.read("417/b.bin") == large
    assert made.infolist()[0].date_time == (2025, 9, 30, 23, 59, 58)


def test_it_is_sent_in_pieces() -> None:
    pieces = list(zipped([bundled("a.bin")], lambda _path: BytesIO(b"x" * CHUNK * 3)))
    assert len(pieces) >= 3


def test_equal_names_get_numbers() -> None:
    files = [
        bundled("a.py", "1"),
        bundled("A.py", "2"),
        bundled("a.py", "3"),
        bundled(".rc", "1"),
        bundled("x", "2"),
    ]
    made = archive(files, {"1": b"1", "2": b"2", "3": b"3"})
    assert made.namelist() == ["417/a.py", "417/A (2).py", "417/a (3).py", "417/.rc", "417/x"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\\..\\b", "..", "/root", "con"])
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    made = archive([bundled("a.py", folders=(name, name))], {"a.py": b"1"})
    (kept,) = made.namelist()
    parts = kept.split("/")
    assert len(parts) == 3 and not {"", "..", "con"} & set(parts)


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_there() -> None:
    made = archive([bundled("lost.py"), bundled("b.py")], {"b.py": b"2"})
    assert made.namelist() == ["417/lost.py.NOT-READ.txt", "417/b.py"]
    assert made.read("417/b.py") == b"2"


def test_a_file_that_breaks_off_is_told_and_the_others_are_there() -> None:
    class Failing(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise OSError("the disk is gone")
            return super().read(size)

    def opened(path: str) -> IO[bytes]:
        return Failing(b"1" * (CHUNK + 1)) if path == "half.py" else BytesIO(b"2")

    pieces = b"".join(zipped([bundled("half.py"), bundled("b.py")], opened))
    made = zipfile.ZipFile(BytesIO(pieces))
    assert made.testzip() is None
    assert made.namelist() == ["417/half.py", "417/half.py.NOT-READ.txt", "417/b.py"]
    assert made.read("417/half.py") == b"1" * CHUNK


@pytest.mark.django_db
@pytest.mark.sqlite
def test_files_lie_by_assignment_group_student_and_attempt() -> None:
    course = make_course()
    group = make_group(course=course, name="417")
    assignment = make_assignment(course=course, number=5, title="FSDP")
    students = [make_enrolment(group=group).person for _each in range(2)]
    first = make_submission(assignment=assignment, student=students[0])
    second = make_submission(assignment=assignment, student=students[0])
    other = make_submission(assignment=assignment, student=students[1])
    for work in (first, second, other):
        make_file(submission=work, name="a.py", size=10)
    works = Submission.objects.filter(pk__in=[second.pk, other.pk])
    works = works.select_related("student", "assignment__course", "review")
    files, total = bundle_of(list(works), moscow(2025, 12, 31, 12))
    assert total == 20
    assert [file.folders for file in files] == [
        ("№ 5. FSDP", "417", f"{students[0].name}, 2"),
        ("№ 5. FSDP", "417", students[1].name),
    ]
    assert files[0].at.isoformat() == "2025-09-25T12:00:00+03:00"
