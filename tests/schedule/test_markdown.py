"""Markdown to harmless HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedule.markdown import plain_paragraphs, render_markdown


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


PAGE = "https://portal.example.org/courses/effdl/announcements/7/"


def test_a_picture_is_told_by_its_words() -> None:
    assert (
        render_markdown("![the <b>tower</b>](https://e.org/spy.png)")
        == "<p>the &lt;b&gt;tower&lt;/b&gt;</p>\n"
    )
    assert plain_paragraphs("![the tower](https://e.org/spy.png)") == ("the tower",)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://e.org/a?b=1&c=2", "https://e.org/a?b=1&c=2"),
        ("/courses/effdl/schedule/#class-3", "https://portal.example.org/courses/effdl/schedule/#class-3"),
        ("../", "https://portal.example.org/courses/effdl/announcements/"),
        ("//e.org/x", "https://e.org/x"),
        ("mailto:ta@example.org", "ta@example.org"),
        ("ftp://e.org/x", ""),
        ("tel:+7495", ""),
    ],
)
def test_read_elsewhere_links_are_whole_addresses(link: str, address: str) -> None:
    html = render_markdown(f"See [the *page*]({link}).", PAGE)
    told = f"See the page ({address})." if address else "See the page."
    assert plain_paragraphs(f"See [the *page*]({link}).", PAGE) == (told,)
    assert ('href="' in html) == bool(address) and "the <em>page</em>" in html
    assert address.replace("&", "&amp;") in html


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("**Bold**, *slanted* and `code`", ("Bold, slanted and code",)),
        ("# Head\n\n* one\n* two\n\n3. three\n4. four", ("Head", "– one", "– two", "3. three", "4. four")),
        ("~~Thursday~~ Friday", ("~~Thursday~~ Friday",)),
        ("<https://e.org/>", ("https://e.org/",)),
        ("[https://e.org/](https://e.org/)", ("https://e.org/",)),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ("a | b", "1 | 2")),
        ("[x](javascript:alert(1))", ("[x](javascript:alert(1))",)),
        ("<b onclick='x()'>**y**</b>", ("<b onclick='x()'>y</b>",)),
        ("2 ** 3 and a_b_c", ("2 ** 3 and a_b_c",)),
    ],
)
def test_as_plain_text_it_is_words_and_addresses(text: str, paragraphs: tuple[str, ...]) -> None:
    assert plain_paragraphs(text) == paragraphs


@given(st.text(alphabet="[]()!<>*_~`#|-+.:/&\\\"' \n\tabjavscriptdhx1", max_size=60))
def test_any_text_is_read_elsewhere(text: str) -> None:
    for found in re.findall(r'href="([^"]*)"', render_markdown(text, PAGE)):
        assert found.startswith(("https://", "http://", "mailto:")), found
    plain_paragraphs(text, PAGE)
