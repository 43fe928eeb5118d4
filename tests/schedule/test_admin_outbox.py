"""The outbox as staff see it: whose messages, what failed and why, again or given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from people import kinds, telegram
from people.kinds import Facts, Kind, Letter
from people.models import AuditEntry, Decision, Message, Sweep, User
from people.why import answer_in_words, why
from schedule.models import Course
from tests.factories import make_course, make_message, make_user, moscow
from tests.schedule.test_admin import signed_in

pytestmark = pytest.mark.django_db
LIST = reverse("admin:people_message_changelist")
State = Message.State
REFUSED = "550 5.1.1 no such user"


def page_of(message: Message) -> str:
    return reverse("admin:people_message_change", args=[message.pk])


def words(facts: Sequence[Facts], zone: ZoneInfo) -> Letter:
    if facts[0].get("breaks"):
        raise RuntimeError("cannot be written")
    what = facts[0].get("what", "Class 3 has moved")
    if translated := facts[0].get("translated"):
        what = _(translated)
    return Letter(
        what, _("Schedule"), (("Room", "<b>403</b>"),), ("One.\nTwo.",), "/reset/s3cret/", "Open it"
    )


@pytest.fixture(autouse=True)
def kinds_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register(Kind(name="news", label="news of the tests", hint="", write=words))
    kinds.register(Kind(name="other", label="other matters", hint="", write=words))


@pytest.fixture
def failed(course: Course, student: User) -> Message:
    return make_message(
        person=student, scope=course.slug, state=State.FAILED, error=REFUSED, attempts=1, at=timezone.now()
    )


@pytest.fixture
def staff(assistant: User) -> Client:
    return signed_in(assistant)


def said(answer: Any) -> str:
    return " ".join(str(each) for each in answer.context["messages"])


def listed(client: Client, question: str = "") -> list[int]:
    rows = client.get(f"{LIST}?{question}").context["cl"].result_list
    return sorted(row.pk for row in rows)


class TestAccess:
    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("student", 404),
            ("representative", 404),
            ("stranger", 404),
            ("foreign_assistant", 404),
            ("assistant", 200),
            ("lecturer", 200),
            ("superuser", 200),
        ],
    )
    def test_each_page_for_each_person(
        self, who: str, status: int, failed: Message, request: pytest.FixtureRequest
    ) -> None:
        person = make_user(is_superuser=True) if who == "superuser" else request.getfixturevalue(who)
        client = signed_in(person)
        assert client.get(page_of(failed)).status_code == status
        for act in ("_again", "_give_up"):
            Message.objects.update(state=State.FAILED, settled_at=timezone.now())
            assert client.post(page_of(failed), {act: "1"}).status_code == (302 if status == 200 else 404)
            failed.refresh_from_db()
            assert (failed.state == State.FAILED) is (status == 404)
        assert Decision.objects.filter(by=person).count() == (2 if status == 200 else 0)

    def test_a_visitor_signs_in(self, client: Client, failed: Message) -> None:
        for page in (LIST, page_of(failed)):
            assert client.get(page)["Location"].startswith("/accounts/login/")

    def test_the_list_holds_the_messages_of_the_courses_that_one_teaches(
        self, staff: Client, failed: Message
    ) -> None:
        foreign = make_message(scope=make_course(slug="foreign").slug)
        of_none = make_message()
        everything = sorted(row.pk for row in (failed, foreign, of_none))
        assert listed(staff) == listed(staff, "course=all") == [failed.pk]
        assert listed(signed_in(make_user(is_superuser=True)), "course=all") == everything
        for row in (foreign, of_none):
            assert staff.get(page_of(row)).status_code == 404
            answer = staff.post(LIST, {"action": "give_them_up", "_selected_action": [row.pk]}, follow=True)
            assert answer.status_code == 200 and not Decision.objects.exists()

    def test_nothing_is_added_changed_or_taken_away(self, staff: Client, failed: Message) -> None:
        assert staff.get(reverse("admin:people_message_add")).status_code == 403
        delete = reverse("admin:people_message_delete", args=[failed.pk])
        assert staff.post(delete, {"post": "yes"}).status_code == 403
        staff.post(page_of(failed), {"state": "sent", "person": "1", "_save": "1"})
        failed.refresh_from_db()
        assert failed.state == State.FAILED


class TestList:
    def test_each_row_says_to_whom_about_what_and_why(self, staff: Client, failed: Message) -> None:
        text = staff.get(LIST).text
        for part in ("Ветрова Алиса", "Class 3\u00a0has moved", "news of the tests", "Is it right?"):
            assert part in text, part
        assert '<span class="state state-failed">failed</span>' in text

    def test_the_subject_is_in_the_language_of_the_page_and_escaped(
        self, staff: Client, failed: Message, assistant: User
    ) -> None:
        Message.objects.update(facts={"translated": "Schedule"})
        User.objects.update(language="en")
        assert "Schedule<br>" in staff.get(LIST).text
        User.objects.filter(pk=assistant.pk).update(language="ru")
        assert "Расписание<br>" in staff.get(LIST).text
        Message.objects.update(facts={"what": "<b>Line\r\none</b>"})
        assert "&lt;b&gt;Line one&lt;/b&gt;<br>" in staff.get(LIST).text

    def test_what_cannot_be_written_says_so_and_hides_no_other(self, staff: Client, failed: Message) -> None:
        odd: list[dict[str, Any]] = [
            {"facts": {"breaks": True}},
            {"kind": "forgotten"},
            {"facts": {"what": ""}},
        ]
        for fields in odd:
            make_message(scope=failed.scope, **{"kind": "news", **fields})
        text = staff.get(LIST).text
        assert text.count('<span class="unwritten">It cannot be written.</span>') == len(odd)
        assert "Class 3\u00a0has moved" in text and "forgotten" in text

    @pytest.mark.parametrize(
        ("question", "expected"),
        [
            ("state=failed", ["failed"]),
            ("state=late", ["late", "in hand"]),
            ("state=waiting", ["late", "in hand", "waiting"]),
            ("state=sent", ["sent"]),
            ("state=kept", ["kept"]),
            ("state=dropped", ["dropped"]),
            ("state=odd", ["failed", "late", "in hand", "waiting", "sent", "kept", "dropped"]),
            ("kind=other", ["sent"]),
            ("kind=odd&state=failed", ["failed"]),
            ("q=late", ["late"]),
            ("q=late&state=sent", []),
        ],
    )
    def test_it_is_narrowed_by_what_stands_in_the_address(
        self, question: str, expected: list[str], staff: Client, course: Course
    ) -> None:
        now = timezone.now()
        rows: dict[str, dict[str, Any]] = {
            "failed": {"state": State.FAILED, "at": now},
            "late": {"at": now - timedelta(minutes=11), "person": make_user(name="Late")},
            "in hand": {"at": now - timedelta(minutes=12), "state": State.CLAIMED},
            "waiting": {"at": now},
            "sent": {"state": State.SENT, "kind": "other", "at": now},
            "kept": {"state": State.KEPT, "at": now},
            "dropped": {"state": State.DROPPED, "at": now},
        }
        made = {name: make_message(scope=course.slug, **fields).pk for name, fields in rows.items()}
        assert listed(staff, question) == sorted(made[name] for name in expected)

    def test_it_costs_the_same_with_many_rows(self, staff: Client, course: Course) -> None:
        counts = []
        for many in (1, 29):
            for _each in range(many):
                make_message(scope=course.slug, state=State.FAILED, error=REFUSED)
            with CaptureQueriesContext(
                connection,
            ) as statements:
                assert staff.get(f"{LIST}?state=failed").status_code == 200
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 12

    def test_what_is_ticked_is_sent_again_if_it_failed(self, staff: Client, failed: Message) -> None:
        sent = make_message(scope=failed.scope, state=State.SENT)
        ticked = {"action": "send_them_again", "_selected_action": [failed.pk, sent.pk]}
        answer = staff.post(f"{LIST}?state=failed&course=all", ticked, follow=True)
        assert said(answer) == "1 message waits to be sent again."
        assert "state=failed" in answer.redirect_chain[0][0], "the filters stay"
        assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["waiting", "sent"]


class TestDecisions:
    def test_again_means_as_a_new_one_but_as_the_same_letter(
        self, staff: Client, failed: Message, assistant: User
    ) -> None:
        letter = failed.letter
        before = timezone.now()
        answer = staff.post(page_of(failed), {"_again": "1"}, follow=True)
        assert said(answer) == "1 message waits to be sent again."
        failed.refresh_from_db()
        assert (failed.state, failed.attempts, failed.settled_at) == (State.WAITING, 0, None)
        assert failed.due_at >= before and failed.letter == letter
        decision = Decision.objects.get()
        assert (decision.by, decision.what, decision.error) == (assistant, "again", REFUSED)
        entry = AuditEntry.objects.of(decision)[0]
        assert (entry.person, entry.how, entry.operation) == (assistant, "admin", "insert")

    def test_given_up_it_stands_in_the_portal(self, staff: Client, failed: Message) -> None:
        answer = staff.post(page_of(failed), {"_give_up": "1"}, follow=True)
        assert said(answer) == "1 message is given up."
        failed.refresh_from_db()
        assert (failed.state, failed.reason) == (State.KEPT, "given_up")
        assert "Staff gave it up." in answer.text and "Ким Павел" in answer.text
        assert "_again" not in answer.text, "nothing more to decide"

    @pytest.mark.parametrize("state", [state for state in State if state != State.FAILED])
    @pytest.mark.parametrize("act", ["_again", "_give_up"])
    def test_what_has_not_failed_is_left_alone(
        self, state: str, act: str, staff: Client, course: Course
    ) -> None:
        message = make_message(scope=course.slug, state=state)
        answer = staff.post(page_of(message), {act: "1"}, follow=True)
        assert "somebody else decided before you" in said(answer)
        message.refresh_from_db()
        assert message.state == state and not Decision.objects.exists()

    def test_of_two_who_decide_one_does(self, staff: Client, lecturer: User, failed: Message) -> None:
        staff.post(page_of(failed), {"_give_up": "1"})
        signed_in(lecturer).post(page_of(failed), {"_again": "1"})
        failed.refresh_from_db()
        assert failed.state == State.KEPT and Decision.objects.count() == 1

    def test_a_decision_of_no_known_sort_is_refused(self, failed: Message, assistant: User) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(
                message=failed, what="maybe", by=assistant, decided_at=moscow(2025, 10, 1)
            )

    def test_one_that_would_come_too_late_is_told_so(self, staff: Client, failed: Message) -> None:
        assert "Put right first" in staff.get(page_of(failed)).text
        Message.objects.update(created_at=moscow(2025, 9, 1), useful_until=moscow(2025, 9, 8))
        assert "It would come too late by now" in staff.get(page_of(failed)).text


class TestPage:
    def test_it_shows_what_the_reader_is_told_but_not_where_the_link_leads(
        self, staff: Client, failed: Message, student: User
    ) -> None:
        User.objects.filter(pk=student.pk).update(language="ru")
        text = staff.get(page_of(failed)).text
        for part in ("Class 3 has moved", "Расписание", "&lt;b&gt;403&lt;/b&gt;", "One.<br>Two.", "Open it"):
            assert part in text, part
        for part in ("s3cret", "<b>403</b>"):
            assert part not in text, part
        assert REFUSED in text and "student@example.org" in text

    def test_one_that_cannot_be_written_is_shown_all_the_same(self, staff: Client, course: Course) -> None:
        odd: list[dict[str, Any]] = [{"facts": {"breaks": True}}, {"kind": "forgotten"}, {"zone": "Nowhere"}]
        for fields in odd:
            message = make_message(scope=course.slug, **{"kind": "news", **fields})
            answer = staff.get(page_of(message))
            assert answer.status_code == 200
            assert ("It cannot be written." in answer.text) is ("zone" not in fields)
        assert "forgotten" in staff.get(LIST).text

    def test_one_to_a_chat(self, staff: Client, course: Course) -> None:
        message = make_message(
            scope=course.slug, chat=course.slug, state=State.FAILED, error=f"{telegram.NOT_THERE} (Forbidden)"
        )
        text = staff.get(page_of(message)).text
        assert "the course’s chat" in text and telegram.NOT_THERE in text

    def test_its_history_is_its_page(self, staff: Client, failed: Message) -> None:
        history = reverse("admin:people_message_history", args=[failed.pk])
        assert staff.get(history)["Location"] == page_of(failed)

    def test_it_has_no_inline_style_and_no_script(self, staff: Client, failed: Message) -> None:
        staff.post(page_of(failed), {"_again": "1"})
        for page in (LIST, page_of(failed), "/admin/"):
            text = staff.get(page).text
            assert " style=" not in text and "<style" not in text and "onclick" not in text, page


class TestStrip:
    def test_nothing_is_said_while_all_is_well(self, staff: Client, course: Course) -> None:
        make_message(scope=course.slug, at=timezone.now())
        Sweep.objects.create(swept_at=timezone.now())
        assert "Not all messages go out" not in staff.get("/admin/").text

    def test_what_failed_and_what_is_overdue_leads_to_the_list(
        self, staff: Client, failed: Message, course: Course
    ) -> None:
        for _each in range(2):
            make_message(scope=course.slug, at=timezone.now() - timedelta(minutes=20))
        text = staff.get("/admin/").text
        assert f'<a href="{LIST}?course=all&amp;state=failed">1 message failed</a>' in text
        assert f'<a href="{LIST}?course=all&amp;state=late">2 messages are overdue</a>' in text

    def test_others_trouble_is_theirs(self, staff: Client) -> None:
        make_message(scope="foreign", state=State.FAILED)
        make_message(state=State.FAILED)
        assert "Not all messages go out" not in staff.get("/admin/").text
        assert "2 messages failed" in signed_in(make_user(is_superuser=True)).get("/admin/").text

    def test_a_sweep_that_stands_still_says_whom_to_tell(self, staff: Client) -> None:
        Sweep.objects.create(swept_at=timezone.now() - timedelta(minutes=15))
        assert "Tell whoever looks after the portal." in staff.get("/admin/").text
        page = signed_in(make_user(is_superuser=True)).get("/admin/").text
        assert "Start the worker and beat again" in page

    def test_what_could_not_be_looked_at_is_told_to_whom_it_concerns(
        self, staff: Client, course: Course
    ) -> None:
        rows = [("schedule.Course", course.pk), ("schedule.Course", make_course(slug="other").pk), ("", 0)]
        not_swept = [
            {"part": "sweep_reminders", "label": label, "pk": pk, "error": "ZoneInfoNotFoundError"}
            for label, pk in rows
        ]
        Sweep.objects.create(swept_at=timezone.now(), not_swept=not_swept)
        Course.objects.filter(pk=course.pk).update(time_zone="Mars/Phobos")
        said = "reminders, reports and digests (ZoneInfoNotFoundError)"
        for page in ("/admin/", LIST):
            assert staff.get(page).text.count(said) == 1
            assert signed_in(make_user(is_superuser=True)).get(page).text.count(said) == 3

    def test_it_costs_the_same_with_many_rows(self, staff: Client, course: Course) -> None:
        counts = []
        for many in (1, 29):
            for _each in range(many):
                make_message(scope=course.slug, state=State.FAILED)
            with CaptureQueriesContext(connection) as statements:
                staff.get("/admin/")
            counts.append(len(statements))
        assert counts[0] == counts[1]


class TestWhy:
    @pytest.mark.parametrize(
        ("error", "to_chat", "said"),
        [
            ("550 5.1.1 no such user", False, "Is it right?"),
            ("551 not here", False, "Is it right?"),
            ("554 5.1.2 bad host", False, "Is it right?"),
            ("552 5.2.2 over quota", False, "mailbox is full"),
            ("554 spam", False, "refused the letter"),
            ("450 4.2.0 greylisted", False, "try again later"),
            ("421 closing", False, "try again later"),
            ("ConnectionRefusedError: [Errno 111]", False, "mail server could not be reached"),
            ("TimeoutError: timed out", False, "mail server could not be reached"),
            ("gaierror: Name or service not known", False, "mail server could not be reached"),
            ("SMTPServerDisconnected: gone", False, "mail server could not be reached"),
            ("httpx.ConnectError: All connection attempts failed", True, "Telegram could not be reached"),
            ("It may have arrived: TimeoutError: timed out", False, "The mail server did not say"),
            ("It may have arrived: Telegram has not answered in time", True, "Telegram did not say"),
            ("Telegram asks to wait 34 s", True, "sent after that"),
            (f"{telegram.WRONG_TOKEN} (Unauthorized)", True, "Put in the one BotFather shows"),
            (f"{telegram.REFUSED} (Topic_closed)", True, "Telegram refused the message."),
            ("chat_off", True, "chat is not switched on"),
            ("no kind 'old' is known", False, "no longer knows messages of this kind"),
            ("KeyError: 'title'", False, "Whoever looks after the portal"),
        ],
    )
    def test_an_answer_in_words(self, error: str, to_chat: bool, said: str) -> None:
        assert said in answer_in_words(error, to_chat=to_chat)

    def test_the_reason_comes_first_and_all_well_is_silent(self) -> None:
        assert why(make_message(state=State.KEPT, reason="too_late", error=REFUSED)).startswith("It would")
        assert why(make_message(state=State.SENT, error=REFUSED)) == ""
        assert why(make_message()) == ""
        assert (
            why(make_message(state=State.DROPPED, reason="of an app that is gone"))
            == "of an app that is gone"
        )


def test_words_of_the_apps_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.reasons, "left", "No longer in the course.")
    assert why(make_message(state=State.DROPPED, reason="left")) == "No longer in the course."


def test_a_moment_is_told_in_the_zone_of_the_message(staff: Client, course: Course) -> None:
    message = make_message(
        scope=course.slug, zone="Asia/Vladivostok", at=datetime.fromisoformat("2025-10-01T12:00:00+00:00")
    )
    assert "22:00" in staff.get(page_of(message)).text
