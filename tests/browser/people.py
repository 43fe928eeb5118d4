"""Signing in to the live portal without its form."""

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext
from pytest_django.live_server_helper import LiveServer

from people.models import User


def sign_in(context: BrowserContext, live_server: LiveServer, person: User) -> None:
    """Give the browser a session of that person."""
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
