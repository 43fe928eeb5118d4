"""How the portal writes numbers, sizes, days and moments, in the language of the page.

What a page prints goes through here, so that the same value looks the same on every page: decimal comma
in Russian, the minus sign U+2212, no-break spaces before units, moments in the course's zone.
"""

from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from django.utils import formats
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, ngettext, npgettext, pgettext
from django.utils.translation import gettext as _

from people.days import short_month, short_month_of_day, tied, zone_name

MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"

DAY_STYLES = {
    "day": f"j{NBSP}{{month}}",
    "long_day": f"j{NBSP}E",
    "weekday": f"l, j{NBSP}E",
    "on_weekday": f"j{NBSP}E",
    "dated": f"j{NBSP}E Y",
}
MOMENT_STYLES = {
    "short": f"j{NBSP}{{month}}, H:i",
    "long": f"j{NBSP}E, H:i",
    "time": "H:i",
    "seconds": f"j{NBSP}E Y, H:i:s",
    "to_the_second": f"j{NBSP}E, H:i:s",
    "clock": "H:i:s",
    **DAY_STYLES,
}


def points_text(hundredths: int, *, trim: bool = False) -> str:
    """950 as "9.50" or "9,50"; with ``trim`` as "9.5", 1000 as "10". Below zero with a true minus sign."""
    whole, rest = divmod(abs(hundredths), 100)
    digits = f"{rest:02d}"
    if trim:
        digits = digits.rstrip("0")
    separator = formats.get_format("DECIMAL_SEPARATOR")
    text = f"{whole}{separator}{digits}" if digits else str(whole)
    return f"{MINUS}{text}" if hundredths < 0 else text


def cost_text(hundredths: int, *, trim: bool = False) -> str:
    """A price as it is taken away: 200 as "−2.00"; nothing as "0"."""
    return points_text(-hundredths, trim=trim) if hundredths else "0"


def in_points(hundredths: int) -> str:
    """The number with its word: "2 points", "1.5 points"."""
    text = points_text(hundredths, trim=True)
    if hundredths % 100:
        return tied(pgettext("a fraction of points", "%(points)s points") % {"points": text})
    count = abs(hundredths) // 100
    return tied(ngettext("%(points)s point", "%(points)s points", count) % {"points": text})


def size_text(size: int, *, up: bool = False) -> str:
    """A file size in bytes as "640 bytes", "12 KB", "1.8 MB"; 1024 bytes are a KB.

    With ``up`` it is rounded up: what is too much never reads like the limit beside it.
    """
    if size < 1024:
        return tied(ngettext("%(count)d byte", "%(count)d bytes", size) % {"count": size})
    for unit, limit in ((_("KB"), 1024**2), (_("MB"), 1024**3), (_("GB"), 1024**4)):
        if size < limit or unit == _("GB"):
            more = 2 * limit - 1 if up else limit
            tenths = (size * 10 * 1024 * 2 + more) // (2 * limit)
            return f"{points_text(tenths * 10, trim=True)}{NBSP}{unit}"
    raise AssertionError(size)


