"""Ties a process to the one that started it, so that even `kill -9` leaves no process behind (on Linux).

As a command, `python courseportal/lifeline.py COMMAND…` becomes that command, tied.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
TIED = "PORTAL_LIFELINE"


def end_with_parent(by: int = signal.SIGTERM) -> None:
    """Have the system send `by` to this process when its parent ends; elsewhere than on Linux do nothing."""
    if prctl := getattr(ctypes.CDLL(None), "prctl", None):
        prctl(PR_SET_PDEATHSIG, by)


def end_with_parent_if_asked() -> None:
    """The same, for a process whose ancestor was started by this module's command."""
    if TIED in os.environ:
        end_with_parent()


if __name__ == "__main__":
    end_with_parent()
    os.environ[TIED] = "yes"
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606
