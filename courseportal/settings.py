"""All settings, read from the environment; docs/operations.md explains each variable.

Every default works on one machine with nothing else installed: SQLite, an embedded broker, a mailbox of files
and the students' files all lie in one data folder.
"""

import os
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from bootstrap_wrapper import get_bootstrap_css_dir
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from courseportal import reporting
from courseportal.secret import kept_secret
from people.files_url import files_place

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
# An empty variable, as compose files and shells leave it, is the same as none.
env.ENVIRON = {name: value for name, value in os.environ.items() if value}

# --- Where we are -------------------------------------------------------------------------------------------

PORTAL_ENV = env.str("PORTAL_ENV", "production")
if PORTAL_ENV not in {"demo", "production"}:
    raise ImproperlyConfigured(f"PORTAL_ENV is {PORTAL_ENV!r}: it must be 'demo' or 'production'")
DEMO = PORTAL_ENV == "demo"
DEBUG = False

PORT = env.int("PORT", 8000)
BIND_HOST = env.str("PORTAL_BIND", "127.0.0.1")
DATA_DIR = Path(env.str("PORTAL_DATA_DIR", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

PORTAL_BASE_URL = (env.str("PORTAL_BASE_URL", "") or f"http://localhost:{PORT}").rstrip("/")
_address = urlsplit(PORTAL_BASE_URL)
if _address.scheme not in {"http", "https"} or not _address.hostname or _address.path or _address.query:
    raise ImproperlyConfigured(
        f"PORTAL_BASE_URL is {PORTAL_BASE_URL!r}: it must be https://a.host or the like"
    )
HTTPS = _address.scheme == "https"
# Probes on the machine itself are always let in.
ALLOWED_HOSTS = [
    _address.hostname,
    *env.list("ALLOWED_HOSTS", default=[]),
    *("localhost", "127.0.0.1", "[::1]"),
]
CSRF_TRUSTED_ORIGINS = [PORTAL_BASE_URL]

# In production the web server refuses to start with a key that is not given (courseportal/checks.py);
# commands run on any machine work with the kept one.
SECRET_KEY_GIVEN = bool(env.str("SECRET_KEY", ""))
SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret(DATA_DIR / "secret_key")

# --- What runs ----------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    # Ours come first: their templates win over the libraries'. From the right of the line to the left.
    "courseportal",
    "grading",
    "perks",
    "schedule",
    "people",
    "courseportal.admin_config.PortalAdminConfig",  # django.contrib.admin with a site of ours
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "lucide",
]

MIDDLEWARE = [
    "courseportal.middleware.ArrivalMiddleware",
    "courseportal.answers.AnswersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "courseportal.probes.ProbesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "people.middleware.LanguageMiddleware",
    "courseportal.middleware.BodyMiddleware",
    "people.middleware.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "courseportal.urls"
WSGI_APPLICATION = "courseportal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "courseportal.shell.portal",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Where facts are kept -----------------------------------------------------------------------------------

SQLITE_OPTIONS: dict[str, Any] = {
    # Django's defaults fail at once under several writers; these lose nothing and wait for each other.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # With recursive triggers a row that an INSERT OR REPLACE takes away is in the audit, too.
    "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON;",
}
POSTGRESQL_OPTIONS: dict[str, Any] = {
    "connect_timeout": 5,
    # A server that is gone without a word is given up after half a minute, not after the system's two hours.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "options": "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
}


def database() -> dict[str, Any]:
    """What DATABASE_URL names, else SQLite in the data folder; with the options that its kind needs."""
    embedded = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "portal.sqlite3")}
    config: dict[str, Any] = env.db_url("DATABASE_URL") if env.str("DATABASE_URL", "") else embedded
    sqlite = config["ENGINE"].endswith("sqlite3")
    config["OPTIONS"] = (SQLITE_OPTIONS if sqlite else POSTGRESQL_OPTIONS) | config.get("OPTIONS", {})
    if sqlite:  # tests work on a file too, as users do, not in memory
        config["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    config["CONN_MAX_AGE"] = 60
    config["CONN_HEALTH_CHECKS"] = not sqlite
    return config


DATABASES = {"default": database()}
# SQLite lets one writer in at a time: a second process would cost memory and bring little.
WEB_WORKERS = env.int("PORTAL_WEB_WORKERS", 1 if DATABASES["default"]["ENGINE"].endswith("sqlite3") else 2)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

FILES_URL = env.str("FILES_URL", "") or f"file://{DATA_DIR / 'files'}"
FILES_PLACE = files_place(FILES_URL)
MEDIA_ROOT = FILES_PLACE.folder or ""
# Beside the files, on the same filesystem: a move between two can cut an upload short without an error.
# From there to a bucket they go over the network, so any disk will do, and they need no names.
FILE_UPLOAD_TEMP_DIR = (FILES_PLACE.folder or DATA_DIR) / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
UPLOADS_HAVE_NAMES = FILES_PLACE.folder is not None
FILE_UPLOAD_HANDLERS = ["people.uploads.ArrivedFileHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# Set in the image, after `collectstatic`; without it files are found where they lie.
STATIC_ROOT = env.str("PORTAL_STATIC_ROOT", "") or None
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", get_bootstrap_css_dir())]
STATICFILES_FINDERS = [
    "courseportal.finders.NeededFilesFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
STORAGES = {
    "default": FILES_PLACE.storage,
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_ROOT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Later, and on a timetable ------------------------------------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "") or "files://"
EMBEDDED_BROKER = CELERY_BROKER_URL == "files://"  # courseportal/broker.py
VISIBILITY_TIMEOUT = env.int("CELERY_VISIBILITY_TIMEOUT", 600)  # seconds
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"folder": str(DATA_DIR / "broker")}
    if EMBEDDED_BROKER
    else {
        # A message whose worker died comes back after this time; kombu's defaults add up to 100 s to it.
        "visibility_timeout": VISIBILITY_TIMEOUT,
        "unacked_restore_interval": max(1, VISIBILITY_TIMEOUT // 60),
        "unacked_restore_throttle": 1,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Files carry messages to one reader; remote control would need messages to all.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = not EMBEDDED_BROKER
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 1800  # seconds, kept by courseportal/watchdog.py; the outbox's tasks have their own
# A request never waits for the broker: messages only wake the worker, the tables know what is due.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
# How often the outbox is swept, and for how long a worker has a letter in hand (seconds; docs/messages.md).
OUTBOX_SWEEP = env.float("OUTBOX_SWEEP", 60.0)
OUTBOX_LEASE = env.float("OUTBOX_LEASE", 180.0)
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "sweep-outbox": {
        "task": "people.tasks.sweep",
        "schedule": OUTBOX_SWEEP,
        "options": {"expires": OUTBOX_SWEEP * 5},
    },
    "heartbeat": {"task": "courseportal.tasks.heartbeat", "schedule": 60.0, "options": {"expires": 50}},
    "sweep-files": {"task": "grading.tasks.sweep", "schedule": crontab(hour="0", minute="41")},
    "sweep-pictures": {"task": "perks.tasks.sweep", "schedule": crontab(hour="0", minute="46")},
    "forget-pictures": {"task": "perks.tasks.forget_pictures", "schedule": crontab(hour="*", minute="7")},
    "verify-files": {"task": "grading.tasks.verify", "schedule": crontab(hour="1-3", minute="*/10")},
    "clear-sessions": {"task": "courseportal.tasks.clear_sessions", "schedule": crontab(minute="17")},
}

# Shared by all processes, as limits on sign-in need: Redis where there is one, else files on this machine.
CACHE_URL = env.str("CACHE_URL", "") or ("" if EMBEDDED_BROKER else CELERY_BROKER_URL)
if urlsplit(CACHE_URL).scheme not in {"", "redis", "rediss", "unix"}:
    raise ImproperlyConfigured("The broker is no Redis, so CACHE_URL must name one: redis://host:6379/1")
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "courseportal.shared_cache.SharedCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    if CACHE_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(DATA_DIR / "cache"),
        # Beyond so many a third goes, whichever: among them the sign of life and limits on sign-in.
        "OPTIONS": {"MAX_ENTRIES": 5000},
    }
}

if env.str("EMAIL_URL", ""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "people.mailbox.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mailbox"
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 10)  # seconds for each word of the mail server
EMAIL_ANSWER_TIMEOUT = env.int(
    "EMAIL_ANSWER_TIMEOUT", 60
)  # for its answer to the text, which filters look at
# With a name of its own all letters have that name; without, that of their course (people/letters.py).
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "portal@localhost")
if "@" not in parseaddr(DEFAULT_FROM_EMAIL)[1]:
    raise ImproperlyConfigured(
        f'DEFAULT_FROM_EMAIL is {DEFAULT_FROM_EMAIL!r}: it must be an address, or "A name" <an address>'
    )