def length_text(metres: int) -> str:
    """A length as "850 m", from a kilometre on as "4.2 km"."""
    number = str(metres) if metres < 1000 else points_text((metres + 50) // 100 * 10, trim=True)
    unit = _("m") if metres < 1000 else _("km")
    return f"{number}{NBSP}{unit}"


def date_text(value: date, style: str = "day") -> str:
    """A day or a moment in one of ``MOMENT_STYLES``; a moment must already be in the zone it is read in.

    "weekday" opens a line ("Tuesday, 24 November"), "on_weekday" stands in a sentence ("on Tuesday, …").
    """
    text = format_date(value, MOMENT_STYLES[style].format(month=short_month_of_day(value)))
    return f"{_on_weekday(value)}, {text}" if style == "on_weekday" else text


def moment_text(at: datetime, style: str, zone: tzinfo, *, with_zone: bool = False) -> str:
    """An aware moment in ``zone``; ``with_zone`` adds the zone's abbreviation, as "MSK"."""
    local = at.astimezone(zone)
    text = date_text(local, style)
    return f"{text}{NBSP}{zone_name(local)}" if with_zone else text


def zone_text(zone: ZoneInfo) -> str:
    """By which clock moments are told: "in Moscow time", "in Berlin time"; without a place "in UTC+3"."""
    if zone.key == "Europe/Moscow":
        return pgettext("clock", "in Moscow time")
    # A place that the names of places do not know keeps its English one, the last part of the key.
    place = get_timezone_location(zone.key, locale=get_language() or "en", return_city=True).rpartition("/")[
        2
    ]
    if zone.key.startswith("Etc/") or place in ("UTC", "GMT"):
        fixed = zone_name(datetime(2000, 1, 1, tzinfo=zone))
        return pgettext("clock", "in %(zone)s") % {"zone": fixed}
    return pgettext("clock", "in %(city)s time") % {"city": place}


def offset_text(apart: timedelta) -> str:
    """How far one moment is from another, with its sign: "+4 min", "−1 h 5 min", "+3 d"."""
    minutes = abs(round(apart / timedelta(minutes=1)))
    sign = MINUS if apart < timedelta(0) and minutes else "+"
    hours, days = minutes // 60, minutes // 1440
    if not hours:
        pattern = pgettext("an offset", "%(minutes)d min")
    elif days < 2:
        pattern = pgettext("an offset", "%(hours)d h %(minutes)d min")
    else:
        pattern = pgettext("an offset", "%(days)d d")
    rest = minutes % 60
    return sign + (pattern % {"days": days, "hours": hours, "minutes": rest}).replace(" ", NBSP)


def _on_weekday(value: date) -> str:
    return (
        pgettext("in a sentence", "on Monday"),
        pgettext("in a sentence", "on Tuesday"),
        pgettext("in a sentence", "on Wednesday"),
        pgettext("in a sentence", "on Thursday"),
        pgettext("in a sentence", "on Friday"),
        pgettext("in a sentence", "on Saturday"),
        pgettext("in a sentence", "on Sunday"),
    )[value.weekday()]


def weekday_text(value: date) -> str:
    """The short weekday of a programme: "Mon"."""
    return (
        pgettext("short weekday", "Mon"),
        pgettext("short weekday", "Tue"),
        pgettext("short weekday", "Wed"),
        pgettext("short weekday", "Thu"),
        pgettext("short weekday", "Fri"),
        pgettext("short weekday", "Sat"),
        pgettext("short weekday", "Sun"),
    )[value.weekday()]


def month_text(value: date, *, short: bool = False) -> str:
    """The name of a month standing alone: "November" or "Nov"; Russian writes it in lower case."""
    text = format_date(value, short_month() if short else "F")
    return text.lower() if (get_language() or "").startswith("ru") else text


def distance_text(at: datetime, now: datetime) -> str:
    """How far ``at`` is from ``now``: "in 7 min", "in 1 h 15 min", "in 17 days", "4 days ago"."""
    return tied(_distance(at, now))


def _distance(at: datetime, now: datetime) -> str:
    minutes = abs(int((at - now).total_seconds())) // 60
    days, hours = minutes // 1440, minutes // 60
    ahead = at >= now
    if days >= 2:
        if ahead:
            return npgettext("distance", "in %(count)d day", "in %(count)d days", days) % {"count": days}
        return npgettext("distance", "%(count)d day ago", "%(count)d days ago", days) % {"count": days}
    if not minutes:
        return pgettext("distance", "in less than a minute") if ahead else pgettext("distance", "just now")
    if not hours:
        near = (
            pgettext("distance", "in %(minutes)d min")
            if ahead
            else pgettext("distance", "%(minutes)d min ago")
        )
        return near % {"minutes": minutes}
    pattern = (
        pgettext("distance", "in %(hours)d h %(minutes)d min")
        if ahead
        else pgettext("distance", "%(hours)d h %(minutes)d min ago")
    )
    return pattern % {"hours": hours, "minutes": minutes % 60}
