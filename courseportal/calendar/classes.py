"""The classes and exams of courses as events of a calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from courseportal.calendar.addresses import portal_address, uid
from courseportal.calendar.changes import Row, added, added_with, last_of, latest_by_row, row, rows_are
from courseportal.calendar.events import CalendarEvent, Revision, Status
from courseportal.calendar.words import class_text, class_title, exam_text, exam_title, with_course
from schedule.models import ClassMeeting, Course, Exam, Material
from schedule.queries import Link, full_address, week_number
from schedule.rules import is_whole_day


def class_events(courses: Sequence[Course]) -> list[CalendarEvent]:
    """The classes and the exams of these courses, in five statements."""
    known = {course.pk: course for course in courses}
    meetings = list(ClassMeeting.objects.filter(course__in=known).order_by("starts_at", "pk"))
    exams = list(Exam.objects.filter(course__in=known))
    links = _links(known)
    materials = added(added_with(Material, class_meeting_id=[one.pk for one in meetings]))
    rows_of: defaultdict[int, list[Row]] = defaultdict(list)
    for one, values in materials.items():
        rows_of[values["class_meeting_id"]].append(one)
    changes = latest_by_row(
        rows_are(ClassMeeting, [one.pk for one in meetings])
        | rows_are(Exam, [one.pk for one in exams])
        | rows_are(Course, list(known))
        | rows_are(Material, [row_id for _table, row_id in materials])
    )
    events = []
    for meeting in meetings:
        rows = [row(ClassMeeting, meeting.pk), row(Course, meeting.course_id), *rows_of[meeting.pk]]
        events.append(
            _class_event(meeting, known[meeting.course_id], links[meeting.pk], last_of(changes, rows))
        )
    for exam in exams:
        rows = [row(Exam, exam.pk), row(Course, exam.course_id)]
        events.append(_exam_event(exam, known[exam.course_id], last_of(changes, rows)))
    return events


def _links(courses: dict[int, Course]) -> defaultdict[int, list[Link]]:
    """By class: its materials, in their order."""
    links: defaultdict[int, list[Link]] = defaultdict(list)
    rows = Material.objects.filter(class_meeting__course__in=courses).order_by("position")
    for class_id, course_id, title, url in rows.values_list(
        "class_meeting_id", "class_meeting__course_id", "title", "url"
    ):
        links[class_id].append(Link(title, full_address(courses[course_id], url)))
    return links


def _class_event(
    meeting: ClassMeeting, course: Course, materials: Iterable[Link], revision: Revision
) -> CalendarEvent:
    zone = course.zone
    begins = meeting.starts_at.astimezone(zone)
    whole_day = is_whole_day(meeting.starts_at, meeting.ends_at, zone)
    anchor = f"#w{week_number(course, begins.date())}"
    url = portal_address("schedule:schedule", course.slug) + anchor
    return CalendarEvent(
        uid=uid("class", meeting.pk),
        title=with_course(class_title(meeting), course),
        description=class_text(meeting, course, materials, url, hours_known=not whole_day),
        starts=begins.date() if whole_day else meeting.starts_at,
        ends=begins.date() if whole_day else meeting.ends_at,
        zone=zone,
        url=url,
        category=course.title,
        revision=revision,
        place=meeting.room,
        status=Status.CANCELLED if meeting.cancelled_at else Status.CONFIRMED,
        is_busy=not whole_day,
    )


def _exam_event(exam: Exam, course: Course, revision: Revision) -> CalendarEvent:
    """The exam at its hour, or the days between which it will be."""
    url = portal_address("schedule:schedule", course.slug) + "#exam"
    return CalendarEvent(
        uid=uid("exam", exam.pk),
        title=with_course(exam_title(exam), course),
        description=exam_text(exam, course, url),
        starts=exam.starts_at or exam.not_before_on,
        ends=None if exam.starts_at else exam.not_after_on,
        zone=course.zone,
        url=url,
        category=course.title,
        revision=revision,
        place=exam.room,
        status=Status.CONFIRMED if exam.starts_at else Status.TENTATIVE,
        is_busy=exam.starts_at is not None,
    )
