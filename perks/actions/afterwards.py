"""What follows from a change of a group's proofs or request, for the apps that conclude dates from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from schedule.models import StudyGroup

afterwards: Final[list[Callable[[StudyGroup, datetime], object]]] = []
"""Called by every action here in its own transaction, while the group is locked, when all is written."""


def group_changed(group: StudyGroup, now: datetime) -> None:
    """Have the conclusions that may have changed looked at, and told to whom they concern."""
    for function in afterwards:
        function(group, now)
