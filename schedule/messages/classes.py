"""A class is moved, cancelled, takes place after all, or is in another room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from people.days import zone_name
from people.kinds import Facts, Letter
from schedule.audience import takes_part
from schedule.messages.parts import CHANGED, LEFT, PAST, about, moment, room_rows, under
from schedule.models import AnnouncedClass, ClassMeeting
from schedule.rules import is_whole_day
from schedule.wording import date_text


def state_of(row: ClassMeeting | AnnouncedClass) -> Facts:
    """When and where a class is, as facts of a message."""
    return {
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "room": row.room,
        "cancelled": row.cancelled_at is not None,
    }


def class_facts(meeting: ClassMeeting, before: Facts) -> Facts:
    """What a message says about a change of a class, given how it was told last."""
    return about(meeting.course) | {
        "class": meeting.pk,
        "kind": meeting.kind,
        "number": meeting.number,
        "title": meeting.title,
        "before": before,
        "after": state_of(meeting),
        "why": meeting.cancelled_why if meeting.cancelled_at else "",
    }


def facts_if(meeting: ClassMeeting, why: str | None) -> Facts:
    """What a message would say of a known class once it is cancelled for that reason, or stands (None)."""
    after = state_of(meeting) | {"cancelled": why is not None}
    return class_facts(meeting, state_of(meeting.announced)) | {"after": after, "why": why or ""}


def class_holds(person_id: int | None, facts: Facts, now: datetime) -> str:
    """Empty while the class is still as the message says, and still to come."""
    meeting = ClassMeeting.objects.filter(pk=facts["class"]).first()
    # One that is removed does not take place either.
    still = facts["after"]["cancelled"] if meeting is None else state_of(meeting) == facts["after"]
    if not still:
        return CHANGED
    if moment(facts["after"]["ends_at"]) <= now:
        return PAST
    return "" if takes_part(person_id, facts["course"]) else LEFT


def write_classes(several: Sequence[Facts], zone: ZoneInfo) -> Letter:
    """One class with all there is to say, several as a list."""
    last = several[-1]
    link = _place(several)
    if len(several) == 1:
        return _one(last, zone, link)
    said = ngettext("%(count)d class is changed", "%(count)d classes are changed", len(several))
    lead = _("The schedule has the new times and rooms already.")
    if all(one["after"]["cancelled"] for one in several):
        said = ngettext("%(count)d class is cancelled", "%(count)d classes are cancelled", len(several))
        lead = _("These classes do not take place.")
    return Letter(
        subject=under(last, said % {"count": len(several)}),
        lead=lead,
        rows=tuple((_capital(_name(one, with_title=True)), _in_short(one, zone)) for one in several),
        link=link,
        link_label=_("Open the schedule"),
    )


def _place(several: Sequence[Facts]) -> str:
    """The line of the class in the schedule, of several the first; the page where it stands there no more."""
    page = reverse("schedule:schedule", args=[several[-1]["course"]])
    stand = [one for one in several if not one.get("removed")]
    if not stand:
        return page
    first = min(stand, key=lambda one: moment(one["after"]["starts_at"]))
    return f"{page}#class-{first['class']}"


def _one(facts: Facts, zone: ZoneInfo, link: str) -> Letter:
    before, after = facts["before"], facts["after"]
    rows = [(_("Class"), _capital(_name(facts, with_title=True)))]
    if after["cancelled"]:
        rows.append((pgettext("a class", "When"), _hours(after, zone)))
    elif _when(before) != _when(after):
        rows.append((_("It was to be"), _hours(before, zone)))
        rows.append((_("It is now"), _hours(after, zone)))
    else:
        rows.append((pgettext("a class", "When"), _hours(after, zone)))
    if not after["cancelled"]:
        rows += room_rows(before["room"], after["room"])
    if facts["why"]:
        rows.append((_("Why"), facts["why"]))
    return Letter(
        subject=under(facts, _headline(facts, zone)),
        lead=_lead(facts),
        rows=tuple(rows),
        link=link,
        link_label=_("Open the schedule"),
    )


def _lead(facts: Facts) -> str:
    before, after = facts["before"], facts["after"]
    if after["cancelled"]:
        return _("This class does not take place.")
    if before["cancelled"]:
        return _("This class was cancelled, and takes place after all.")
    if _when(before) != _when(after):
        return _("This class is at another time.")
    if not before["room"]:
        return _("The room of this class is known now.")
    if not after["room"]:
        return _("This class is not in the room that was told. The new one is not known yet.")
    return _("This class is in another room.")


def _headline(facts: Facts, zone: ZoneInfo) -> str:
    """What happened to one class, in a subject."""
    before, after = facts["before"], facts["after"]
    told = {"what": _name(facts), "when": _day(after, zone)}
    if after["cancelled"]:
        return _("cancelled: %(what)s, %(when)s") % told
    if before["cancelled"]:
        return _("takes place after all: %(what)s, %(when)s") % told
    if before["starts_at"] == after["starts_at"] and before["ends_at"] != after["ends_at"]:
        hours = {"before": _clocks(before, zone), "after": _clocks(after, zone)}
        hours["day"] = date_text(moment(after["starts_at"]).astimezone(zone), "long_day")
        return _("other hours: %(what)s, %(day)s, %(before)s → %(after)s") % (told | hours)
    if _when(before) != _when(after):
        return _("moved: %(what)s, %(before)s → %(when)s") % (told | {"before": _day(before, zone)})
    return _room_headline(told, before["room"], after["room"])


def _room_headline(told: dict[str, str], before: str, after: str) -> str:
    """The room alone is news: known at last, not the one that was told, or another."""
    told = told | {"before": before, "room": after}
    if not before:
        return _("room known: %(what)s, %(when)s: %(room)s") % told
    if not after:
        return _("not in %(before)s: %(what)s, %(when)s; the room is not known yet") % told
    return _("another room: %(what)s, %(when)s: %(room)s") % told


def _in_short(facts: Facts, zone: ZoneInfo) -> str:
    """The same in a row of a list."""
    before, after = facts["before"], facts["after"]
    if after["cancelled"]:
        said = _("%(when)s: cancelled") % {"when": _day(after, zone)}
        return f"{said} ({facts['why']})" if facts["why"] else said
    told = _hours(after, zone)
    if before["starts_at"] != after["starts_at"]:
        told = f"{_day(before, zone)} → {told}"
    if before["cancelled"]:
        told = _("%(when)s: takes place after all") % {"when": told}
    if before["room"] != after["room"]:
        room = after["room"] or _("not known yet")
        told = _("%(told)s; room: %(room)s") % {"told": told, "room": room}
    return told


def _when(state: Facts) -> tuple[str, str]:
    return state["starts_at"], state["ends_at"]


def _name(facts: Facts, *, with_title: bool = False) -> str:
    """ "lecture 5", where it has no number "lecture “Pruning”"."""
    kind = str(ClassMeeting.Kind(facts["kind"]).label)
    titled = _("%(kind)s “%(title)s”") % {"kind": kind, "title": facts["title"]}
    if not facts["number"]:
        return titled
    numbered = f"{kind} {facts['number']}"
    return f"{numbered}: {facts['title']}" if with_title and facts["title"] else numbered


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _clocks(state: Facts, zone: ZoneInfo) -> str:
    starts, ends = (moment(state[end]).astimezone(zone) for end in ("starts_at", "ends_at"))
    return f"{starts:%H:%M}–{ends:%H:%M}"


def _day(state: Facts, zone: ZoneInfo) -> str:
    """The day and the hour at which a class begins, in short."""
    starts = moment(state["starts_at"]).astimezone(zone)
    if is_whole_day(starts, moment(state["ends_at"]), zone):
        return date_text(starts, "long_day")
    return date_text(starts, "long")


def _hours(state: Facts, zone: ZoneInfo) -> str:
    """The day and the hours of a class with their zone."""
    starts, ends = (moment(state[end]).astimezone(zone) for end in ("starts_at", "ends_at"))
    day = date_text(starts, "weekday")
    if is_whole_day(starts, ends, zone):
        return _("%(day)s, time not known yet") % {"day": day}
    return f"{day}, {_clocks(state, zone)}\N{NO-BREAK SPACE}{zone_name(starts)}"
