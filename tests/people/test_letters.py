"""How a letter looks and what its headers say: in any mail program, with any name in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses
from pathlib import Path
from smtplib import quoteaddr
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from people import kinds
from people.kinds import Facts, Kind, Letter
from people.letters import Foot, envelope, plain, written
from people.models import Message, User
from people.templatetags.letter import DARK, LIGHT, STYLES, dressed
from schedule.models import Course
from tests.factories import make_course, make_user, moscow

NOW = moscow(2025, 9, 23, 10)
HOSTILE = 'Anna\r\nBcc: all@example.org\u202egnp.exe <b>"x"</b> \u2067& Co'
LETTER = Letter(
    subject="EffDL: № 3 is due tomorrow",
    lead="Nothing is handed in yet.",
    rows=(("Until", "24 September, 23:59 MSK"),),
    paragraphs=("First line\nsecond line", "Another."),
    link="/courses/effdl/assignments/3/?a=1&b=2",
    link_label="Open № 3",
)


def words(facts: Sequence[Facts], zone: ZoneInfo) -> Letter:
    name = facts[0].get("name", "")
    if not name:
        return LETTER
    return Letter(name, name, ((name, name),), (f"{name}\nsecond",), "/x/", name)


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_kinds", {})
    common: dict[str, Any] = {"hint": "", "write": words}
    kinds.register(Kind(name="reminder", label="Reminders", **common))
    kinds.register(Kind(name="news", label="News", **common))
    kinds.register(Kind(name="dates", label="Moved dates", can_be_off=False, **common))


def message(kind: str = "reminder", **facts: Any) -> Message:
    return Message(kind=kind, facts=facts, zone="Europe/Moscow", created_at=NOW, due_at=NOW)


def loose(text: str) -> str:
    """The text with plain blanks alone."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.django_db
def test_no_number_is_torn_from_its_word() -> None:
    said = "Сдать № 3 до 24 сентября, 23:59 МСК: −0,5 балла, 20 %, попытка 2, в 3-й раз"
    letter = Letter(said, said, ((said, said),), (f"{said}\n{said}",))
    text, html = written([letter], title=said, foot=Foot())
    for part in (text, html):
        assert not re.search(r"№ \d|\d [а-я%]", part.partition("-- ")[0]) and "попытка 2, в 3-й" in part
        assert part.count("24\N{NO-BREAK SPACE}сентября, 23:59\N{NO-BREAK SPACE}МСК") >= 4
    sent = envelope([message(name="3 new works")], make_user())
    assert sent.subject == "3 new works"  # a header is looked for by what is typed


def test_the_text_has_all_of_it_in_order() -> None:
    text, _html = written([LETTER], title=LETTER.subject, foot=Foot(why="Because.", choices="https://c/"))
    assert loose(text).startswith(
        "Nothing is handed in yet.\n\nUntil: 24 September, 23:59 MSK\n\nFirst line\nsecond"
    )
    base = settings.PORTAL_BASE_URL
    assert f"Open №\N{NO-BREAK SPACE}3:\n{base}/courses/effdl/assignments/3/?a=1&b=2\n\n-- \n" in text
    assert text.endswith("Because.\nWhat comes by mail, and when:\nhttps://c/\n")
    assert "\n\n\n" not in text


def test_the_html_has_one_button_and_its_address_in_words() -> None:
    _text, html = written([LETTER], title=LETTER.subject, foot=Foot())
    address = f"{settings.PORTAL_BASE_URL}/courses/effdl/assignments/3/?a=1&amp;b=2"
    assert html.count(f'href="{address}"') == 2 and f">{address}</a>" in html
    assert "<h1 " in html and "First line<br>second line" in html


def test_several_letters_stand_under_one_title() -> None:
    other = Letter("Marks", "9.00")
    text, html = written([LETTER, other], title="2 messages today", foot=Foot())
    assert html.count("<h1 ") == 1 and html.count("<h2 ") == 2
    assert loose(text).startswith("2 messages today\n\n* EffDL: № 3 is due tomorrow\n")


