"""A Bot API of our own on the loopback, with the names, shapes and words of Telegram's documentation.

Every answer is JSON with ``ok``; a refusal has ``error_code``, which is the HTTP status too, ``description``
and, where there is more to say, ``parameters``. What a test can set: which tokens are bots, which chats there
are and what is wrong with them, how often the answer is "too many requests", and a network that fails.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

TOKEN = "123456789:AAE-local_bot-api_of-the-tests_00000"
CHAT = "-1001234567890"
LONGEST = 4096
MARKUP = {"bold", "italic", "underline", "strikethrough", "code", "pre", "text_link", "url", "spoiler"}
TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a", "blockquote"}


class Refusal(Exception):
    """An answer that is not ``ok``."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
        self.body |= {"parameters": parameters} if parameters else {}


@dataclass
class BotApi:
    """What the server knows and has been told. ``wrong`` maps a chat to what is wrong with it."""

    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    chats: set[str] = field(default_factory=lambda: {CHAT})
    wrong: dict[str, Refusal] = field(default_factory=dict)
    floods: list[int] = field(default_factory=list)
    """For each of the next requests to send: seconds to wait."""
    before: list[str] = field(default_factory=list)
    """What happens to each of the next requests, unserved: "close", "hang", "html" or an HTTP code."""
    after: list[str] = field(default_factory=list)
    """The same, after a message was taken: the answer is lost on its way."""
    sent: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """The methods that were called."""
    url: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def texts(self) -> list[str]:
        """What the chats have been told, oldest first."""
        return [each["text"] for each in self.sent]

    def migrate(self, old: str, new: str) -> None:
        """The group ``old`` becomes the supergroup ``new``."""
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        self.wrong[old] = Refusal(400, words, migrate_to_chat_id=int(new))
        self.chats.add(new)

    def call(self, token: str, method: str, asked: dict[str, Any]) -> Any:
        """The ``result`` of a method; raises Refusal. Names of methods are read in any case."""
        if not re.fullmatch(r"[0-9]+:[\w-]+", token):
            raise Refusal(404, "Not Found")
        if token not in self.tokens:
            raise Refusal(401, "Unauthorized")
        self.asked.append(method)
        if method.lower() == "getme":
            bot_id = int(token.partition(":")[0])
            return {"id": bot_id, "is_bot": True, "first_name": "Course", "username": "course_bot"}
        if method.lower() == "sendmessage":
            return self.send_message(asked)
        raise Refusal(404, "Not Found: method not found")

    def send_message(self, asked: dict[str, Any]) -> dict[str, Any]:
        chat_id = str(asked.get("chat_id", ""))
        if not chat_id:
            raise Refusal(400, "Bad Request: chat_id is empty")
        if self.floods:
            seconds = self.floods.pop(0)
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        if chat_id in self.wrong:
            raise self.wrong[chat_id]
        if chat_id not in self.chats:
            raise Refusal(400, "Bad Request: chat not found")
        text = checked_text(asked)
        self.sent.append({**asked, "chat_id": chat_id, "text": text})
        chat = {"id": int(chat_id) if chat_id.lstrip("-").isdigit() else -1000000000001, "type": "supergroup"}
        return {"message_id": len(self.sent), "date": int(time.time()), "chat": chat, "text": text}


def units(text: str) -> int:
    """Length in units of UTF-16, by which the API measures places in a text."""
    return len(text.encode("utf-16-le")) // 2


def checked_text(asked: dict[str, Any]) -> str:
    """The text as a chat would show it; raises what the API says of a bad one."""
    text = str(asked.get("text", ""))
    if asked.get("parse_mode", "").lower() == "html":
        text = without_tags(text)
    if not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if units(text) > LONGEST:
        raise Refusal(400, "Bad Request: message is too long")
    for entity in asked.get("entities", []):
        if entity.get("type") not in MARKUP:
            raise Refusal(400, "Bad Request: can't parse MessageEntity: unsupported type specified")
        if entity["offset"] < 0 or entity["length"] <= 0 or entity["offset"] + entity["length"] > units(text):
            raise Refusal(400, "Bad Request: entity beginning or end is out of the text")
    return text


def without_tags(text: str) -> str:
    """HTML in the API's sense: few tags, each closed; every other "<" and "&" is written as an entity."""
    for tag in re.finditer(r"<(/?)([^\s>]*)([^>]*)>?", text):
        if tag[2].lower() not in TAGS or not tag[0].endswith(">"):
            place = len(text[: tag.start()].encode())
            words = f'unsupported start tag "{tag[2]}" at byte offset {place}'
            raise Refusal(400, f"Bad Request: can't parse entities: {words}")
    return re.sub(r"<[^>]*>", "", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


class Handler(BaseHTTPRequestHandler):
    """One request: /bot<token>/<method>, its parameters in the address, as a form or as JSON."""

    api: BotApi

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        path, _mark, query = self.path.partition("?")
        asked: dict[str, Any] = dict(parse_qsl(query))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "json" in self.headers.get("Content-Type", ""):
            asked |= json.loads(body)
        else:
            asked |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        for name in ("entities", "link_preview_options"):
            if isinstance(asked.get(name), str):
                asked[name] = json.loads(asked[name])
        if self.api.before and self._fail(self.api.before.pop(0)):
            return
        match = re.fullmatch(r"/bot([^/]*)/(\w+)", path)
        try:
            if match is None:
                raise Refusal(404, "Not Found")
            answer = {"ok": True, "result": self.api.call(match[1], match[2], asked)}
        except Refusal as why:
            self._answer(why.body["error_code"], why.body)
            return
        if self.api.after and self._fail(self.api.after.pop(0)):
            return
        self._answer(200, answer)

    def _fail(self, how: str) -> bool:
        """Whether the request ends here: "" lets it through."""
        match how:
            case "":
                return False
            case "close":
                self.close_connection = True
            case "hang":
                self.api.stopping.wait(30)
                self.close_connection = True
            case "html":
                self._answer(404, f"<html>a proxy’s own page: nothing at {self.path}</html>")
            case code:
                self._answer(int(code), {"ok": False, "error_code": int(code), "description": "Bad Gateway"})
        return True

    def _answer(self, code: int, body: Any) -> None:
        told = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/html" if isinstance(body, str) else "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *args: Any) -> None:
        """Nothing: the address holds a token."""


@contextmanager
def bot_api() -> Iterator[BotApi]:
    """A server on a free port of the loopback, at `url`, until the block ends."""
    api = BotApi()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OneHandler", (Handler,), {"api": api}))
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        api.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
