"""Plumbing that tests share: a cheap password hash, a real worker, a browser."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import hypothesis
import pytest
from celery import current_app
from django.core.cache import cache
from django.db import connection
from pytest_django import Settings

from courseportal.translations import compile_all
from tests.bot_api import BotApi, bot_api
from tests.bucket_server import BucketPlace, Server, new_bucket, use_bucket, use_folder
from tests.cast import *  # noqa: F403 - the cast of people, as fixtures
from tests.services import ROOT, chromium

compile_all([ROOT / "locale"])  # before the first page asks for Russian
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# A busy machine answers late; how long an example takes is not what a property says.
hypothesis.settings.register_profile("portal", deadline=None)
hypothesis.settings.load_profile("portal")


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """Argon2 is slow on purpose; tests make many accounts."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def s3(s3_server: Server) -> Iterator[Server]:
    """An S3 server that behaves, until a test has it misbehave."""
    yield s3_server
    s3_server.in_between = None


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Path:
    """Where files are kept, empty: a folder; a bucket where the test or PORTAL_TEST_FILES says "bucket"."""
    kind = getattr(request, "param", os.environ.get("PORTAL_TEST_FILES", "disk"))
    if kind == "disk":
        return use_folder(settings, tmp_path / "files")
    url = new_bucket(request.getfixturevalue("s3"))
    use_bucket(settings, url, uploads=tmp_path / "uploads")
    return cast(Path, BucketPlace(url.split("/")[-2]))


@pytest.fixture
def telegram_api(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[BotApi]:
    """A Bot API of the test's own, which the portal takes for Telegram's."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with bot_api() as server:
        settings.TELEGRAM_API_URL = server.url
        yield server


@pytest.fixture
def process_env(transactional_db: None) -> dict[str, str]:
    """The environment for a process of the portal that works on this test's database and broker."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{settings['NAME']}"
    else:
        host = settings["OPTIONS"].get("host") or settings["HOST"]
        account = f"{settings['USER']}:{quote(settings['PASSWORD'])}@" if settings["PASSWORD"] else "portal@"
        port = f":{settings['PORT']}" if settings["PORT"] else ""
        place = "" if host.startswith("/") else f"{host}{port}"
        url = f"postgresql://{account}{place}/{settings['NAME']}"
        url += f"?host={quote(host)}" if host.startswith("/") else ""
    return os.environ | {"DATABASE_URL": url, "CELERY_VISIBILITY_TIMEOUT": "5", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def worker(process_env: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker process on this test's database and broker, ready for tasks."""
    if "TEST_REDIS_URL" not in os.environ:
        pytest.skip("Redis could not be brought up")
    current_app.control.purge()
    log = tmp_path / "worker.log"
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "courseportal",
        "worker",
        "--pool=solo",
        "--loglevel=info",
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=process_env, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + 30
        while b" ready." not in log.read_bytes():
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium where there is one, kept from calling home."""
    flags = CHROMIUM_FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    return browser_type_launch_args | {"executable_path": chromium(), "args": flags}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A laptop's window that asks for English; a test opens its own context for Russian or a phone."""
    return browser_context_args | {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}}