def test_the_html_runs_nothing_and_fetches_nothing() -> None:
    _text, html = written([LETTER], title="x", foot=Foot("w", "https://o/", "off", "https://c/"))
    assert not re.search(r"<(script|img|link|iframe|form|svg|object|base)\b", html)
    assert not re.search(r"url\(|@import|@font-face|\son\w+=|javascript:", html)
    assert all(
        found.startswith(("http://localhost", "https://o/", "https://c/"))
        for found in re.findall(r'(?:href|src)="([^"]*)"', html)
    )


def test_every_element_carries_its_style_and_fits_a_phone() -> None:
    _text, html = written([LETTER], title="x", foot=Foot("w", "https://o/", "off", "https://c/"))
    for tag in re.findall(r"<(?:h1|h2|p|th|a)\b[^>]*>", html):
        assert "style=" in tag, tag
    assert 'name="color-scheme" content="light dark"' in html and "prefers-color-scheme:dark" in html
    assert "max-width:600px" in html and 'lang="en"' in html
    assert len(html.encode()) < 20_000  # Gmail cuts at 102 KB


PROSE = (
    '<h2>Room 685</h2>\n<p>Bring <strong>laptops</strong>: <a href="https://e.org/?a=1&amp;b=2">list</a>.</p>'
)


def test_somebodys_text_keeps_its_emphasis_and_links() -> None:
    letter = Letter("S", "L", paragraphs=("Bring laptops: list (https://e.org/?a=1&b=2).",), prose=PROSE)
    text, html = written([letter], title="S", foot=Foot())
    assert "Bring laptops: list (https://e.org/?a=1&b=2)." in text and "<strong>" not in text
    assert "<strong>laptops</strong>" in html and ">Room 685</h2>" in html
    assert re.search(r'<a href="https://e.org/\?a=1&amp;b=2" [^>]*class="l-link"', html)
    assert html.count("laptops") == 1
    for tag in re.findall(r"<(?:h2|p|a)\b[^>]*>", html):
        assert "style=" in tag, tag


@pytest.mark.parametrize(
    "prose",
    [
        '<img src="https://e.org/spy.png" alt="x">',
        "<script>alert(1)</script>",
        '<p style="position:fixed" class="btn" onclick="x()" title="t">x</p>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        '<a href="/somewhere/">x</a>',
        "<style>*{display:none}</style>",
        '<form action="https://e.org/"><input></form>',
        "<p>a\u202eb\u2067c\x00d</p>",
        "</td></tr></table><h1>x</h1>",
        "<!--[if mso]><p>x</p><![endif]-->",
        "<svg><script>x</script></svg>",
    ],
)
def test_of_hostile_prose_nothing_but_words_comes_through(prose: str) -> None:
    told = str(dressed(prose))
    assert not re.search(
        r"<(img|script|style|form|input|td|tr|h1|svg|!--)|alert|javascript:|data:|/somewhere", told
    )
    assert not re.search(r"position|btn|onclick|title=|spy|[\u202e\u2067\x00]", told)
    _text, html = written([Letter("S", "L", prose=prose)], title="S", foot=Foot())
    assert html.count("<table") == html.count("</table>") and html.count("<h1 ") == 1


def test_prose_that_a_mail_program_would_cut_is_told_plainly() -> None:
    letter = Letter("S", "L", paragraphs=("Plain.",), prose='<p><a href="https://e.org/">x</a></p>' * 2000)
    _text, html = written([letter], title="S", foot=Foot())
    assert ">Plain.</p>" in html and len(html.encode()) < 100_000


