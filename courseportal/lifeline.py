"""Ties a process to the one that started it, so that even `kill -9` leaves no process behind (on Linux).

As a command, `python courseportal/lifeline.py [--as ACCOUNT] COMMAND…` becomes that command, tied.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1
TIED = "PORTAL_LIFELINE"


def end_with_parent(by: int = signal.SIGTERM) -> None:
    """Have the system send `by` to this process when its parent ends; elsewhere than on Linux do nothing."""
    if prctl := getattr(ctypes.CDLL(None), "prctl", None):
        prctl(PR_SET_PDEATHSIG, by)


def end_with_parent_if_asked() -> None:
    """The same, for a process that was started by what this module's command became.

    Where that has ended before this was called, nothing would be sent any more: this process ends at once.
    """
    if tied := os.environ.get(TIED):
        end_with_parent()
        if int(tied) not in {os.getpid(), os.getppid()}:
            os._exit(1)


def become(account: str) -> None:
    """Go on as another account, for good; a tie made before would come undone by it."""
    entry = pwd.getpwnam(account)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


if __name__ == "__main__":
    command = sys.argv[1:]
    if command[0] == "--as":
        become(command[1])
        command = command[2:]
    end_with_parent()
    os.environ[TIED] = str(os.getpid())  # the command keeps it
    os.execvp(command[0], command)  # noqa: S606
