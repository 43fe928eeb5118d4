"""Brings up what the tests need before Django's settings are read: `-p tests.plugin` in pyproject.toml.

It works at import, because pytest-django reads the settings before any conftest. With xdist the first process
starts the services and each worker process takes a database and a Redis number of its own.
`PORTAL_TEST_DB=sqlite` runs the tests marked `sqlite` on the embedded default instead.
"""

import atexit
import os
import signal
import tempfile
from pathlib import Path

import pytest

from tests.services import CannotRun, Services, chromium, playwright_chromium

ON_SQLITE = os.environ.get("PORTAL_TEST_DB") == "sqlite"
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # "gw0" in a worker process of xdist, else empty
CACHES_FROM = 32  # Redis numbers below are brokers; apart, so that emptying a cache empties no queue
STATE = "PORTAL_TEST_FOLDER"  # set by the first process for its workers


def bring_up() -> Services:
    """Start the services and set the environment that the settings will read."""
    services = Services(Path(tempfile.mkdtemp(prefix="portal-test-")))
    services.folder.chmod(0o711)  # PostgreSQL under another account passes through
    atexit.register(services.stop)
    for name in (
        "DATABASE_URL",
        "CELERY_BROKER_URL",
        "EMAIL_URL",
        "FILES_URL",
        "PORTAL_BASE_URL",
        "ALLOWED_HOSTS",
    ):
        os.environ.pop(name, None)  # a developer's own settings never reach the tests
    os.environ |= {STATE: str(services.folder), "SECRET_KEY": "only for tests", "PORTAL_ENV": "production"}
    os.environ["TELEGRAM_API_URL"] = "http://127.0.0.1:9"  # nobody; tests of the chat name a server of theirs
    if not ON_SQLITE:
        _try(services, "PostgreSQL", "DATABASE_URL", os.environ.get("TEST_DATABASE_URL"), services.postgres)
        _try(services, "Redis", "TEST_REDIS_URL", os.environ.get("TEST_REDIS_URL"), services.redis)
    if chromium() is None and playwright_chromium() is None:
        services.missing["Chromium"] = "no chromium on PATH (as root: apt-get install chromium)"
    return services


def _try(services: Services, name: str, variable: str, given: str | None, start: object) -> None:
    assert callable(start)
    try:
        os.environ[variable] = given or start()
    except CannotRun as why:
        services.missing[name] = str(why)


def settle_in() -> None:
    """Give this process a data folder and a Redis number of its own."""
    number = int(WORKER.removeprefix("gw")) + 1 if WORKER else 0
    os.environ["PORTAL_DATA_DIR"] = str(Path(os.environ[STATE]) / f"var-{number}")
    if "TEST_REDIS_URL" in os.environ and not ON_SQLITE:
        redis = os.environ["TEST_REDIS_URL"].rstrip("/")
        os.environ["CELERY_BROKER_URL"] = f"{redis}/{number}"
        os.environ["CACHE_URL"] = f"{redis}/{number + CACHES_FROM}"


SERVICES = None if WORKER else bring_up()
settle_in()
if SERVICES:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stops as Ctrl-C does, in order


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On SQLite run the marked tests alone; what is long only where it is asked for."""
    if not os.environ.get("PORTAL_TRUST"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("trust")])
        items[:] = [item for item in items if not item.get_closest_marker("trust")]
    if ON_SQLITE:
        config.hook.pytest_deselected(items=[item for item in items if not item.get_closest_marker("sqlite")])
        items[:] = [item for item in items if item.get_closest_marker("sqlite")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what could not be brought up; nothing is left out in silence."""
    if SERVICES and SERVICES.missing:
        terminalreporter.section("could not be brought up", sep="=", red=True, bold=True)
        for name, reason in SERVICES.missing.items():
            terminalreporter.line(f"{name}: {reason}", red=True)
        terminalreporter.line(
            "Tests that need it were skipped or ran on SQLite. In CI this is a failure.", red=True
        )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI, what could not be brought up fails the run."""
    if SERVICES and SERVICES.missing and IN_CI and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure() -> None:
    if SERVICES:
        SERVICES.stop()