def tokens(selector: str) -> dict[str, str]:
    sheet = (Path(settings.BASE_DIR) / "static/portal/css/tokens.css").read_text()
    body = re.search(rf"{re.escape(selector)} \{{(.*?)\}}", sheet, re.DOTALL)
    assert body is not None
    return dict(re.findall(r"--p-([\w-]+):\s*([^;]+);", body[1]))


def test_letters_have_the_colours_of_the_pages() -> None:
    light, dark = (
        tokens(":root, [data-bs-theme=light], .theme-light"),
        tokens("[data-bs-theme=dark], .theme-dark"),
    )
    assert {name: light[name] for name in LIGHT} == LIGHT
    assert {name: dark[name] for name in DARK} == DARK
    assert (
        LIGHT.keys()
        == DARK.keys()
        >= {each for colours, _rest in STYLES.values() for each in colours.values()}
    )


def test_plain_is_one_line_that_reads_from_left_to_right() -> None:
    assert plain(HOSTILE) == 'Anna Bcc: all@example.orggnp.exe <b>"x"</b> & Co'
    assert plain("a\u2028b\x00c\u200fd\ud800") == "a b cd"


@pytest.mark.django_db
def test_a_name_can_add_no_line_no_header_no_tag() -> None:
    person = make_user(name=HOSTILE, email="anna@example.org")
    sent = envelope([message(name=HOSTILE)], person)
    parsed = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
    assert parsed["Bcc"] is None and str(parsed["Subject"]) == plain(HOSTILE)
    assert parsed["To"].addresses[0].addr_spec == "anna@example.org"
    parts = [part for kind in ("html", "plain") if (part := parsed.get_body((kind,)))]
    html, text = (part.get_content() for part in parts)
    assert "<b>" not in html and "&lt;b&gt;" in html
    for part in (html, text):
        assert not re.search("[\u202a-\u202e\u2066-\u2069\r\x00]", part.replace("\r\n", "\n"))


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "one_click"), [("reminder", True), ("dates", False)])
def test_headers_say_that_a_machine_wrote_and_how_to_have_no_more(
    client: Client, kind: str, one_click: bool
) -> None:
    person = make_user(email="anna@example.org")
    headers = envelope([message(kind)], person).extra_headers
    assert headers["Auto-Submitted"] == "auto-generated"
    assert ("List-Unsubscribe" in headers) == ("List-Unsubscribe-Post" in headers) == one_click
    if one_click:
        address = headers["List-Unsubscribe"].strip("<>").removeprefix(settings.PORTAL_BASE_URL)
        assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert person.choices.get().wish == "off"


@pytest.mark.django_db
def test_a_digest_says_how_many_and_switches_off_what_of_it_can_be(client: Client) -> None:
    person = make_user()
    sent = envelope([message("reminder"), message("dates", name="Moved"), message("news", name="x")], person)
    assert sent.subject == "3 messages today"
    address = sent.extra_headers["List-Unsubscribe"].strip("<>").removeprefix(settings.PORTAL_BASE_URL)
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert set(person.choices.values_list("kind", "wish")) == {("reminder", "off"), ("news", "off")}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "language"),
    [
        ({"language": "ru"}, "ru"),
        ({"seen_language": "ru"}, "ru"),
        ({"language": "en", "seen_language": "ru"}, "en"),
    ],
)
def test_a_letter_is_in_the_readers_language(fields: dict[str, str], language: str) -> None:
    person: User = make_user(**fields)
    sent = envelope([message()], person)
    html = str(sent.alternatives[0][0])
    assert f'lang="{language}"' in html
    assert ("Или откройте этот адрес" in html) == (language == "ru")


@pytest.mark.django_db
def test_replies_go_to_the_sender_unless_the_settings_name_somebody(settings: Settings) -> None:
    assert envelope([message()], make_user()).reply_to == []
    settings.REPLY_TO_EMAIL = "team@example.org"
    assert envelope([message()], make_user()).reply_to == ["team@example.org"]


