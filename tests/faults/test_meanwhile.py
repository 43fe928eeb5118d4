"""What changes between a worker's claim and its hand-over: nothing untrue goes, and the new truth is told.

The worker is a process of its own. The mail server holds one answer until the change, which this process
makes, is committed; then the worker goes on. Held at the greeting it has claimed the letter, held at RCPT it
has checked it too. Held at DATA it has asked to give it away: from there on nothing can be called back.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.utils import timezone

from courseportal.lifeline import end_with_parent
from grading.actions.telling import sweep_dates
from people.actions.choices import wish_for
from people.actions.deliver import LOOK_AGAIN_AFTER
from people.models import Message, User
from people.rules import Wish
from schedule.models import Assignment, Enrolment
from tests.factories import (
    make_assignment,
    make_course,
    make_enrolment,
    make_personal_date,
    make_submission,
)
from tests.faults.ledger import words
from tests.faults.mail_server import MailServer
from tests.faults.play import zone_where_it_is
from tests.services import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
State = Message.State
PATIENT = {"EMAIL_TIMEOUT": "30", "OUTBOX_LEASE": "600"}
"""On a busy machine the change may take longer than a worker waits for a mail server."""
OLD, NEW = "21:47", "22:13"


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    found = MailServer(tmp_path_factory.mktemp("post"))
    found.start()
    yield found
    found.stop()


@pytest.fixture
def assignment() -> Assignment:
    """Due tomorrow, at eleven in the morning of its course: its reminder is an hour old."""
    now = timezone.now()
    today = now.date()
    course = make_course(
        time_zone=zone_where_it_is(11, now),
        starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=30),
    )
    return make_assignment(course=course, issued_on=today - timedelta(days=9), due_at=at(OLD, course.zone))


def at(clock: str, zone: object) -> datetime:
    """That time of the next day there."""
    hour, minute = map(int, clock.split(":"))
    local = timezone.now().astimezone(zone) + timedelta(days=1)  # type: ignore[arg-type]
    return local.replace(hour=hour, minute=minute, second=0, microsecond=0)


@pytest.fixture
def student(assignment: Assignment) -> User:
    return make_enrolment(course=assignment.course).person


Change = Callable[[Assignment, User], object]


def move(assignment: Assignment, student: User) -> None:
    assignment.due_at = at(NEW, assignment.course.zone)
    assignment.save(update_fields=["due_at"])


def give_a_date(assignment: Assignment, student: User) -> None:
    make_personal_date(
        assignment=assignment, student=student, due_at=at(NEW, assignment.course.zone), set_at=timezone.now()
    )


def hand_in(assignment: Assignment, student: User) -> None:
    make_submission(
        assignment=assignment, student=student, submitted_at=timezone.now().replace(microsecond=0)
    )


def opt_out(assignment: Assignment, student: User) -> None:
    wish_for(person=student.pk, kinds=["reminder"], wish=Wish.OFF)


def close_account(assignment: Assignment, student: User) -> None:
    User.objects.filter(pk=student.pk).update(is_active=False)


def leave(assignment: Assignment, student: User) -> None:
    Enrolment.objects.filter(person=student).delete()


def deliver_while(
    post: MailServer, environment: dict[str, str], held: str, change: Callable[[], object]
) -> list[str]:
    """Have a worker's process deliver, and change something while this command of its is held; its mails."""
    before = len(post.mails())
    command = [sys.executable, "manage.py", "deliver", "--seconds", "30"]
    post.start_to_hold(held)
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment | PATIENT | {"EMAIL_URL": f"smtp://127.0.0.1:{post.ports[0]}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=partial(end_with_parent, 9),  # noqa: PLW1509 - no thread was started
    ) as worker:
        post.wait_for_held()
        assert Message.objects.get(kind="reminder").state == State.CLAIMED
        change()
        if held == "RCPT":
            time.sleep(LOOK_AGAIN_AFTER)  # a check that is younger is not made again
        post.behave(hold="")
        output, _nothing = worker.communicate(timeout=120)
    assert worker.returncode == 0, output.decode()
    return [words(mail.text) for mail in post.mails()[before:]]


def change_and_sweep(change: Change, assignment: Assignment, student: User) -> None:
    change(assignment, student)
    sweep_dates(timezone.now())


def test_a_deadline_moved_after_the_claim_is_told_and_the_old_one_is_not(
    post: MailServer, process_env: dict[str, str], assignment: Assignment, student: User
) -> None:
    change = partial(change_and_sweep, move, assignment, student)
    (news,) = deliver_while(post, process_env, "greeting", change)
    assert OLD in news and NEW in news, "before and now"
    reminder = Message.objects.get(kind="reminder")
    assert (reminder.state, reminder.reason, reminder.handed_at) == (State.DROPPED, "moved", None)


@pytest.mark.trust
@pytest.mark.sqlite
@pytest.mark.parametrize("held", ["greeting", "RCPT"])
@pytest.mark.parametrize(
    ("change", "becomes", "why", "mails"),
    [
        (move, State.DROPPED, "moved", 1),
        (give_a_date, State.DROPPED, "moved", 1),
        (hand_in, State.DROPPED, "handed_in", 0),
        (opt_out, State.KEPT, "switched_off", 0),
        (close_account, State.DROPPED, "account_closed", 0),
        (leave, State.DROPPED, "left_the_course", 0),
    ],
)
def test_whatever_changes_until_the_mail_server_asks_for_the_text_keeps_it_back(
    post: MailServer,
    process_env: dict[str, str],
    assignment: Assignment,
    student: User,
    held: str,
    change: Change,
    becomes: str,
    why: str,
    mails: int,
) -> None:
    sent = deliver_while(post, process_env, held, partial(change_and_sweep, change, assignment, student))
    assert len(sent) == mails
    assert all(OLD in news and NEW in news for news in sent)
    reminder = Message.objects.get(kind="reminder")
    assert (reminder.state, reminder.reason, reminder.handed_at) == (becomes, why, None)


@pytest.mark.trust
@pytest.mark.sqlite
def test_what_was_given_away_is_not_called_back_and_the_news_follows_it(
    post: MailServer, process_env: dict[str, str], assignment: Assignment, student: User
) -> None:
    """The line: the reminder says what was true when the text was asked for."""
    change = partial(change_and_sweep, move, assignment, student)
    reminder, news = deliver_while(post, process_env, "DATA", change)
    assert OLD in reminder and NEW not in reminder
    assert OLD in news and NEW in news
