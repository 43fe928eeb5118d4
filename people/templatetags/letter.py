"""The look of letters: ``{% load letter %}``, then ``<td {% look "label" %}>``.

Mail programs read a style sheet in the head, if at all, only for what it adds; so every element carries its
style, written once here. The colours are those of static/portal/css/tokens.css; a test compares them.
"""

from __future__ import annotations

from typing import Final
from unicodedata import category

import nh3
from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

LIGHT: Final = {
    "paper": "#faf8f3",
    "sheet": "#ffffff",
    "well": "#f1eee6",
    "ink": "#1a1b1f",
    "ink2": "#4b4d55",
    "ink3": "#63656d",
    "rule": "#e0dbcf",
    "accent": "#2440b3",
    "on-accent": "#ffffff",
}
DARK: Final = {
    "paper": "#16171b",
    "sheet": "#1e2025",
    "well": "#26282e",
    "ink": "#edeae3",
    "ink2": "#bcbdc3",
    "ink3": "#9b9da6",
    "rule": "#34373e",
    "accent": "#a3b6ff",
    "on-accent": "#10152c",
}

SERIF: Final = "'Source Serif 4',Cambria,'PT Serif',Georgia,'Times New Roman',serif"
SANS: Final = "'Source Sans 3',-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
MONO: Final = "ui-monospace,'SF Mono',Consolas,'Liberation Mono',Menlo,monospace"
WRAPS: Final = "overflow-wrap:anywhere;word-break:break-word"
ROW: Final = f"{WRAPS};vertical-align:top;border-bottom-style:solid;border-bottom-width:1px"

Style = tuple[dict[str, str], str]
"""The colours of an element, property by property, and the rest of its style."""

STYLES: Final[dict[str, Style]] = {
    "page": ({"background-color": "paper"}, "margin:0;padding:0;width:100%"),
    "hidden": ({}, "display:none;max-height:0;overflow:hidden;mso-hide:all"),
    "brand": ({"color": "ink"}, f"font:600 17px/22px {SERIF};text-decoration:none"),
    "bar": ({"background-color": "accent"}, "width:3px;font-size:0;line-height:0"),
    "top": ({"border-top-color": "ink"}, "border-top-style:solid;border-top-width:2px;padding:20px 0 8px"),
    "first": ({}, "padding:6px 0 28px"),
    "next": ({"border-top-color": "rule"}, "border-top-style:solid;border-top-width:1px;padding:24px 0 28px"),
    "over": ({"color": "ink3"}, f"margin:0 0 6px;font:400 15px/20px {SANS}"),
    "title": ({"color": "ink"}, f"margin:0 0 10px;font:600 26px/31px {SERIF};letter-spacing:-.01em;{WRAPS}"),
    "subtitle": ({"color": "ink"}, f"margin:0 0 8px;font:600 20px/25px {SERIF};{WRAPS}"),
    "lead": ({"color": "ink2"}, f"margin:0 0 18px;font:400 18px/26px {SANS};{WRAPS}"),
    "text": ({"color": "ink"}, f"margin:0 0 14px;font:400 16px/24px {SANS};{WRAPS}"),
    "heading": ({"color": "ink"}, f"margin:20px 0 8px;font:600 18px/24px {SERIF};{WRAPS}"),
    "list": ({"color": "ink"}, f"margin:0 0 14px;padding:0 0 0 24px;font:400 16px/24px {SANS};{WRAPS}"),
    "item": ({"color": "ink"}, "margin:0 0 4px"),
    "quote": (
        {"color": "ink2", "border-left-color": "rule"},
        "margin:0 0 14px;padding:0 0 0 16px;border-left-style:solid;border-left-width:3px",
    ),
    "word": ({"color": "ink", "background-color": "well"}, f"font-family:{MONO};font-size:14px"),
    "lines": (
        {"color": "ink", "background-color": "well"},
        f"margin:0 0 14px;padding:12px 16px;font:400 14px/20px {MONO};white-space:pre-wrap;{WRAPS}",
    ),
    "line": (
        {"border-top-color": "rule"},
        "margin:20px 0;border:0;border-top-style:solid;border-top-width:1px",
    ),
    "table": ({}, "margin:0 0 14px;border-collapse:collapse"),
    "head": ({"color": "ink2"}, f"padding:4px 16px 4px 0;font:600 15px/21px {SANS};text-align:left"),
    "cell": ({"color": "ink"}, f"padding:4px 16px 4px 0;font:400 15px/21px {SANS};{WRAPS}"),
    "rows": (
        {"border-top-color": "rule"},
        "width:100%;margin:0 0 20px;border-top-style:solid;border-top-width:1px;border-collapse:collapse",
    ),
    "label": (
        {"color": "ink2", "border-bottom-color": "rule"},
        f"min-width:96px;padding:9px 16px 9px 0;font:400 15px/21px {SANS};text-align:left;{ROW}",
    ),
    "value": (
        {"color": "ink", "border-bottom-color": "rule"},
        f"padding:9px 0;font:600 15px/21px {SANS};text-align:right;{ROW}",
    ),
    "code": (
        {"color": "ink", "background-color": "well"},
        f"padding:16px 20px;font:600 28px/34px {MONO};letter-spacing:.08em;text-align:center",
    ),
    "button": ({"background-color": "accent"}, "border-radius:3px;mso-padding-alt:12px 20px"),
    "press": (
        {"color": "on-accent"},
        f"display:inline-block;padding:12px 20px;font:600 16px/20px {SANS};text-decoration:none",
    ),
    "address": ({"color": "ink3"}, f"margin:12px 0 0;font:400 13px/19px {SANS}"),
    "link": ({"color": "accent"}, "text-decoration:underline"),
    "long": ({"color": "accent"}, "text-decoration:underline;word-break:break-all"),
    "foot": ({"border-top-color": "rule"}, "border-top-style:solid;border-top-width:1px;padding:14px 0 0"),
    "small": ({"color": "ink3"}, f"margin:0 0 8px;font:400 13px/19px {SANS}"),
}