LONG = "Введение в эффективные системы глубокого обучения, часть вторая: «сжатие», прореживание и дистилляция"
"""Of a course: 101 letters, 186 bytes."""


def sent_as(message: EmailMultiAlternatives) -> tuple[str, str, bytes]:
    """The sender's name and address as a mail program reads them, and the header's lines."""
    raw = message.message().as_bytes()
    header = re.search(rb"^From: .*(?:\n .*)*", raw, re.MULTILINE)
    assert header is not None and header[0].isascii()
    (encoded, address), *others = getaddresses([header[0].removeprefix(b"From: ").decode()])
    assert not others
    return str(make_header(decode_header(encoded))), address, header[0]


@pytest.mark.django_db
def test_a_letter_is_from_its_course_and_in_the_readers_language_from_the_portal(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_course(slug="effdl", title="Эффективные системы глубинного обучения")
    make_course(slug="other", title="Computer vision")
    reader = make_user(language="ru")
    effdl, other, none = (message("news", name="x") for _each in range(3))
    effdl.scope, other.scope, none.scope = "effdl", "other", ""
    with django_assert_num_queries(1):
        letter = envelope([effdl, effdl], reader)
    assert sent_as(letter)[:2] == ("Эффективные системы глубинного обучения", "portal@localhost")
    assert sent_as(envelope([other], reader))[0] == "Computer vision"
    for several in ([effdl, other], [effdl, none], [none]):
        assert sent_as(envelope(several, reader))[0] == "Портал курса"
    assert sent_as(envelope([none], make_user(language="en")))[0] == "Course portal"


@pytest.mark.django_db
def test_the_operators_address_and_name_are_the_senders(settings: Settings) -> None:
    make_course(slug="effdl", title="Course 1")
    one = message("news", name="x")
    one.scope, reader = "effdl", make_user(language="ru")
    settings.DEFAULT_FROM_EMAIL = "course@example.org"
    assert sent_as(envelope([one], reader))[:2] == ("Course 1", "course@example.org")
    settings.DEFAULT_FROM_EMAIL = "Кафедра ММП <course@example.org>"
    assert sent_as(envelope([one], reader))[:2] == ("Кафедра ММП", "course@example.org")
    said = sanitize_address(envelope([one], reader).from_email, "utf-8")  # as Django says it to SMTP
    assert quoteaddr(said) == "<course@example.org>"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("title", "name"),
    [
        (HOSTILE, plain(HOSTILE)),
        (
            'Курс\r\nBcc: all@example.org, "x" <y@example.org>',
            'Курс Bcc: all@example.org, "x" <y@example.org>',
        ),
        (LONG, "Сжатие"),
        ("x" * 64, "x" * 64),
        ("\u202e", "Course portal"),
    ],
)
def test_a_courses_title_can_add_no_header_and_fits_one(title: str, name: str) -> None:
    make_course(slug="effdl", title=title, short_title="Сжатие")
    one = message("news", name="x")
    one.scope = "effdl"
    letter = envelope([one], make_user(name=LONG))
    shown, email, header = sent_as(letter)
    assert (shown, email) == (name, "portal@localhost") and letter.message()["Bcc"] is None
    assert all(len(line) < 79 for line in header.splitlines())
    words = re.findall(rb"=\?utf-8\?\S*\?=", header) + re.findall(r"=\?utf-8\?\S*\?=", letter.to[0])
    assert words and all(len(word) <= 75 for word in words)  # RFC 2047, 2


@pytest.mark.django_db
def test_a_title_that_is_too_long_ends_with_a_whole_word() -> None:
    make_course(slug="effdl", title=LONG, short_title="")
    one = message("news", name="x")
    one.scope = "effdl"
    assert sent_as(envelope([one], make_user()))[0] == (
        "Введение в эффективные системы глубокого обучения, часть…"
    )
    Course.objects.update(title="Ж" * 200)
    assert sent_as(envelope([one], make_user()))[0] == "Ж" * 63 + "…"
