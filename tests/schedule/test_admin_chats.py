"""The settings of a course's chat: its token is never shown, and a message tries them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from people.models import AuditEntry, User
from schedule.models import Course, CourseChat
from tests.bot_api import CHAT, TOKEN, BotApi, Refusal
from tests.factories import make_course, make_user
from tests.schedule.test_admin import signed_in

pytestmark = pytest.mark.django_db
LIST, ADD = reverse("admin:schedule_coursechat_changelist"), reverse("admin:schedule_coursechat_add")
OTHER = "987654321:BBE-another_token_of-the-tests_000000"


def page_of(chat: CourseChat, name: str = "change") -> str:
    return reverse(f"admin:schedule_coursechat_{name}", args=[chat.pk])


@pytest.fixture
def chat(course: Course) -> CourseChat:
    return CourseChat.objects.create(course=course, token=TOKEN, chat_id=CHAT, is_on=True)


@pytest.fixture
def staff(assistant: User) -> Client:
    return signed_in(assistant)


def filled(**typed: Any) -> dict[str, Any]:
    return {"token": "", "chat_id": CHAT, "language": "ru", "is_on": "on", **typed}


def said(answer: Any) -> str:
    return " ".join(str(each) for each in answer.context["messages"])


class TestSettings:
    def test_a_new_one_is_switched_off_unless_asked(self, staff: Client, course: Course) -> None:
        typed = {"course": course.pk, "token": TOKEN, "chat_id": CHAT, "language": "en", "_save": "1"}
        assert staff.post(ADD, typed)["Location"] == LIST
        chat = CourseChat.objects.get()
        assert (chat.token, chat.chat_id, chat.language, chat.is_on) == (TOKEN, CHAT, "en", False)

    def test_the_token_is_on_no_page(self, staff: Client, chat: CourseChat) -> None:
        secret = TOKEN.partition(":")[2]
        staff.post(page_of(chat), filled(token=OTHER, _save="1"))
        staff.post(page_of(chat), filled(token=TOKEN, _save="1"))
        for page in (LIST, page_of(chat), page_of(chat, "history"), page_of(chat, "delete"), "/admin/"):
            text = staff.get(page).text
            assert secret not in text and "another_token" not in text, page
        refused = staff.post(page_of(chat), filled(token=OTHER, chat_id="", _save="1"))
        assert refused.status_code == 200 and "another_token" not in refused.text
        assert "Stored: 123456789:••••••" in staff.get(page_of(chat)).text
        assert not AuditEntry.objects.filter(new__icontains=secret[:10]).exists()

    def test_left_blank_it_is_kept_and_typed_it_is_replaced(self, staff: Client, chat: CourseChat) -> None:
        staff.post(page_of(chat), filled(chat_id="@effdl", _save="1"))
        chat.refresh_from_db()
        assert (chat.token, chat.chat_id) == (TOKEN, "@effdl")
        staff.post(page_of(chat), filled(token=f"  {OTHER} ", _save="1"))
        chat.refresh_from_db()
        assert chat.token == OTHER

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"token": "AAE-no-number"}, "A token as @BotFather gives it"),
            ({"token": f"bot{TOKEN}"}, "A token as @BotFather gives it"),
            ({"token": f"https://api.telegram.org/bot{TOKEN}/"}, "A token as @BotFather gives it"),
            ({"chat_id": ""}, "This field is required"),
            ({"chat_id": "https://t.me/effdl"}, "A number or @name"),
            ({"chat_id": "@ab"}, "A number or @name"),
            ({"chat_id": "effdl"}, "A number or @name"),
            ({"chat_id": "1001234567890"}, "begins with a minus: -1001234567890"),
            ({"language": "de"}, "not one of the available choices"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_saved(
        self, typed: dict[str, str], words: str, staff: Client, chat: CourseChat, telegram_api: BotApi
    ) -> None:
        answer = staff.post(page_of(chat), filled(**typed, _test="1"))
        assert answer.status_code == 200 and words in answer.text
        assert CourseChat.objects.get().chat_id == CHAT and telegram_api.asked == []

    def test_a_new_one_needs_its_token(self, staff: Client, course: Course) -> None:
        answer = staff.post(ADD, filled(course=course.pk, _save="1"))
        assert "Put in the token that @BotFather gave" in answer.text and not CourseChat.objects.exists()

    def test_the_audit_says_who_changed_what_but_the_token(
        self, staff: Client, chat: CourseChat, assistant: User
    ) -> None:
        staff.post(page_of(chat), filled(token=OTHER, chat_id="@effdl", language="en", _save="1"))
        entry = AuditEntry.objects.of(chat)[0]
        assert (entry.person, entry.how) == (assistant, "admin")
        assert entry.new == {"chat_id": "@effdl", "language": "en"}
        assert "@effdl" in staff.get(page_of(chat, "history")).text

    def test_it_can_be_taken_away_with_its_token(self, staff: Client, chat: CourseChat) -> None:
        staff.post(page_of(chat, "delete"), {"post": "yes"})
        assert not CourseChat.objects.exists()


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
        ],
    )
    def test_each_page_for_each_person(
        self,
        who: str,
        status: int,
        chat: CourseChat,
        telegram_api: BotApi,
        request: pytest.FixtureRequest,
    ) -> None:
        client = signed_in(request.getfixturevalue(who))
        for name in ("change", "history", "delete"):
            assert client.get(page_of(chat, name)).status_code == status, name
        posted = client.post(page_of(chat), filled(chat_id="@taken", _test="1"))
        assert posted.status_code == (302 if status == 200 else 404)
        assert (CourseChat.objects.get().chat_id == "@taken") is (status == 200)
        assert bool(telegram_api.asked) is (status == 200)

    def test_another_course_is_not_offered(self, staff: Client, foreign_assistant: User) -> None:
        foreign = Course.objects.get(slug="other")
        answer = staff.post(ADD, filled(course=foreign.pk, token=TOKEN, _save="1"))
        assert answer.status_code == 200 and not CourseChat.objects.exists()


class TestTrying:
    def send(self, staff: Client, chat: CourseChat, **typed: Any) -> str:
        answer = staff.post(page_of(chat), filled(**typed, _test="1"), follow=True)
        assert answer.redirect_chain == [(page_of(chat), 302)]
        return said(answer)

    def test_what_was_typed_is_saved_and_tried(
        self, staff: Client, chat: CourseChat, telegram_api: BotApi
    ) -> None:
        telegram_api.tokens, telegram_api.chats = {OTHER}, {"@effdl"}
        told = self.send(staff, chat, token=OTHER, chat_id="@effdl", language="en")
        assert told == "Saved. The test message is in the chat."
        [sent] = telegram_api.sent
        assert sent["text"].startswith("A test message\n\n") and chat.course.title in sent["text"]
        assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 14}]

    def test_in_the_language_of_the_chat(self, staff: Client, chat: CourseChat, telegram_api: BotApi) -> None:
        self.send(staff, chat, language="ru")
        assert telegram_api.texts[0].startswith("Проверка связи\n\n")

    def test_one_that_is_switched_off_can_be_tried(
        self, staff: Client, chat: CourseChat, telegram_api: BotApi
    ) -> None:
        told = self.send(staff, chat, is_on="")
        assert "still switched off" in told and len(telegram_api.sent) == 1

    def test_a_new_one_is_tried_too(self, staff: Client, course: Course, telegram_api: BotApi) -> None:
        answer = staff.post(ADD, filled(course=course.pk, token=TOKEN, _test="1"), follow=True)
        assert said(answer) == "Saved. The test message is in the chat."

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (Refusal(403, "Forbidden: bot was kicked from the supergroup chat"), "Add it to the chat again"),
            (Refusal(400, "Bad Request: chat not found"), "add the bot there"),
            (Refusal(400, "Bad Request: <b>odd</b>"), "(Telegram: &lt;b&gt;odd&lt;/b&gt;)"),
            (Refusal(429, "Too Many Requests: retry after 12", retry_after=12), "asks to wait 12 seconds"),
            (Refusal(502, "Bad Gateway"), "Look whether the message is in the chat"),
        ],
    )
    def test_what_came_of_it_is_told(
        self, wrong: Refusal, words: str, staff: Client, chat: CourseChat, telegram_api: BotApi
    ) -> None:
        telegram_api.wrong[CHAT] = wrong
        answer = staff.post(page_of(chat), filled(language="en", _test="1"), follow=True)
        assert words in answer.text and TOKEN not in answer.text
        assert CourseChat.objects.get().language == "en", "saved all the same"

    def test_a_new_id_is_followed_and_kept(
        self, staff: Client, chat: CourseChat, telegram_api: BotApi
    ) -> None:
        telegram_api.migrate("-4001", "-1009876543210")
        assert self.send(staff, chat, chat_id="-4001") == "Saved. The test message is in the chat."
        assert CourseChat.objects.get().chat_id == "-1009876543210"
        assert telegram_api.sent[0]["chat_id"] == "-1009876543210"
        entry = AuditEntry.objects.of(chat)[0]
        assert (entry.why, entry.new) == ("Telegram gave the group another id", {"chat_id": "-1009876543210"})


@pytest.mark.django_db(transaction=True)
def test_telegram_is_waited_for_outside_the_transaction(
    staff: Client, chat: CourseChat, telegram_api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite nobody else could write meanwhile."""
    open_ones = []
    monkeypatch.setattr(
        "people.telegram.say",
        lambda *_args, **_words: open_ones.append(transaction.get_connection().in_atomic_block),
    )
    staff.post(page_of(chat), filled(_test="1"))
    assert open_ones == [False]


def test_the_list_costs_the_same_with_many_rows(
    chat: CourseChat, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    client = signed_in(make_user(is_superuser=True))
    with django_assert_max_num_queries(12) as first:
        assert client.get(LIST).status_code == 200
    for _each in range(30):
        CourseChat.objects.create(course=make_course(scheme=False), token=TOKEN, chat_id=CHAT)
    with django_assert_num_queries(len(first.captured_queries)):
        assert client.get(LIST).status_code == 200
