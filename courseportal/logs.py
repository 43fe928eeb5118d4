"""One line of JSON for each thing worth telling, with the request and the task it belongs to.

Never what people wrote: no contents, no query strings, no addresses with secrets in them.
"""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest

from courseportal.routes import route_of


@dataclass(frozen=True, slots=True)
class RunningTask:
    """What a worker is doing: the task's name, and the id of this run of it."""

    name: str
    id: str


request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
running_task: ContextVar[RunningTask | None] = ContextVar("running_task", default=None)

_VALUES_OF_ROWS: Final = re.compile(
    r"^(?:DETAIL|CONTEXT|LINE \d+):.*?(?=^\n(?:The above exception|During handling)|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""What PostgreSQL adds to its errors: the row that was refused, with all that somebody wrote into it."""


class JsonFormatter(logging.Formatter):
    """A log record as JSON: `at` (UTC), `level`, `logger`, `message`.

    Where there is any: `request`, `task` and `task_id`, the `facts` given as `extra`, the `traceback`.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _VALUES_OF_ROWS.sub("", _message(record)).rstrip(),
        }
        if current := request_id.get():
            line["request"] = current
        if task := running_task.get():
            line |= {"task": task.name, "task_id": task.id}
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["traceback"] = _VALUES_OF_ROWS.sub("", self.formatException(record.exc_info)).rstrip()
        return json.dumps(line, ensure_ascii=False, default=str)


def _message(record: logging.LogRecord) -> str:
    """The message, its page named by its route where Django names it by its path: that may hold a secret."""
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
        path, route = request.path.encode("unicode_escape").decode("ascii"), route_of(request)
        args = tuple(route if value in (path, request.path) else value for value in record.args)
        return str(record.msg) % args if args else str(record.msg)
    return record.getMessage()