SERVER_EMAIL = DEFAULT_FROM_EMAIL
REPLY_TO_EMAIL = env.str(
    "REPLY_TO_EMAIL", ""
)  # whoever reads answers, where the sender's mailbox is not read

TELEGRAM_API_URL = env.str("TELEGRAM_API_URL", "https://api.telegram.org").rstrip("/")  # people/telegram.py

# --- People: sign-in by e-mail, second factor ---------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "courseportal.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts come from the chair's roster; a mailed code proves the address
# Limits on sign-in count by the visitor's address. Behind a proxy that is the last one it wrote down; were it
# not read, all visitors would share one limit, and ten wrong passwords of one would lock everybody out.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PORTAL_PROXIES", 0)
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True  # a session ends after 12 hours whatever one would answer
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

# --- Safety -------------------------------------------------------------------------------------------------

SESSION_ENGINE = "courseportal.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "courseportal.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(health(/live|/ready)?|metrics)/?$"]  # courseportal/probes.py
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# The header in which our own proxy says when a request's headers reached it; empty: no proxy stamps.
PROXY_ARRIVAL_HEADER = env.str("PROXY_ARRIVAL_HEADER", "")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# By this token, as a bearer, Prometheus reads /metrics; without one nobody does.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

# --- Logs: lines of JSON on standard error, kept by who started the process ------------------------------

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "courseportal.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "courseportal": {"level": "INFO"},
        "people": {"level": "INFO"},
        "schedule": {"level": "INFO"},
        "perks": {"level": "INFO"},
        "grading": {"level": "INFO"},
        # Of each task there is a line of ours (courseportal/task_lines.py); Celery tells what went wrong.
        "celery": {"level": "INFO"},
        "celery.beat": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "kombu.connection": {"level": "ERROR"},  # warns that a broker of files has no host
        # These tell addresses and answers, in which a bot's token may stand; what failed we tell ourselves.
        "httpx": {"level": "WARNING"},
        "telegram": {"level": "CRITICAL"},
    },
}

# --- Languages and time -------------------------------------------------------------------------------------

LANGUAGE_CODE = env.str("PORTAL_LANGUAGE", "en")  # of letters to those who never said nor showed theirs
if LANGUAGE_CODE not in {"en", "ru"}:
    raise ImproperlyConfigured(f"PORTAL_LANGUAGE is {LANGUAGE_CODE!r}: it must be 'en' or 'ru'")
LANGUAGES = [("en", "English"), ("ru", "Русский")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # pages show moments in the course's zone

# --- Reports of errors, where they are wanted --------------------------------------------------------------

if SENTRY_DSN := env.str("SENTRY_DSN", ""):
    reporting.start(SENTRY_DSN, environment=PORTAL_ENV)
