"""The administration wears the portal's tokens, in the theme of the same cookie."""

import pytest
from django.test import Client

from people.models import User


@pytest.fixture
def administration(client: Client, db: None) -> Client:
    """A browser signed in with every permission."""
    client.force_login(User.objects.create_superuser("root@example.org", name="Root"))
    return client


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_administration_follows_the_theme_cookie(administration: Client, theme: str) -> None:
    administration.cookies["theme"] = theme
    page = administration.get("/admin/").content.decode()
    assert f'<body class="theme-{theme}' in page
    assert "portal/css/tokens.css" in page
    assert "portal/css/admin.css" in page


def test_the_administration_needs_nothing_inline(administration: Client) -> None:
    answer = administration.get("/admin/")
    page = answer.content.decode()
    assert "style-src 'self'" in answer["Content-Security-Policy"]
    assert " style=" not in page
    assert "theme.js" not in page  # Django's own switch keeps the theme where the server cannot see it
