"""Markdown to harmless HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedule.markdown import render_markdown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Title", "<h2>Title</h2>"),
        ("**bold** and `code`", "<p><strong>bold</strong> and <code>code</code></p>"),
        ("[link](https://example.org)", 'href="https://example.org"'),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "<td>1</td>"),
        ("~~gone~~", "<s>gone</s>"),
        ("```python\ndef f(): pass\n```", '<span class="tok-k">def</span>'),
        ("```no-such-language\nx < y\n```", "x &lt; y"),
    ],
)
def test_what_staff_write_is_shown(text: str, html: str) -> None:
    assert html in render_markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>1</script>)",
        "![x](https://example.org/spy.png)",
        '<img src=x onerror="alert(1)">',
        "<div class='btn btn-primary' style='position:fixed'>x</div>",
        '<a href="https://e.org" onclick="x()">y</a>',
    ],
)
def test_nothing_runs_and_nothing_is_fetched(text: str) -> None:
    html = render_markdown(text)

    assert not any(
        bad in html
        for bad in ("<script", 'href="javascript:', 'href="data:', "<img", "<div", '<a href="https://e')
    )


@given(st.text())
def test_any_text_is_rendered(text: str) -> None:
    html = render_markdown(text)

    assert "<script" not in html