PROSE: Final = {
    "p": "text",
    "a": "link",
    **dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), "heading"),
    "ul": "list",
    "ol": "list",
    "li": "item",
    "blockquote": "quote",
    "pre": "lines",
    "code": "word",
    "hr": "line",
    "table": "table",
    "th": "head",
    "td": "cell",
}
"""How the elements of somebody's text look; those that are missing look the same everywhere."""
BARE: Final = frozenset({"b", "br", "del", "em", "i", "s", "strong", "sub", "sup", "tbody", "thead", "tr"})
LONGEST_PROSE: Final = 60_000
"""Of a text in its look: a longer one is told plainly, for mail programs cut letters of 102 KB."""


def _look(name: str) -> tuple[str, str]:
    colours, rest = STYLES[name]
    return f"l-{name}", ";".join([*(f"{what}:{LIGHT[colour]}" for what, colour in colours.items()), rest])


@register.simple_tag
def look(name: str) -> SafeString:
    """The class and style of an element; the class is what the dark sheet of the head knows it by."""
    sort, style = _look(name)
    return format_html('class="{}" style="{}"', sort, mark_safe(style))  # noqa: S308 - constants of this file


@register.filter
def dressed(prose: str) -> SafeString:
    """HTML of somebody's text in the look of letters; empty where it is too long for one.

    Whoever wrote it, nothing but words, their emphasis and links to whole addresses come through.
    """
    looks = {tag: dict(zip(("class", "style"), _look(name), strict=True)) for tag, name in PROSE.items()}
    looks["a"]["target"] = "_blank"
    clean = nh3.clean(
        "".join(sign for sign in prose if sign in "\n\t" or category(sign) not in {"Cc", "Cf", "Cs"}),
        tags={*PROSE, *BARE},
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
        set_tag_attribute_values=looks,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer",
    )
    return SafeString(clean if len(clean) <= LONGEST_PROSE else "")


@register.simple_tag
def colour(name: str) -> str:
    """A light colour by its name, for attributes that old programs read."""
    return LIGHT[name]


@register.simple_tag
def dark_sheet() -> SafeString:
    """The dark colours of every element: for programs that follow the device, and for Outlook's own way."""
    rules = [
        (name, ";".join(f"{what}:{DARK[colour]} !important" for what, colour in colours.items()))
        for name, (colours, _rest) in STYLES.items()
        if colours
    ]
    followed = format_html_join("", ".l-{}{{{}}}", rules)
    outlook = format_html_join("", "[data-ogsc] .l-{}{{{}}}", rules)
    return format_html("@media (prefers-color-scheme:dark){{{}}}{}", followed, outlook)
