"""Settings: defaults that need nothing, and a clear word when a value cannot be."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache.backends.filebased import FileBasedCache
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from people.files_url import files_place
from tests.plugin import ON_SQLITE
from tests.services import ROOT

READ = """
import json
from courseportal import settings as s
print(json.dumps({name: getattr(s, name) for name in dir(s) if name.isupper()}, default=str))
"""


def read_settings(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a fresh process that has only `env`."""
    bare = {"PATH": os.environ["PATH"], "PORTAL_DATA_DIR": str(folder)} | env
    return subprocess.run(
        [sys.executable, "-c", READ], cwd=ROOT, env=bare, capture_output=True, text=True, check=False
    )


def settings_of(folder: Path, **env: str) -> dict[str, Any]:
    done = read_settings(folder, **env)
    assert done.returncode == 0, done.stderr
    values: dict[str, Any] = json.loads(done.stdout)
    return values


def test_defaults_keep_everything_in_the_data_folder(tmp_path: Path) -> None:
    values = settings_of(tmp_path)
    assert values["DATABASES"]["default"]["NAME"] == str(tmp_path / "portal.sqlite3")
    assert values["DATABASES"]["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert values["MEDIA_ROOT"] == str(tmp_path / "files")
    assert values["FILE_UPLOAD_TEMP_DIR"] == str(tmp_path / "files" / "incoming")
    assert values["EMAIL_FILE_PATH"] == str(tmp_path / "mailbox")
    assert values["CELERY_BROKER_TRANSPORT_OPTIONS"] == {"folder": str(tmp_path / "broker")}
    assert values["PORTAL_BASE_URL"] == "http://localhost:8000"
    assert values["DEMO"] is False


MAY_BE_EMPTY = (
    *("PORT", "PORTAL_BIND", "PORTAL_WEB_WORKERS", "PORTAL_PROXIES", "PORTAL_ENV"),
    *("CELERY_VISIBILITY_TIMEOUT", "DATABASE_URL", "FILES_URL"),
)


def test_an_empty_variable_is_the_same_as_none(tmp_path: Path) -> None:
    empty = dict.fromkeys(MAY_BE_EMPTY, "")
    assert settings_of(tmp_path, SECRET_KEY="given", **empty) == settings_of(tmp_path, SECRET_KEY="given")


def test_visitors_behind_a_proxy_are_told_apart_where_it_is_ours(tmp_path: Path) -> None:
    assert settings_of(tmp_path)["ALLAUTH_TRUSTED_PROXY_COUNT"] == 0
    assert settings_of(tmp_path, PORTAL_PROXIES="1")["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


def test_the_kept_key_is_the_same_each_time_and_private(tmp_path: Path) -> None:
    first, second = settings_of(tmp_path), settings_of(tmp_path)
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert len(first["SECRET_KEY"]) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_given_key_is_used_and_none_is_kept(tmp_path: Path) -> None:
    assert settings_of(tmp_path, SECRET_KEY="given")["SECRET_KEY"] == "given"
    assert not (tmp_path / "secret_key").exists()


def test_many_who_sign_in_do_not_push_the_sign_of_life_out_of_the_cache(tmp_path: Path) -> None:
    values = settings_of(tmp_path)["CACHES"]["default"]
    assert values["BACKEND"].endswith("FileBasedCache")
    cache = FileBasedCache(values["LOCATION"], values)
    cache.set("worker-seen-at", "now", timeout=None)
    for visitor in range(1000):
        cache.set(f"visitor-{visitor}", visitor)
    assert cache.get("worker-seen-at") == "now"


def test_production_urls(tmp_path: Path) -> None:
    values = settings_of(
        tmp_path,
        DATABASE_URL="postgresql://portal:p%40ss@db:5432/portal",
        CELERY_BROKER_URL="redis://redis:6379/0",
        EMAIL_URL="smtp+tls://post:office@mail.example.org:587",
    )
    database = values["DATABASES"]["default"]
    assert (database["HOST"], database["PASSWORD"]) == ("db", "p@ss")
    assert "statement_timeout" in database["OPTIONS"]["options"]
    assert values["CACHES"]["default"]["LOCATION"] == "redis://redis:6379/0"
    assert values["CELERY_BROKER_TRANSPORT_OPTIONS"]["visibility_timeout"] == 600
    assert values["EMAIL_HOST"] == "mail.example.org"
    assert values["EMAIL_TIMEOUT"] == 10


def test_the_cache_is_a_redis_or_files_and_another_broker_is_none_of_them(tmp_path: Path) -> None:
    given = settings_of(tmp_path, CACHE_URL="redis://cache:6379/1")["CACHES"]["default"]
    assert given["LOCATION"] == "redis://cache:6379/1"
    assert settings_of(tmp_path)["CACHES"]["default"]["LOCATION"] == str(tmp_path / "cache")
    refused = read_settings(tmp_path, CELERY_BROKER_URL="amqp://broker")
    assert refused.returncode == 1
    assert "CACHE_URL must name one" in refused.stderr


def test_https_brings_host_cookies_and_hsts(tmp_path: Path) -> None:
    plain = settings_of(tmp_path)
    safe = settings_of(tmp_path, PORTAL_BASE_URL="https://portal.example.org/")
    assert safe["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert safe["SESSION_COOKIE_SECURE"] and safe["CSRF_COOKIE_SECURE"]
    assert safe["SECURE_HSTS_SECONDS"] > 0
    assert not plain["SESSION_COOKIE_SECURE"]


def test_the_portals_own_host_is_let_in_whatever_others_are(tmp_path: Path) -> None:
    base = "https://portal.example.org"
    assert settings_of(tmp_path, PORTAL_BASE_URL=base)["ALLOWED_HOSTS"][:1] == ["portal.example.org"]
    hosts = settings_of(tmp_path, PORTAL_BASE_URL=base, ALLOWED_HOSTS="old.example.org,course.example.org")
    assert {"portal.example.org", "old.example.org", "course.example.org"} < set(hosts["ALLOWED_HOSTS"])


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORTAL_BASE_URL", "portal.example.org", "must be https://a.host"),
        ("PORTAL_BASE_URL", "https://example.org/portal", "must be https://a.host"),
        ("PORTAL_ENV", "staging", "must be 'demo' or 'production'"),
        ("FILES_URL", "ftp://files", "must be file:///a/folder"),
        ("DEFAULT_FROM_EMAIL", "Кафедра, ММП <portal@example.org>", "must be an address"),
    ],
)
def test_impossible_values_are_named(tmp_path: Path, name: str, value: str, says: str) -> None:
    done = read_settings(tmp_path, **{name: value})
    assert done.returncode == 1
    assert f"{name} is {value!r}" in done.stderr
    assert says in done.stderr


def test_a_bucket_takes_the_place_of_the_folder(tmp_path: Path) -> None:
    url = "s3://KEY:se%2Fc%2Bret@storage.example.org:9000/portal/2025?region=ru-central1&conditional=no"
    values = settings_of(tmp_path, FILES_URL=url)
    assert values["STORAGES"]["default"] == {
        "BACKEND": "people.bucket.BucketStorage",
        "OPTIONS": {
            "endpoint_url": "https://storage.example.org:9000",
            "access_key": "KEY",
            "secret_key": "se/c+ret",
            "bucket_name": "portal",
            "location": "2025",
            "region_name": "ru-central1",
            "addressing_style": "path",
            "conditional": False,
        },
    }
    assert values["FILE_UPLOAD_TEMP_DIR"] == str(tmp_path / "incoming") and not values["MEDIA_ROOT"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("s3://host", "it must be s3://key:secret@host/bucket"),
        ("s3://KEY:hush@host/", "it must be s3://key:secret@host/bucket"),
        ("s3://KEY@host/bucket", "both a key and a secret"),
        ("s3://KEY:hu/sh@host/bucket", "port"),
        ("s3://KEY:hush@host/bucket?overwrite=yes", "it takes region=NAME"),
        ("s3://KEY:hush@host/bucket?addressing=other", "it takes region=NAME"),
    ],
)
def test_a_bucket_that_cannot_be_is_told_without_its_secret(url: str, says: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=says) as told:
        files_place(url)
    assert "hush" not in str(told.value)


def test_a_bucket_without_its_library_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("people.files_url.find_spec", lambda _name: None)
    with pytest.raises(ImproperlyConfigured, match=r"requirements/production\.txt"):
        files_place("s3://KEY:hush@host/bucket")
    assert files_place("file:///a/Ёж 100%20").folder == Path("/a/Ёж 100%20")


@pytest.mark.sqlite
def test_the_tests_run_on_the_engine_that_was_asked_for() -> None:
    assert connection.vendor == ("sqlite" if ON_SQLITE or "DATABASE_URL" not in os.environ else "postgresql")


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_what_it_confirms() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            asked = [
                cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
            ]
            assert asked == ["wal", 2]  # 2 is FULL
        else:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("30s",)


def test_policy_forbids_everything_from_elsewhere() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert directives["default-src"] == ["'none'"]
    assert not any("unsafe" in value for values in directives.values() for value in values)
