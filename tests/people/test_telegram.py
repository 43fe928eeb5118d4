"""What is said to a chat, and what each of Telegram's answers means here."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings

from people import telegram
from people.telegram import Busy, Moved, NoAnswer, NotTaken, Unreachable, length, say
from tests.bot_api import CHAT, TOKEN, BotApi, Refusal


def tell(text: str = "A class has moved", *, token: str = TOKEN, chat_id: str = CHAT, title: int = 0) -> None:
    say(text, token=token, chat_id=chat_id, title=title)


class TestTaken:
    def test_one_request_and_no_preview_of_a_page_behind_a_sign_in(self, telegram_api: BotApi) -> None:
        tell("Class 3 has moved\nhttps://portal.example.org/", title=17)
        assert [each.lower() for each in telegram_api.asked] == ["sendmessage"]
        [sent] = telegram_api.sent
        assert sent["text"] == "Class 3 has moved\nhttps://portal.example.org/"
        assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 17}]
        assert sent["link_preview_options"] == {"is_disabled": True}
        assert "parse_mode" not in sent

    @pytest.mark.parametrize(
        "text",
        [
            "<b>Not bold</b> & <script>alert(1)</script>",
            "*stars* _lines_ `ticks` [a](b)",
            "Ветрова \u202eАлиса\u202c\r\nBcc: all@example.org",
            "😀" * (telegram.LONGEST // 2),
        ],
    )
    def test_whatever_it_holds_arrives_as_it_is(self, text: str, telegram_api: BotApi) -> None:
        tell(text, title=len(text))
        assert telegram_api.texts == [text]

    def test_a_title_is_measured_as_telegram_measures(self, telegram_api: BotApi) -> None:
        tell("😀 Hi", title=2)
        assert telegram_api.sent[0]["entities"][0]["length"] == 3 == length("😀 ")

    def test_whoever_says_it_may_run_a_loop_of_their_own(self, telegram_api: BotApi) -> None:
        async def caller() -> None:
            say("Hello", token=TOKEN, chat_id=CHAT)

        with ThreadPoolExecutor(1) as apart:  # the tests' own thread may have one too, after a browser
            apart.submit(lambda: asyncio.run(caller())).result()
        assert telegram_api.texts == ["Hello"]

    def test_a_channel_by_its_name(self, telegram_api: BotApi) -> None:
        telegram_api.chats.add("@effdl_course")
        tell(chat_id="@effdl_course")
        assert len(telegram_api.sent) == 1


class TestRefused:
    @pytest.mark.parametrize(
        ("code", "words", "sentence"),
        [
            (400, "Bad Request: chat not found", telegram.NO_CHAT),
            (403, "Forbidden: bot was kicked from the supergroup chat", telegram.NOT_THERE),
            (403, "Forbidden: bot was kicked from the group chat", telegram.NOT_THERE),
            (403, "Forbidden: bot is not a member of the channel chat", telegram.NOT_THERE),
            (403, "Forbidden: bot was blocked by the user", telegram.NOT_THERE),
            (403, "Forbidden: the group chat was deleted", telegram.CHAT_GONE),
            (400, "Bad Request: not enough rights to send text messages to the chat", telegram.NO_RIGHTS),
            (400, "Bad Request: have no rights to send a message", telegram.NO_RIGHTS),
            (400, "Bad Request: TOPIC_CLOSED", telegram.REFUSED),
        ],
    )
    def test_what_staff_can_change_is_told(
        self, code: int, words: str, sentence: str, telegram_api: BotApi
    ) -> None:
        telegram_api.wrong[CHAT] = Refusal(code, words)
        with pytest.raises(NotTaken) as why:
            tell()
        assert why.value.sentence == sentence
        assert why.value.answer.lower() in words.lower()

    @pytest.mark.parametrize("token", ["987654321:AAF" + "x" * 32, "no token at all"])
    def test_a_wrong_token(self, token: str, telegram_api: BotApi) -> None:
        with pytest.raises(NotTaken) as why:
            tell(token=token)
        assert why.value.sentence == telegram.WRONG_TOKEN
        assert token not in str(why.value)

    def test_a_text_too_long(self, telegram_api: BotApi) -> None:
        with pytest.raises(NotTaken, match="too long"):
            tell("a" * (telegram.LONGEST + 1))
        assert telegram_api.sent == []

    def test_the_api_of_the_tests_reads_markup_as_telegram_does(self, telegram_api: BotApi) -> None:
        """Else a text that is not escaped would pass here and fail there."""
        for text in ("<vasya>", "a < b", "<b"):
            with pytest.raises(Refusal, match="can't parse entities"):
                telegram_api.send_message({"chat_id": CHAT, "text": text, "parse_mode": "HTML"})
        telegram_api.send_message({"chat_id": CHAT, "text": "<b>a &lt; b</b>", "parse_mode": "HTML"})
        assert telegram_api.texts == ["a < b"]
        for marks in ([{"type": "bold", "offset": 0, "length": 9}], [{"type": "huge"}]):
            with pytest.raises(Refusal, match="ntity"):
                telegram_api.send_message({"chat_id": CHAT, "text": "a < b", "entities": marks})


class TestLater:
    def test_too_many_requests_say_how_long_to_wait(self, telegram_api: BotApi) -> None:
        telegram_api.floods = [34]
        with pytest.raises(Busy) as why:
            tell()
        assert why.value.seconds == 34 and telegram_api.sent == []

    def test_a_group_that_became_a_supergroup_tells_its_new_id(self, telegram_api: BotApi) -> None:
        telegram_api.migrate("-4001", "-1009876543210")
        with pytest.raises(Moved) as why:
            tell(chat_id="-4001")
        assert why.value.chat_id == "-1009876543210" and telegram_api.sent == []

    @pytest.mark.parametrize("how", ["close", "html", "502", "500"])
    def test_a_network_that_fails_is_no_refusal(self, how: str, telegram_api: BotApi) -> None:
        telegram_api.before = [how]
        with pytest.raises(NoAnswer) as why:
            tell()
        assert telegram_api.sent == []
        assert TOKEN not in str(why.value), "a proxy's page may tell the address"

    def test_nobody_listens(self, settings: Settings) -> None:
        assert settings.TELEGRAM_API_URL == "http://127.0.0.1:9", "no test may ask the real one"
        with pytest.raises(Unreachable) as why:
            tell()
        assert TOKEN not in str(why.value)

    def test_an_answer_that_does_not_come_is_not_waited_for(self, telegram_api: BotApi) -> None:
        telegram_api.before = ["hang"]
        with pytest.raises(NoAnswer):
            say("A class has moved", token=TOKEN, chat_id=CHAT, patience=0.3)

    def test_each_step_has_its_bound(self, telegram_api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(telegram, "TIMEOUTS", telegram.TIMEOUTS | {"read_timeout": 0.2})
        telegram_api.before = ["hang"]
        with pytest.raises(NoAnswer, match="Timed out"):
            tell()

    def test_an_answer_lost_on_its_way_leaves_the_message_in_the_chat(self, telegram_api: BotApi) -> None:
        """So it will be there twice: the API knows no key by which it could tell."""
        telegram_api.after = ["close"]
        with pytest.raises(NoAnswer):
            tell()
        assert len(telegram_api.sent) == 1


def test_no_log_holds_the_token(telegram_api: BotApi, caplog: pytest.LogCaptureFixture) -> None:
    assert logging.getLogger("httpx").getEffectiveLevel() >= logging.WARNING
    with caplog.at_level(logging.INFO, logger="root"):
        tell()
        telegram_api.before = ["close", "html"]
        for _each in range(2):
            with pytest.raises(NoAnswer):
                tell()
    assert TOKEN not in caplog.text
