"""Markdown as course staff and TAs write it, to HTML that can do no harm."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

TAGS: Final = frozenset(
    "a b blockquote br code del em h2 h3 h4 h5 h6 hr i li ol p pre s span strong sub sup".split()  # noqa: SIM905
) | {"table", "tbody", "td", "th", "thead", "tr", "ul"}
ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "code": {"class"},
    "span": {"class"},
    "ol": {"start"},
}
SCHEMES: Final = frozenset({"http", "https", "mailto"})


def _highlighted(source: str, language: str, _attributes: str) -> str:
    """The lines of a fence with Pygments' classes, or nothing where the language is not known."""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return ""
    return highlight(source, lexer, HtmlFormatter(nowrap=True, classprefix="tok-"))


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "highlight": _highlighted})
    return parser.enable(["table", "strikethrough"])


@lru_cache(maxsize=512)
def render_markdown(text: str) -> SafeString:
    """HTML for Markdown: headings one step lower than written, links that open in safety, code in colours.

    Raw HTML in the text is shown as text. Scripts, styles, pictures and foreign schemes do not come through.
    """
    tokens = _parser().parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    html = _parser().renderer.render(tokens, _parser().options, {})
    clean = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=_attribute,
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer",
    )
    # A long line of code scrolls: the keyboard must reach it too.
    reachable = clean.replace("<pre>", '<pre tabindex="0">')
    return mark_safe(reachable)  # noqa: S308 - cleaned above


def _attribute(_tag: str, name: str, value: str) -> str | None:
    """Keep a class only where it colours code: the portal's own look cannot be borrowed."""
    if name != "class":
        return value
    kept = [word for word in value.split() if word.startswith(("tok-", "language-"))]
    return " ".join(kept) or None


@lru_cache(maxsize=512)
def plain_paragraphs(text: str) -> tuple[str, ...]:
    """The same as plain text, a paragraph each: for letters, which are read without a browser.

    A link is followed by its address, an item of a list begins with a dash or its number.
    """
    paragraphs: list[str] = []
    lists: list[int | None] = []
    marker = ""
    for token in _parser().parse(text):
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                number = lists[-1]
                marker = "– " if number is None else f"{number}. "
                lists[-1] = None if number is None else number + 1
            case "inline":
                paragraphs.append(marker + _plain(token.children or []))
                marker = ""
            case "fence" | "code_block":
                paragraphs.append(marker + token.content.rstrip("\n"))
                marker = ""
    return tuple(paragraph for paragraph in paragraphs if paragraph.strip())


def _plain(tokens: Sequence[Token]) -> str:
    """What stands in one paragraph, without its marks."""
    said, addresses = "", []
    for token in tokens:
        match token.type:
            case "softbreak":
                said += " "
            case "hardbreak":
                said += "\n"
            case "link_open":
                addresses.append((len(said), str(token.attrs.get("href", ""))))
            case "link_close":
                start, address = addresses.pop()
                said += f" ({address})" if address and address != said[start:] else ""
            case _:
                said += token.content
    return said
