"""The look of letters: ``{% load letter %}``, then ``<td {% look "label" %}>``.

Mail programs read a style sheet in the head, if at all, only for what it adds; so every element carries its
style, written once here. The colours are those of static/portal/css/tokens.css; a test compares them.
"""

from __future__ import annotations

from typing import Final

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


@register.simple_tag
def look(name: str) -> SafeString:
    """The class and style of an element; the class is what the dark sheet of the head knows it by."""
    colours, rest = STYLES[name]
    told = ";".join([*(f"{what}:{LIGHT[colour]}" for what, colour in colours.items()), rest])
    return format_html('class="l-{}" style="{}"', name, mark_safe(told))  # noqa: S308 - constants of this file


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
