"""How a management command begins and ends: who is written down for it, and how it is stopped."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Final

from django.db import OperationalError

SECRETS: Final = ("--password",)
FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def named(arguments: Sequence[str]) -> tuple[str, str]:
    """How and why rows change, for the audit: what kind of command it is, and its words without a secret."""
    words = [word for before, word in pairwise(("", *arguments)) if word[:1] != "-" and before not in SECRETS]
    name = words[0] if words else ""
    how = "shell" if name in ("shell", "dbshell") else "import" if name.startswith("import_") else "command"
    return how, " ".join(words)


@contextmanager
def in_order() -> Iterator[None]:
    """End the process as scripts expect where output has no reader or no room, or Ctrl-C stops it.

    The exit status is 128 and the signal's number for a reader that went away and for Ctrl-C. It is 1, with
    a line that tells why, where there is no room, and where the database cannot be asked or is too busy.
    Text is written in UTF-8 whatever the machine's locale, unless Python is told otherwise.
    """
    if sys.stdout is None:  # as under >&-; what is opened next would take its place
        sys.exit("standard output is closed")
    if isinstance(sys.stdout, io.TextIOWrapper) and "PYTHONIOENCODING" not in os.environ:
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _write_no_more()
        sys.exit(128 + signal.SIGPIPE)
    except KeyboardInterrupt:
        _write_no_more()
        sys.exit(128 + signal.SIGINT)
    except OperationalError as wrong:
        if "--traceback" in sys.argv:
            raise
        told, *_context = str(wrong).strip().splitlines() or ["it cannot be asked"]
        sys.exit(f"database: {told}")
    except OSError as wrong:
        if wrong.errno not in FULL or wrong.filename is not None:
            raise
        _write_no_more()
        sys.exit(f"standard output: {wrong.strerror}")


def _write_no_more() -> None:
    """What is still to be written goes nowhere: Python would try once more at its end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
