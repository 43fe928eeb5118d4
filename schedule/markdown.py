"""Markdown as course staff and TAs write it, to HTML that can do no harm."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from people.days import tied

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
    parser.add_render_rule("image", _in_words)
    return parser.enable(["table", "strikethrough"])


def _in_words(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """A picture as the words that stand for it: none is fetched from elsewhere."""
    return escapeHtml(renderer.renderInlineAsText(tokens[at].children or [], options, env))


@lru_cache(maxsize=512)
def render_markdown(text: str, base: str = "") -> SafeString:
    """HTML for Markdown: headings one step lower than written, links that open in safety, code in colours.

    Raw HTML in the text is shown as text. Scripts, styles, pictures and foreign schemes do not come through.
    With ``base``, the address of its page, links are whole addresses: for what is read elsewhere.
    """
    tokens = _parser().parse(text)
    for token in tokens:
        for part in token.children or ():
            if part.type == "text":
                part.content = tied(part.content)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    html = _parser().renderer.render(tokens, _parser().options, {})
    clean = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=partial(_attribute, base),
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer",
    )
    # A long line of code scrolls: the keyboard must reach it too.
    reachable = clean.replace("<pre>", '<pre tabindex="0">')
    return mark_safe(reachable)  # noqa: S308 - cleaned above


def _attribute(base: str, _tag: str, name: str, value: str) -> str | None:
    """Keep a class only where it colours code: the portal's own look cannot be borrowed."""
    if name == "href" and base:
        return _whole(value, base) or None
    if name != "class":
        return value
    kept = [word for word in value.split() if word.startswith(("tok-", "language-"))]
    return " ".join(kept) or None


def _whole(address: str, base: str) -> str:
    """The address of a link as it is from anywhere; empty where it leads nowhere that is safe."""
    try:
        whole = urljoin(base, address.strip())
        scheme = urlsplit(whole).scheme
    except ValueError:
        return ""
    return whole if scheme in SCHEMES or not (scheme or base) else ""


@lru_cache(maxsize=512)
def plain_paragraphs(text: str, base: str = "") -> tuple[str, ...]:
    """The same as plain text, a paragraph each: for letters, which are read without a browser.

    A link is followed by its address, an item of a list begins with a dash or its number, the cells of a
    table's row stand on one line. ``base`` as above.
    """
    paragraphs: list[str] = []
    lists: list[int | None] = []
    marker, row = "", 0
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
                paragraphs.append(marker + _plain(token.children or [], base))
                marker = ""
            case "tr_open":
                row = len(paragraphs)
            case "tr_close":
                paragraphs[row:] = [" | ".join(paragraphs[row:])]
            case "fence" | "code_block":
                paragraphs.append(marker + token.content.rstrip("\n"))
                marker = ""
    return tuple(paragraph for paragraph in paragraphs if paragraph.strip())


def _plain(tokens: Sequence[Token], base: str) -> str:
    """What stands in one paragraph, without its marks; what is struck out keeps them, or it would hold."""
    said, addresses = "", []
    for token in tokens:
        match token.type:
            case "softbreak":
                said += " "
            case "hardbreak":
                said += "\n"
            case "link_open":
                addresses.append((len(said), _whole(str(token.attrs.get("href", "")), base)))
            case "link_close":
                start, address = addresses.pop()
                address = address.removeprefix("mailto:")
                said += f" ({address})" if address and address != said[start:] else ""
            case "s_open" | "s_close":
                said += "~~"
            case _:
                said += token.content
    return said
