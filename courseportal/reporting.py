"""Reports of errors to a Sentry, where SENTRY_DSN names one: where it broke, never what people sent.

A report holds the kind of the error, the way through the code to it, the page by the name of its view, and
the request's id, by which the portal's own log tells the rest. It holds no text of an error (that may quote a
row or a form), no values of variables, no address, no form, no cookie, no person.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured

OURS: Final = ("courseportal", "people", "schedule", "perks", "grading")
"""Whose log says nothing of people in the text of a message."""

_KEPT: Final = frozenset(
    {
        "event_id",
        "timestamp",
        "platform",
        "level",
        "logger",
        "release",
        "environment",
        "server_name",
        "sdk",
        "modules",
    }
)
_OF_A_FRAME: Final = frozenset(
    {
        *("filename", "abs_path", "module", "function", "lineno", "in_app"),
        *("pre_context", "context_line", "post_context"),
    }
)


def start(dsn: str, *, environment: str) -> None:
    """Send reports from now on. Raises ImproperlyConfigured where that cannot be."""
    if find_spec("sentry_sdk") is None:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set, for which sentry_sdk must be installed: "
            "pip install -r requirements/production.txt, or sentry-sdk[django]"
        )
    import sentry_sdk  # noqa: PLC0415 - a library that only servers have
    from sentry_sdk.integrations.celery import CeleryIntegration  # noqa: PLC0415
    from sentry_sdk.integrations.django import DjangoIntegration  # noqa: PLC0415
    from sentry_sdk.utils import BadDsn  # noqa: PLC0415

    from courseportal.version import version  # noqa: PLC0415

    try:
        sentry_sdk.init(
            dsn,
            environment=environment,
            release=f"courseportal@{version()}",
            before_send=reported,  # type: ignore[arg-type]  # plain dictionaries, as they are sent
            data_collection={  # not even gathered; of what is, `reported` lets little through
                "user_info": False,
                "http_bodies": [],
                "database_query_data": False,
                "queues": False,
                "stack_frame_variables": False,
            },
            max_request_body_size="never",
            include_local_variables=False,
            max_breadcrumbs=0,
            auto_session_tracking=False,
            auto_enabling_integrations=False,
            integrations=[
                DjangoIntegration(transaction_style="function_name", signals_spans=False),
                CeleryIntegration(propagate_traces=False),
            ],
        )
    except BadDsn as wrong:
        raise ImproperlyConfigured("SENTRY_DSN cannot be used: it must be https://KEY@HOST/NUMBER") from wrong


def reported(event: Mapping[str, Any], hint: Mapping[str, Any]) -> dict[str, Any]:
    """Of all that the library has gathered, what leaves this machine."""
    from courseportal.logs import request_id, running_task  # noqa: PLC0415 - the settings import this module

    kept = {name: value for name, value in event.items() if name in _KEPT}
    if event.get("transaction_info", {}).get("source") != "url":  # an address may hold a secret
        kept["transaction"] = event.get("transaction")
    if method := event.get("request", {}).get("method"):
        kept["request"] = {"method": method}
    if "exception" in event:
        kept["exception"] = {"values": [_error(one) for one in event["exception"]["values"]]}
    if "logentry" in event:
        kept["logentry"] = {"message": _template(hint.get("log_record"))}
    kept["tags"] = {"request_id": request_id.get()} if request_id.get() else {}
    if task := running_task.get():
        kept["tags"] |= {"task": task.name, "task_id": task.id}
    return kept


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    """An error's kind and the way to it; its text stays here."""
    frames = (error.get("stacktrace") or {}).get("frames", [])
    mechanism = error.get("mechanism") or {}
    return {
        "type": error.get("type"),
        "module": error.get("module"),
        "value": "",
        "mechanism": {name: mechanism[name] for name in ("type", "handled") if name in mechanism},
        "stacktrace": {
            "frames": [{name: frame[name] for name in frame.keys() & _OF_A_FRAME} for frame in frames]
        },
    }


def _template(record: Any) -> str:
    """What a line of the log says, without what was filled in, by us or by others before."""
    if record is None:
        return "(text left out)"
    is_ours = record.name.partition(".")[0] in OURS
    return str(record.msg) if record.args or is_ours else f"(text of {record.name} left out)"
