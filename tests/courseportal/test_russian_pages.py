"""On pages in Russian no word of a library's is left in English: account pages, second factors, the audit."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from people.models import AuditEntry, User
from perks.models import ExtensionRule
from schedule.models import Course, CourseChat, Role
from tests.factories import make_class, make_enrolment, make_user

pytestmark = pytest.mark.django_db
RUSSIAN = {"accept-language": "ru"}
ENGLISH = re.compile(r"\b[A-Za-z][A-Za-z’'-]{2,}\b")
KNOWN = {"Eng", "English", "TOTP", "UTC", "Europe", "Moscow", "MFA", "QR-", "WebAuthn"}
"""Names that stay as they are."""
SPOKEN = ("alt", "aria-label", "placeholder", "title", "data-label")


class Words(HTMLParser):
    """What a page says and what it reads out, but for code, addresses and what names another language."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "style", "code") or given.get("lang") == "en":
            self.silent.append(tag)
        if not self.silent:
            self.texts += [given[name] or "" for name in SPOKEN if name in given]
        if tag == "input" and given.get("type") in ("submit", "button"):
            self.texts.append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)


def english_on(page: str) -> set[str]:
    """The English words of a page."""
    texts = (re.sub(r"\S+@\S+|https?://\S+|\S+\.\w{2,5}\b", "", text) for text in Words(page).texts)
    return {word for text in texts for word in ENGLISH.findall(text)} - KNOWN


def read(client: Client, address: str) -> set[str]:
    answer = client.get(address, headers=RUSSIAN)
    assert 'lang="ru"' in answer.text, address
    return english_on(answer.text)


def test_the_check_sees_what_is_said_and_read_out() -> None:
    page = '<p>Портал <code>code</code><b lang=en>English</b> here</p><img alt="There"><input value="typed">'
    assert english_on(page) == {"here", "There"}


def test_a_visitor_reads_russian(client: Client) -> None:
    names: tuple[str, ...] = (
        "account_login",
        "account_request_login_code",
        "account_reset_password",
        "account_signup",
    )
    names += ("account_reset_password_done", "account_reset_password_from_key_done", "account_inactive")
    pages = [*map(reverse, names), "/accounts/password/reset/key/a1-bad/", "/nowhere/"]
    assert {page: found for page in pages if (found := read(client, page))} == {}
    bad = client.post(reverse("account_login"), {"login": "x", "password": "y"}, headers=RUSSIAN)
    assert english_on(bad.text) == set()
    unproved = Client(enforce_csrf_checks=True).post(reverse("account_login"), headers=RUSSIAN)
    assert unproved.status_code == 403 and english_on(unproved.text) == set()


@pytest.mark.parametrize("has_password", [True, False])
def test_an_account_is_in_russian(client: Client, has_password: bool) -> None:
    reader = make_user(language="ru", name="Ветрова Алиса")
    if not has_password:
        reader.set_unusable_password()
        reader.save()
    client.force_login(reader)
    names: tuple[str, ...] = (
        "account_change_password",
        "account_set_password",
        "mfa_index",
        "mfa_activate_totp",
        "notices",
    )
    names += ("message_choices", "account_logout", "account_reauthenticate")
    pages = [page for page in map(reverse, names) if client.get(page).status_code == 200]
    assert len(pages) >= 5
    assert {page: found for page in pages if (found := read(client, page))} == {}
    for name in ("account_change_password", "account_set_password"):
        bad = client.post(reverse(name), {"oldpassword": "x", "password1": "y", "password2": "z"})
        assert english_on(bad.text) == set()


def test_what_only_superusers_read_is_in_russian_too(client: Client, course: Course) -> None:
    root = make_user(language="ru", name="Ким Павел", is_superuser=True)
    client.force_login(root)
    factor = Authenticator.objects.create(user=root, type="totp", data={"secret": "JBSWY3DP"})
    Course.objects.update(title="Курс", short_title="Курс", term="осень")
    make_class(course=course, title="Прореживание")
    CourseChat.objects.create(course=course, token="1:a", chat_id="-1")
    ExtensionRule.objects.create(course=course, target_at=timezone.now())
    User.objects.filter(pk=root.pk).update(last_login=timezone.now())
    lists = ("mfa_authenticator", "people_user", "schedule_coursechat")
    pages = [reverse(f"admin:{name}_changelist") for name in (*lists, "schedule_classmeeting")]
    pages += [reverse("admin:index"), reverse("admin:perks_extensionrule_changelist")]
    pages += [reverse(f"admin:mfa_authenticator_{what}", args=[factor.pk]) for what in ("change", "delete")]
    assert {page: found for page in pages if (found := read(client, page))} == {}


def test_a_person_is_read_in_russian_by_who_teaches_them(client: Client, course: Course) -> None:
    reader, teacher = make_user(name="Ветрова Алиса"), make_user(language="ru", name="Ким Павел")
    make_enrolment(person=reader, course=course)
    make_enrolment(person=teacher, course=course, role=Role.ASSISTANT)
    Course.objects.update(title="Курс", short_title="Курс", term="осень")
    client.force_login(teacher)
    assert read(client, reverse("admin:people_user_change", args=[reader.pk])) == set()


def test_a_change_is_told_by_what_it_is_of_not_by_its_table(client: Client, course: Course) -> None:
    client.force_login(make_user(language="ru", is_superuser=True))
    entry = AuditEntry.objects.of(course)[0]
    with override("ru"):
        assert str(entry) == f"курс {course.pk}: добавление"
        gone = AuditEntry(table="of_long_ago", row_id=3, operation="delete")
        assert str(gone) == "of_long_ago 3: удаление"
    page = client.get(f"{reverse('admin:people_auditentry_changelist')}?table=schedule_course")
    assert {row.table for row in page.context["cl"].result_list} == {"schedule_course"}
    assert ">курс<" in page.text and ">schedule_course<" not in page.text


def test_a_second_factor_is_taken_away_and_its_secret_shown_to_nobody(client: Client) -> None:
    root, reader = make_user(is_superuser=True), make_user(name="Ветрова Алиса")
    factor = Authenticator.objects.create(user=reader, type="totp", data={"secret": "JBSWY3DP"})
    client.force_login(root)
    pages = {
        what: reverse(f"admin:mfa_authenticator_{what}", args=[factor.pk]) for what in ("change", "delete")
    }
    listed = client.get(reverse("admin:mfa_authenticator_changelist")).text
    assert "Ветрова Алиса" in listed
    assert "JBSWY3DP" not in listed + "".join(client.get(page).text for page in pages.values())
    assert client.get(reverse("admin:mfa_authenticator_add")).status_code == 403
    assert client.post(pages["change"], {"user": root.pk, "type": "totp"}).status_code == 403
    assert client.post(pages["delete"], {"post": "yes"}).status_code == 302
    assert not Authenticator.objects.exists()
