"""Messages to a course's chat, from the outbox to what the chat shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils.translation import gettext as _
from pytest_django import Settings

from people import kinds, telegram
from people.actions.deliver import deliver
from people.actions.outbox import write, write_to_chat
from people.channels.answers import MAY_HAVE_ARRIVED
from people.channels.chats import find_chat, text_of
from people.kinds import Facts, Kind, Letter
from people.models import Message, User
from schedule.models import Course, CourseChat
from tests.bot_api import CHAT, TOKEN, BotApi, Refusal
from tests.factories import make_course, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
NOW = moscow(2025, 9, 23, 10)
State = Message.State


def words(facts: Sequence[Facts], zone: ZoneInfo) -> Letter:
    return Letter(
        str(facts[0]["what"]), _("Schedule"), (("Row", "Value"),), ("More.",), "/courses/x/", "Open"
    )


@pytest.fixture(autouse=True)
def kinds_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register(Kind(name="plain", label="", hint="", write=words))


@pytest.fixture
def chat(course: Course) -> CourseChat:
    return CourseChat.objects.create(course=course, token=TOKEN, chat_id=CHAT, is_on=True)


def tell(what: str = "News", *, slug: str = "effdl", now: datetime = NOW) -> Message:
    write_to_chat(kind="plain", chat=slug, key=what, facts={"what": what}, zone="UTC", now=now, scope=slug)
    return Message.objects.get(chat=slug, key__contains=f":{what}:")


def run(now: datetime = NOW) -> None:
    deliver(clock=lambda: now)


def state(message: Message) -> tuple[str, int]:
    message.refresh_from_db()
    return message.state, message.attempts


class TestText:
    def test_everything_of_a_letter_in_order(self) -> None:
        letter = Letter(
            "Class  3\nhas moved",
            "New room",
            (("Room", "403"), ("Was", "405")),
            ("One.", "Two."),
            "/a/",
            "Open",
        )
        text, title = text_of(letter)
        assert text == (
            "Class 3\N{NO-BREAK SPACE}has moved\n\nNew room\n\nRoom: 403\nWas: 405\n\nOne.\n\nTwo.\n\n"
            "Open: http://localhost:8000/a/"
        )
        assert text[:title] == "Class 3\N{NO-BREAK SPACE}has moved"

    def test_nothing_but_a_subject(self) -> None:
        assert text_of(Letter("News", "")) == ("News", 4)

    @pytest.mark.parametrize("sign", ["a", "ы", "😀", "a😀"])
    @pytest.mark.parametrize("longest", [4096, 9000])
    def test_too_long_a_text_ends_in_an_ellipsis_before_the_whole_link(self, sign: str, longest: int) -> None:
        letter = Letter("Тема 😀", "", (), (sign * longest,), "/courses/effdl/announcements/12/", "Read it")
        text, title = text_of(letter)
        assert telegram.LONGEST - 2 <= telegram.length(text) <= telegram.LONGEST
        assert text.endswith("…\n\nRead it: http://localhost:8000/courses/effdl/announcements/12/")
        assert text[:title] == "Тема 😀"
        text.encode()  # no half of a sign

    def test_one_that_just_fits_is_whole(self) -> None:
        text, _title = text_of(Letter("T", "b" * (telegram.LONGEST - 3)))
        assert telegram.length(text) == telegram.LONGEST and not text.endswith("…")

    def test_a_subject_without_end_is_cut(self) -> None:
        text, title = text_of(Letter("s" * 5000, "lead"))
        assert title == 300 and text.endswith("…\n\nlead")


class TestFinding:
    def test_of_the_course_and_switched_on(self, chat: CourseChat) -> None:
        found = find_chat("effdl")
        assert found and (found.token, found.chat_id, found.language) == (TOKEN, CHAT, "ru")
        assert TOKEN not in repr(found)
        assert find_chat("other") is None
        CourseChat.objects.update(is_on=False)
        assert find_chat("effdl") is None


class TestDelivery:
    def test_once_in_the_language_of_the_chat(self, chat: CourseChat, telegram_api: BotApi) -> None:
        message = tell("Занятие <3> & «перенос»")
        run()
        run()
        assert telegram_api.texts == [
            "Занятие <3> & «перенос»\n\nРасписание\n\nRow: Value\n\nMore.\n\nOpen: http://localhost:8000/courses/x/"
        ]
        assert state(message) == (State.SENT, 0) and mail.outbox == []

    @pytest.mark.parametrize("off", ["switched off", "taken away", "never there"])
    def test_without_a_chat_nothing_is_asked_and_nothing_failed(
        self, off: str, chat: CourseChat, telegram_api: BotApi
    ) -> None:
        message = tell(slug="effdl" if off != "never there" else "other")
        if off == "switched off":
            CourseChat.objects.update(is_on=False)
        elif off == "taken away":
            chat.delete()
        run()
        assert telegram_api.asked == [] and state(message) == (State.DROPPED, 0)
        assert message.reason == "chat_off"

    def test_waiting_as_told_costs_no_attempt(self, chat: CourseChat, telegram_api: BotApi) -> None:
        message = tell()
        for times in range(3):
            telegram_api.floods = [70]
            run(NOW + timedelta(seconds=70 * times))
            assert state(message) == (State.WAITING, 0)
        run(NOW + timedelta(seconds=209))
        assert telegram_api.texts == []
        run(NOW + timedelta(seconds=210))
        assert len(telegram_api.texts) == 1 and state(message) == (State.SENT, 0)

    def test_a_chat_that_takes_nothing_keeps_neither_another_nor_the_mail(
        self, chat: CourseChat, telegram_api: BotApi, lecturer: User
    ) -> None:
        other = make_course(slug="other")
        CourseChat.objects.create(course=other, token=TOKEN, chat_id="-1002", is_on=True)
        telegram_api.chats.add("-1002")
        first, second = tell("One"), tell("Two")
        third = tell("Three", slug="other")
        write(kind="plain", to=[lecturer.pk], key="k", facts={"what": "Mail"}, zone="UTC", now=NOW)
        telegram_api.floods = [40]
        run()
        assert [sent["chat_id"] for sent in telegram_api.sent] == ["-1002"] and len(mail.outbox) == 1
        assert [state(each)[0] for each in (first, second, third)] == ["waiting", "waiting", "sent"]
        assert second.due_at == NOW + timedelta(seconds=40), "told for both of them"
        assert len(telegram_api.asked) == 2
        run(NOW + timedelta(seconds=40))
        assert [text.partition("\n")[0] for text in telegram_api.texts] == ["Three", "One", "Two"]

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            (Refusal(403, "Forbidden: bot was kicked from the supergroup chat"), telegram.NOT_THERE),
            (Refusal(400, "Bad Request: chat not found"), telegram.NO_CHAT),
            (Refusal(401, "Unauthorized"), telegram.WRONG_TOKEN),
        ],
    )
    def test_what_staff_must_change_fails_at_once_and_says_what(
        self, wrong: Refusal, sentence: str, chat: CourseChat, telegram_api: BotApi
    ) -> None:
        telegram_api.wrong[CHAT] = wrong
        message = tell()
        run()
        assert state(message) == (State.FAILED, 1)
        assert message.error.startswith(sentence) and TOKEN not in message.error

    @pytest.mark.parametrize("how", ["close", "502", "html"])
    def test_what_may_have_arrived_is_tried_again_but_not_for_ever(
        self, how: str, chat: CourseChat, telegram_api: BotApi
    ) -> None:
        telegram_api.before = [how] * 9
        message = tell()
        for attempt in range(1, 8):
            run(message.due_at)
            assert state(message) == (State.WAITING, attempt)
        run(message.due_at)
        assert state(message) == (State.FAILED, 8)
        assert message.error.startswith(MAY_HAVE_ARRIVED) and len(telegram_api.before) == 1

    def test_without_a_connection_nothing_is_counted(self, chat: CourseChat, settings: Settings) -> None:
        assert settings.TELEGRAM_API_URL == "http://127.0.0.1:9", "nobody listens"
        message = tell()
        for _each in range(9):
            run(message.due_at)
            assert state(message) == (State.WAITING, 0)

    def test_it_is_not_told_after_it_is_of_use(self, chat: CourseChat, telegram_api: BotApi) -> None:
        message = tell()
        run(NOW + timedelta(days=2))
        assert telegram_api.asked == [] and state(message)[0] == State.KEPT

    def test_a_new_id_is_followed_and_kept(self, chat: CourseChat, telegram_api: BotApi) -> None:
        telegram_api.migrate(CHAT, "-1009876543210")
        message = tell("One")
        run()
        assert state(message) == (State.SENT, 0)
        assert CourseChat.objects.get().chat_id == "-1009876543210"
        tell("Two")
        run()
        assert [sent["chat_id"] for sent in telegram_api.sent] == ["-1009876543210"] * 2
        assert len(telegram_api.asked) == 3

    def test_ids_that_lead_around_in_a_circle_end(self, chat: CourseChat, telegram_api: BotApi) -> None:
        telegram_api.migrate(CHAT, "-1002")
        telegram_api.migrate("-1002", CHAT)
        message = tell()
        run()
        assert state(message) == (State.WAITING, 1) and len(telegram_api.asked) == 2

    def test_a_lost_answer_is_the_one_way_to_be_told_twice(
        self, chat: CourseChat, telegram_api: BotApi
    ) -> None:
        telegram_api.after = ["close"]
        message = tell()
        run()
        assert state(message)[0] == State.WAITING and len(telegram_api.texts) == 1
        run(NOW + timedelta(minutes=5))
        assert state(message)[0] == State.SENT and len(telegram_api.texts) == 2

    @pytest.mark.parametrize(
        ("killed", "times"), [("people.telegram.say", 1), ("people.actions.deliver.settle", 2)]
    )
    def test_a_worker_killed_at_the_hand_over_is_made_up_for(
        self, killed: str, times: int, chat: CourseChat, telegram_api: BotApi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Before Telegram has it, once all the same; between its answer and the line that keeps it, twice."""

        def die(*args: object, **words: object) -> None:
            raise KeyboardInterrupt

        message = tell()
        with monkeypatch.context() as patched:
            patched.setattr(killed, die)
            with pytest.raises(KeyboardInterrupt):
                run()
        assert state(message)[0] == State.CLAIMED
        run(NOW + timedelta(minutes=2))
        assert state(message)[0] == State.CLAIMED, "its lease holds"
        run(NOW + timedelta(minutes=3))
        assert state(message)[0] == State.SENT and len(telegram_api.texts) == times
