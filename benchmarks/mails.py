"""A letter of each kind in each language, as HTML files: what the portal itself writes when things happen.

    python -m benchmarks.mails FOLDER

Works on the configured database, which must be migrated and hold the demo, and changes it: `make screenshots`
gives it one of its own, and takes pictures of the files for docs/pictures/mails. The exit status is 1 where a
kind of letter is missing.
"""

from __future__ import annotations

import os
import re
import sys
import uuid
from datetime import datetime, timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "courseportal.settings")
django.setup()

from django.conf import settings  # noqa: E402 - needs the settings
from django.core.mail import EmailMultiAlternatives  # noqa: E402
from django.db.models import F  # noqa: E402
from django.utils import timezone, translation  # noqa: E402
from django.utils.html import escape  # noqa: E402

from courseportal.account_letters import WORDS, foot, letter_for  # noqa: E402
from courseportal.translations import compile_all  # noqa: E402
from grading.actions.hand_in import hand_in  # noqa: E402
from grading.actions.outage import tell_outage  # noqa: E402
from grading.actions.record_outcome import record_outcome  # noqa: E402
from grading.actions.reminding import sweep_reminders  # noqa: E402
from grading.actions.review import review_submission  # noqa: E402
from grading.actions.telling import sweep_dates  # noqa: E402
from grading.models import Submission  # noqa: E402
from grading.rules import Outcome  # noqa: E402
from people.actions.outbox import write  # noqa: E402
from people.kinds import kinds  # noqa: E402
from people.letters import envelope, sender, written  # noqa: E402
from people.messages import ACCOUNT  # noqa: E402
from people.models import Message, User  # noqa: E402
from perks.actions.decide import approve, reject  # noqa: E402
from perks.actions.requests import file_request  # noqa: E402
from perks.models import Activity, Proof  # noqa: E402
from schedule.actions.announcements import publish  # noqa: E402
from schedule.actions.cancelling import cancel_classes  # noqa: E402
from schedule.actions.telling import tell_schedule  # noqa: E402
from schedule.messages.invitation import invitation_facts  # noqa: E402
from schedule.models import Assignment, ClassMeeting, Course, Enrolment, Exam, Role  # noqa: E402
from tests.factories import make_enrolment, make_user  # noqa: E402

LANGUAGES = ("en", "ru")
DIGEST = "digest"
SIGNING_IN: dict[str, dict[str, Any]] = {
    "account/email/login_code": {"code": "K7PX-2Q4M"},
    "account/email/password_reset_key": {"password_reset_url": "/accounts/password/reset/key/a1-c9/"},
    "account/email/unknown_account": {"email": "anna@example.org"},
}


def happen(course: Course, now: datetime) -> None:
    """What a term brings, in a moment, so that every kind of message is written."""
    lecturer = User.objects.filter(enrolments__course=course, enrolments__role=Role.LECTURER)[0]
    sweep_dates(now)  # what is told later is what differs from now
    of_the_schedule(course, lecturer, now)
    of_work(course, lecturer, now)
    of_effective_rest(course, lecturer, now)
    for day in range(25):  # the timetable goes on by itself; a course speaks from some hour of the day on
        sweep_reminders(now.replace(hour=20) + timedelta(days=day))
    sweep_dates(now)
    tell_outage(now - timedelta(hours=70), now, now=now)


def of_the_schedule(course: Course, lecturer: User, now: datetime) -> None:
    """An announcement, a class cancelled and one moved, the exam's day, somebody new."""
    body = "We meet in 685 instead.\n\nBring your laptops: we profile on your own machines."
    publish(
        course=course, group=None, title="Room 612 is closed on Thursday", body=body, by=lecturer, now=now
    )
    coming = ClassMeeting.objects.filter(course=course, starts_at__gt=now).order_by("starts_at")
    first, second = coming[:2]
    cancel_classes(course=course, reasons={first.pk: "The lecturer is ill."}, by=lecturer, now=now)
    later = timedelta(days=1)
    ClassMeeting.objects.filter(pk=second.pk).update(
        starts_at=F("starts_at") + later, ends_at=F("ends_at") + later, room="685"
    )
    at = (now + timedelta(days=24)).replace(hour=8, minute=0, second=0, microsecond=0)
    Exam.objects.filter(course=course).update(
        not_before_on=at.date(), not_after_on=at.date(), starts_at=at, room="П-8"
    )
    tell_schedule(course=course, now=now)
    person = make_user(name="Новикова Дарья", email="new@example.org")
    part = make_enrolment(person=person, course=course, group=course.groups.first())
    facts = invitation_facts(course, person, part.role, part.group.name if part.group else "")
    write(
        kind="invitation",
        to=[person.pk],
        key="new",
        facts=facts,
        zone=course.time_zone,
        now=now,
        scope=course.slug,
    )


