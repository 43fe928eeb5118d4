"""Many things done one after another, so that trouble with one keeps none of the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import models

logger = logging.getLogger(__name__)
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class NotDone:
    """A row that could not be done, and the name of the error; of one with rows of its own, which of them."""

    label: str
    """Of its model, "schedule.Course"."""
    pk: int
    error: str
    within: str = ""


class PartlyDone(Exception):
    """Some could not be done, which are told; all others were."""

    def __init__(self, failed: Sequence[NotDone]) -> None:
        super().__init__(", ".join(f"{one.label} {one.pk}{one.within}" for one in failed))
        self.failed = tuple(failed)


def each_apart(rows: Iterable[Row], do: Callable[[Row], object]) -> None:
    """Do with each row what is a transaction of its own. Raises PartlyDone at the end if one failed."""
    failed: list[NotDone] = []
    for row in rows:
        try:
            do(row)
        except PartlyDone as trouble:
            failed.append(NotDone(row._meta.label, row.pk, trouble.failed[0].error, f" ({trouble})"))
        except Exception as error:
            logger.exception("%s %s could not be swept", row._meta.label, row.pk)
            failed.append(NotDone(row._meta.label, row.pk, type(error).__name__))
    if failed:
        raise PartlyDone(failed)
