"""The portal's template vocabulary: numbers, moments, icons, chips, sums, prices and rulers.

``{% load portal %}`` in any template. Every tag gives finished, escaped HTML that needs no script and no
inline style. Points and costs come in as integers of hundredths of a point, moments as aware datetimes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from courseportal import rulers
from courseportal.price_chart import DayPrice
from courseportal.price_chart import price_chart as drawn_prices
from courseportal.time_ruler import Point, time_ruler
from schedule import wording
from schedule.markdown import render_markdown

register = template.Library()

register.filter("in_points", wording.in_points)
register.filter("size", wording.size_text)
register.filter("metres", wording.length_text)
register.filter("clock", wording.zone_text)
register.filter("weekday", wording.weekday_text)
register.filter("day_text", wording.date_text)
register.filter("markdown", render_markdown)


@lru_cache(maxsize=128)
def drawn_icon(name: str) -> SafeString:
    """A Lucide icon as inline SVG, hidden from screen readers: a word always stands beside it."""
    drawn: str = lucide(name, size=24, **{"class": "ico", "aria-hidden": "true"})
    return mark_safe(drawn)  # noqa: S308 - SVG of the icon package


@register.simple_tag
def icon(name: str) -> SafeString:
    """``{% icon "check" %}``: see ``drawn_icon``."""
    return drawn_icon(str(name))


@register.filter
def points(hundredths: int | None, style: str = "") -> str:
    """``{{ 950|points }}`` is 9.50; ``:"trim"`` gives 9.5; nothing (None) is an en dash."""
    if hundredths is None:
        return "\N{EN DASH}"
    return wording.points_text(hundredths, trim=style == "trim")


@register.filter
def cost(hundredths: int, style: str = "") -> str:
    """``{{ 200|cost }}`` is −2.00, ``{{ 0|cost }}`` is 0; ``:"trim"`` gives −2."""
    return wording.cost_text(hundredths, trim=style == "trim")


@register.filter
def day(value: date, style: str = "day") -> SafeString:
    """A day as ``<time>``; styles day, long_day, weekday, dated."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), wording.date_text(value, style))


@register.simple_tag
def days(first: date, last: date) -> SafeString:
    """Two days and all between them: "16–22 Nov", "30 Nov – 6 Dec"."""
    one_month = (first.year, first.month) == (last.year, last.month)
    return format_html(
        '<time datetime="{}">{}</time>{}<time datetime="{}">{}</time>',
        first.isoformat(),
        str(first.day) if one_month else wording.date_text(first),
        "\N{EN DASH}" if one_month else "\N{NO-BREAK SPACE}\N{EN DASH} ",
        last.isoformat(),
        wording.date_text(last),
    )


def _zone_of(context: Mapping[str, Any], zone: tzinfo | str | None) -> tzinfo:
    if isinstance(zone, str) and zone:
        return ZoneInfo(zone)
    if isinstance(zone, tzinfo):
        return zone
    shell = context.get("portal")
    course_zone = getattr(shell, "zone", None)
    return course_zone or timezone.get_current_timezone()


@register.simple_tag(takes_context=True)
def moment(
    context: template.Context,
    at: datetime,
    style: str = "short",
    *,
    zone: tzinfo | str | None = None,
    show_zone: bool = False,
) -> SafeString:
    """A moment in the course's zone as ``<time>``: style short, long, time, seconds, clock or a day's."""
    place = _zone_of(context, zone)  # type: ignore[arg-type]  # a Context reads like a mapping
    return format_html(
        '<time datetime="{}">{}</time>',
        at.astimezone(place).isoformat(timespec="seconds"),
        wording.moment_text(at, style, place, with_zone=show_zone),
    )


@register.simple_tag(takes_context=True)
def local_day(context: template.Context, at: datetime) -> date:
    """The day of a moment in the course's zone: ``{% local_day line.starts_at as on %}``."""
    return at.astimezone(_zone_of(context, None)).date()  # type: ignore[arg-type]  # reads like a mapping


@register.simple_tag
def distance(at: datetime, now: datetime, *, live: bool = False) -> SafeString:
    """How far a moment is: "in 17 days"; with ``live`` a script keeps it true while the page is open."""
    text = wording.distance_text(at, now)
    if not live:
        return format_html("{}", text)
    return format_html(
        '<span data-countdown="{}" data-ahead="{}" data-soon="{}" data-past="{}" data-ago="{}">{}</span>',
        at.isoformat(timespec="seconds"),
        *(
            words.replace("} ", "}\N{NO-BREAK SPACE}")
            for words in (
                _("in {hours} h {minutes} min"),
                _("in {minutes} min {seconds} s"),
                _("{minutes} min {seconds} s ago"),
                _("{hours} h {minutes} min ago"),
            )
        ),
        text,
    )


