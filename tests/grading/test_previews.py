"""What files say on a page: safe whatever they hold, and cut where they are long."""

from __future__ import annotations

import base64
import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from grading.notebooks import NotANotebook, cells_of
from grading.pictures import LONGEST_SIDE, NotAPicture, remade
from grading.previews import MOST_BYTES, MOST_PICTURES, MOST_TEXT, NoPreview, Preview, has_preview, preview_of

SCRIPT = "<script>alert(1)</script>"


def preview(name: str, content: bytes | str) -> Preview:
    return preview_of(name, BytesIO(content.encode() if isinstance(content, str) else content))


def notebook(*cells: Any) -> bytes:
    return json.dumps({"cells": list(cells), "nbformat": 4}).encode()


def code(source: object, *outputs: object) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def drawn(**data: object) -> dict[str, Any]:
    named = {name.replace("_", "/"): value for name, value in data.items()}
    return code("", {"output_type": "display_data", "data": named})


def picture(size: tuple[int, int] = (4, 3), kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


def made_of(content: bytes) -> bytes:
    return base64.b64decode(remade(content).address.partition(",")[2])


def html(shown: Preview) -> str:
    return "\n".join(part.html for part in shown.parts)


@pytest.mark.parametrize("name", ["a.py", "a.txt", "a.md", "a.sh", "a.cu", "README", "a.PY"])
def test_text_is_shown_escaped(name: str) -> None:
    shown = html(preview(name, f"x = '{SCRIPT}'\nпривет"))
    assert "<script" not in shown and "alert" in shown and "привет" in shown


def test_python_is_in_colours() -> None:
    assert '<span class="tok-kn">import</span>' in html(preview("a.py", "import os"))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a\0b", bytes(range(128, 200))])
def test_what_is_no_text_is_not_shown(content: bytes) -> None:
    with pytest.raises(NoPreview):
        preview("a.py", content)


def test_a_long_text_is_cut_and_said_to_be() -> None:
    shown = preview("a.txt", "я" * (MOST_TEXT + 1))
    assert shown.is_cut and len(html(shown)) == MOST_TEXT
    assert not preview("a.txt", "я" * MOST_TEXT).is_cut
    with pytest.raises(NoPreview):
        preview("a.txt", "x" * (MOST_BYTES + 1))


@pytest.mark.parametrize(
    ("name", "may"), [("a.pdf", False), ("a.PDF", False), ("a.py", True), ("a.zip", True)]
)
def test_what_may_be_shown_is_known_by_its_name(name: str, may: bool) -> None:
    assert has_preview(name) is may
    with pytest.raises(NoPreview):
        preview(name, b"\0")


def test_an_archive_is_listed() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("src/main.py", "x")
    contents = preview("a.zip", out.getvalue()).contents
    assert contents is not None and [entry.name for entry in contents.entries] == ["src/main.py"]


class TestNotebooks:
    def test_cells_stand_in_order_with_what_came_out(self) -> None:
        shown = preview(
            "a.ipynb",
            notebook(
                {"cell_type": "markdown", "source": ["# Title\n", f"**bold** {SCRIPT}"]},
                code("print(1)", {"output_type": "stream", "text": ["1\n", "2\n"]}),
                code("1/0", {"output_type": "error", "traceback": ["\x1b[0;31mZeroDivisionError\x1b[0m"]}),
                code("x", {"output_type": "execute_result", "data": {"text/plain": "<b>5</b>"}}),
                {"cell_type": "raw", "source": "raw <i>"},
            ),
        )
        kinds = [part.kind.value for part in shown.parts]
        assert kinds == ["prose", "code", "output", "code", "error", "code", "output", "code"]
        text = html(shown)
        assert "<strong>bold</strong>" in text and "1\n2" in text and "&lt;b&gt;5&lt;/b&gt;" in text
        assert "<script" not in text and "<i>" not in text and "\x1b" not in text
        assert "ZeroDivisionError" in text

    def test_html_of_an_output_is_not_shown(self) -> None:
        cell = drawn(text_html="<img onerror=alert(1)>", text_plain="table")
        assert html(preview("a.ipynb", notebook(cell))) == "table"

    def test_a_line_written_over_shows_its_last_state(self) -> None:
        bar = {"output_type": "stream", "text": " 1%\r50%\r100%\r\nend"}
        assert html(preview("a.ipynb", notebook(code("", bar)))) == "100%\nend"

    def test_pictures_are_made_anew(self) -> None:
        planted = picture() + SCRIPT.encode()
        (part,) = preview("a.ipynb", notebook(drawn(image_png=base64.encodebytes(planted).decode()))).parts
        made = base64.b64decode(part.html.removeprefix("data:image/png;base64,"))
        assert made.startswith(b"\x89PNG") and b"script" not in made

    def test_a_broken_picture_is_told(self) -> None:
        cell = drawn(image_png=base64.b64encode(b"GIF89a").decode())
        assert "cannot be shown" in html(preview("a.ipynb", notebook(cell)))

    def test_too_much_is_cut(self) -> None:
        cell = drawn(image_png=base64.b64encode(picture()).decode())
        assert not preview("a.ipynb", notebook(*[cell] * MOST_PICTURES)).is_cut
        assert preview("a.ipynb", notebook(*[cell] * (MOST_PICTURES + 1))).is_cut
        assert preview("a.ipynb", notebook(*[code("x = 1\n" * 1000)] * 20)).is_cut

    def test_small_files_of_many_pixels_do_not_keep_a_page_waiting(self) -> None:
        large = picture((4000, 3000))
        assert len(large) < 100_000
        cell = drawn(image_png=base64.b64encode(large).decode())
        parts = preview("a.ipynb", notebook(*[cell] * 4)).parts
        assert [part.kind.value for part in parts] == ["picture", "picture", "output", "output"]

    def test_of_a_long_output_both_ends_are_shown(self) -> None:
        log = {"output_type": "stream", "text": "begin " + "x" * 100_000 + " end"}
        shown = preview("a.ipynb", notebook(code("train()", log)))
        text = html(shown)
        assert "begin" in text and " end" in text and "characters are left out" in text
        assert len(text) < 6000 and not shown.is_cut

    @pytest.mark.parametrize(
        "cell",
        [
            None,
            {},
            {"cell_type": 5, "source": 7, "outputs": "x"},
            code({"a": 1}, None, 5, {"output_type": "stream"}, {"output_type": "error", "traceback": 5}),
            code(["a", 5], {"output_type": "display_data", "data": []}),
            drawn(image_png=["!", 5]),
            drawn(image_png={"a": 1}, text_plain=5),
        ],
    )
    def test_what_is_malformed_is_left_out(self, cell: Any) -> None:
        assert "good" in html(preview("a.ipynb", notebook(cell, code("good = 1"))))

    @pytest.mark.parametrize("content", [b"5", b"[]", b"{}", b'{"cells": {}}', b"[" * 100_000, b"9" * 9000])
    def test_what_is_no_notebook_is_text_all_the_same(self, content: bytes) -> None:
        with pytest.raises(NotANotebook):
            cells_of(content)
        assert [part.kind.value for part in preview("a.ipynb", content).parts] == ["code"]

    def test_bytes_are_not_shown(self) -> None:
        with pytest.raises(NoPreview):
            preview("a.ipynb", b"\xff\xfe")


class TestPictures:
    def test_a_large_one_is_made_as_large_as_a_page(self) -> None:
        address = remade(picture((3000, 1500), "JPEG")).address
        with Image.open(BytesIO(base64.b64decode(address.partition(",")[2]))) as made:
            assert made.size == (LONGEST_SIDE, LONGEST_SIDE // 2)

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_what_a_camera_wrote_is_not_kept(self, kind: str) -> None:
        out = BytesIO()
        exif = Image.Exif()
        exif[0x010E] = "a secret place"
        comment = {"comment": b"a secret word"} if kind == "JPEG" else {}
        Image.new("RGB", (4, 4)).save(out, kind, exif=exif, icc_profile=b"a secret colour", **comment)
        assert b"secret" in out.getvalue() or kind == "PNG"
        with Image.open(BytesIO(made_of(out.getvalue()))) as made:
            made.load()
            assert not made.getexif() and "secret" not in repr(made.info)

    def test_a_photo_stands_upright(self) -> None:
        out = BytesIO()
        exif = Image.Exif()
        exif[0x0112] = 6  # the camera was held on its side
        Image.new("RGB", (8, 4)).save(out, "JPEG", exif=exif)
        with Image.open(BytesIO(made_of(out.getvalue()))) as made:
            assert made.size == (4, 8)

    @pytest.mark.parametrize(
        "content",
        [b"", b"GIF89a", picture()[:40], picture(kind="GIF"), b"<svg/>", picture((5000, 5000))],
        ids=["empty", "cut", "half", "GIF", "SVG", "pixels"],
    )
    def test_what_cannot_be_decoded_is_told(self, content: bytes) -> None:
        with pytest.raises(NotAPicture):
            remade(content)
        with pytest.raises(NoPreview):
            preview("a.png", content)


@pytest.mark.parametrize(
    "cell",
    [
        code("x = '\ud800'"),
        {"cell_type": "markdown", "source": "\ud800 *hi*"},
        code("", {"output_type": "stream", "text": "\udfff"}),
        code("", {"output_type": "error", "ename": "\ud800", "evalue": ""}),
        code("", {"output_type": "error", "traceback": ["\ud800"]}),
        drawn(text_plain="\ud800"),
    ],
)
def test_half_a_character_is_no_reason_for_a_page_to_break(cell: dict[str, Any]) -> None:
    parts = preview("a.ipynb", notebook(cell)).parts
    assert "?" in parts[-1].html
    assert all(part.html.encode() for part in parts)
