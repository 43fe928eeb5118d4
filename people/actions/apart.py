"""Many things done one after another, so that trouble with one keeps none of the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import models

logger = logging.getLogger(__name__)
Row = TypeVar("Row", bound=models.Model)


class PartlyDone(Exception):
    """Some could not be done, which the log names; all others were."""


def each_apart(rows: Iterable[Row], do: Callable[[Row], object]) -> None:
    """Do with each row what is a transaction of its own. Raises PartlyDone at the end if one failed."""
    failed = []
    for row in rows:
        try:
            do(row)
        except PartlyDone as trouble:
            failed.append(str(trouble))
        except Exception:
            logger.exception("%s %s could not be swept", row._meta.label, row.pk)
            failed.append(f"{row._meta.label} {row.pk}")
    if failed:
        raise PartlyDone(", ".join(failed))