CHIP_ICONS = {
    "ok": "check",
    "warn": "undo-2",
    "late": "clock",
    "new": "info",
    "pencil": "pencil",
    "": "circle",
}


@register.simple_tag
def chip(text: str, kind: str = "", icon: str = "") -> SafeString:
    """A state in a word with an icon; kinds ok, warn, late, new, pencil (unconfirmed) or plain."""
    return format_html(
        '<span class="chip{}">{}{}</span>',
        f" chip-{kind}" if kind else "",
        drawn_icon(icon or CHIP_ICONS[kind]),
        text,
    )


@register.inclusion_tag("portal/price.html")
def price(hundredths: int, label: str = "", *, trim: bool = False, closed: bool = False) -> dict[str, object]:
    """What handing in costs at this moment, as a tag: free in green, closed in grey."""
    kind = "lock" if closed else ("" if hundredths else "free")
    return {"kind": kind, "label": label, "text": wording.cost_text(hundredths, trim=trim)}


@register.inclusion_tag("portal/sum.html", name="sum")
def working(
    raw: int, lateness: int, result: int, *, bonus: int = 0, pencil: bool = False
) -> dict[str, object]:
    """Raw points, what lateness takes, a bonus if any, the result: no number stands without its working."""
    return {"raw": raw, "lateness": lateness, "result": result, "bonus": bonus, "pencil": pencil}


@register.inclusion_tag("portal/empty.html")
def empty(title: str, text: str = "", *, at: int = 50, url: str = "", link: str = "") -> dict[str, object]:
    """An empty state: a drawn ruler with its mark at ``at`` per cent, a true sentence, one way on."""
    return {
        "title": title,
        "text": text,
        "x": rulers.as_percent(at * 100),
        "ticks": [rulers.RulerTick(rulers.as_percent(n * 1000), n in (0, 5, 10)) for n in range(11)],
        "url": url,
        "link": link,
    }


@register.inclusion_tag("portal/term_ruler.html")
def term_ruler(
    starts_on: date,
    ends_on: date,
    today: date,
    marks: Iterable[rulers.TermMark],
    target: date | None = None,
) -> dict[str, object]:
    """The term as a line with the assignments' deadlines on it, and today; ``target`` is drawn in pencil."""
    ruler = rulers.term_ruler(
        starts_on=starts_on, ends_on=ends_on, today=today, marks=list(marks), target=target
    )
    months = [
        (tick, wording.month_text(tick.on), wording.month_text(tick.on, short=True)) for tick in ruler.months
    ]
    return {"ruler": ruler, "months": months, "today": today, "target": target}


@register.inclusion_tag("portal/standing_ruler.html")
def standing_ruler(
    counted: int,
    waiting: int,
    maximum: int,
    thresholds: Sequence[rulers.Threshold],
    if_earned: int | None = None,
) -> dict[str, object]:
    """Points so far against the thresholds of the grades; with the perk in pencil, where that differs."""
    ruler = rulers.standing_ruler(
        counted=counted, waiting=waiting, maximum=maximum, thresholds=thresholds, if_earned=if_earned
    )
    return {"ruler": ruler, "counted": counted, "waiting": waiting, "if_earned": if_earned}


@register.inclusion_tag("portal/price_chart.html")
def price_chart(prices: Sequence[DayPrice], today: date, due_on: date) -> dict[str, object]:
    """Days and what handing in costs on each; the solid column is today's."""
    return {"chart": drawn_prices(prices=prices, today=today, due_on=due_on), "due_on": due_on}


@register.simple_tag
def apart(at: datetime, middle: datetime) -> str:
    """How far a moment is from another, with its sign: "+4 min"."""
    return wording.offset_text(at - middle)


class _Timeline(Protocol):
    """What the ruler of an activity at the same time draws: perks.queries.fitting.Timeline."""

    points: Sequence[Point]
    middle: datetime
    within: timedelta
    minutes: int
    is_forecast: bool


@register.inclusion_tag("portal/same_time_ruler.html")
def same_time_ruler(timeline: _Timeline, zone: tzinfo) -> dict[str, object]:
    """The window of an activity at the same time, and each proof at its moment; this one is ringed."""
    ruler = time_ruler(timeline.points, middle=timeline.middle, within=timeline.within)
    inside = [point.label for point in ruler.points if point.is_counted]
    outside = [point.label for point in ruler.points if not point.is_counted]
    told = {"inside": ", ".join(inside) or "\N{EN DASH}", "outside": ", ".join(outside) or "\N{EN DASH}"}
    return {
        "ruler": ruler,
        "edges": (ruler.starts_x, ruler.ends_x),
        "minutes": timeline.minutes,
        "middle": wording.moment_text(timeline.middle, "time", zone),
        "forecast": timeline.is_forecast,
        "label": _("Inside the window: %(inside)s. Outside it or not checked: %(outside)s.") % told,
    }