def of_work(course: Course, lecturer: User, now: datetime) -> None:
    """An evening's grading, a hand-in, a deadline moved, an exam outcome, a changed password."""
    waiting = Submission.objects.filter(assignment__course=course, review=None).select_related("assignment")
    one = waiting.order_by("pk")[0]
    evening = [each for each in waiting if each.student_id == one.student_id]
    feedback = "The scale is taken over the wrong axis; change `axis` and run cell 14 again."
    for work in evening:
        review_submission(
            submission=work, score=850, bonus=0, feedback=feedback, version=0, by=lecturer, now=now
        )
    student = User.objects.filter(enrolments__course=course, enrolments__role=Role.STUDENT).order_by("pk")[0]
    open_now = Assignment.objects.filter(course=course, issued_on__lte=now, due_at__gt=now)
    open_now.update(takes_link=True)
    link = "https://example.org/repository"
    hand_in(
        assignment=open_now[0],
        by=student,
        now=now,
        form_token=uuid.uuid4(),
        link=link,
        comment="The last cell.",
    )
    earlier = (now - timedelta(days=2)).replace(hour=20, minute=59, second=59)
    open_now.update(due_at=earlier)  # some have handed it in, for some it passes at once
    record_outcome(course=course, student=student, outcome=Outcome.RAISE, by=lecturer, now=now)
    facts = {
        "what": "password_changed",
        "at": now.isoformat(timespec="seconds"),
        "ip": "192.0.2.7",
        "browser": "Firefox 140, Linux",
    }
    write(kind=ACCOUNT, to=[student.pk], key="new", facts=facts, zone=course.time_zone, now=now)


def of_effective_rest(course: Course, lecturer: User, now: datetime) -> None:
    """The request changed, proofs approved, one rejected, and the perk earned: by a milder rule."""
    speaker = Enrolment.objects.filter(course=course, role=Role.REPRESENTATIVE, group__name__isnull=False)
    for each in speaker.select_related("person", "group"):
        if each.group is not None and each.group.extension_requests.exists():
            file_request(group=each.group, numbers=[2, 5], by=each.person, now=now)
    proofs = list(Proof.objects.filter(activity__course=course, state=Proof.State.PENDING).order_by("pk"))
    for proof in proofs[1:]:
        approve(proof_id=proof.pk, version=proof.version, by=lecturer, now=now)
    reason = "The tower is not in the picture."
    Activity.objects.filter(course=course).update(min_people=3, within_minutes=F("within_minutes") * 20)
    reject(proof_id=proofs[0].pk, version=proofs[0].version, by=lecturer, now=now, reason=reason)


def of_kind(name: str) -> list[Message]:
    """The messages of that kind that one person has in hand, as one letter carries them: the most telling."""
    rows = list(Message.objects.filter(kind=name, person__isnull=False).order_by("pk"))
    if not rows:
        return []
    last = max(
        rows,
        key=lambda row: (
            sum(one.person_id == row.person_id for one in rows),
            len(str(row.facts)) if name == "dates" else 0,
            -row.pk,
        ),
    )
    mine = [row for row in rows if row.person_id == last.person_id]
    gathers = next(kind.gathers for kind in kinds() if kind.name == name)
    return mine if gathers else mine[:1]


def shown(letter: EmailMultiAlternatives) -> str:
    """A letter's HTML under what a mail program says of it."""
    return headed(str(letter.alternatives[0][0]), sender=str(letter.from_email), subject=str(letter.subject))


def headed(html: str, *, sender: str, subject: str) -> str:
    """The HTML with the sender's name and the subject above it, as mail programs have them."""
    name = str(make_header(decode_header(parseaddr(sender)[0])))
    look = "padding:12px 24px;border-bottom:1px solid #ccc;background:#fff;color:#222;font:14px sans-serif"
    head = f'<div style="{look}"><b>{escape(name)}</b><br>{escape(subject)}</div>'
    return re.sub(r"(<body[^>]*>)", lambda body: body[1] + head, html, count=1)


def letters(language: str) -> dict[str, str]:
    """The HTML of a letter of each kind, by its name."""
    found = {}
    reader = User(name="Алексеева Нина", email="nina@example.org", language=language, pk=1)
    several = []
    for kind in kinds():
        if messages := of_kind(kind.name):
            found[kind.name] = shown(envelope(messages, reader))
            several += messages[:1]
    found[DIGEST] = shown(envelope([one for one in several if one.kind in DIGESTED], reader))
    with translation.override(language):
        for template, context in SIGNING_IN.items():
            letter = letter_for(template, context)
            assert letter is not None, template
            _text, html = written([letter], title=letter.subject, foot=foot())
            name = template.rpartition("/")[2].replace("_", "-")
            found[name] = headed(html, sender=sender(), subject=letter.subject)
    return found


DIGESTED = ("announcement", "reminder", "request", "proof")


def main(folder: Path) -> int:
    compile_all(settings.LOCALE_PATHS)
    assert SIGNING_IN.keys() == WORDS.keys()
    course = Course.objects.latest("starts_on")
    happen(course, timezone.now().replace(microsecond=0))
    for language in LANGUAGES:
        for name, html in letters(language).items():
            (folder / f"{name}-{language}.html").write_text(html)
    missing = [kind.name for kind in kinds() if not (folder / f"{kind.name}-en.html").exists()]
    if missing:
        print(f"no letter of the kinds: {', '.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
