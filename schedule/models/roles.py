"""What somebody is in a course."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A representative is a student who also speaks for the group; an assistant is a TA."""

    STUDENT = "student", _("student")
    REPRESENTATIVE = "representative", _("class representative")
    ASSISTANT = "assistant", _("teaching assistant")
    LECTURER = "lecturer", _("lecturer")


STUDENT_ROLES: Final = (Role.STUDENT, Role.REPRESENTATIVE)
STAFF_ROLES: Final = (Role.ASSISTANT, Role.LECTURER)
