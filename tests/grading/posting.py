"""Posting a hand-in as a browser does."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from schedule.models import Course


def url(course: Course, tail: str) -> str:
    return f"/courses/{course.slug}/{tail}"


def post(client: Client, course: Course, **data: Any) -> HttpResponse:
    """Send the form of assignment 1, with a token of its own unless told."""
    values: dict[str, Any] = {"form_token": str(uuid.uuid4()), "comment": "", "link": ""}
    response: Any = client.post(url(course, "assignments/1/"), values | data)
    return response  # type: ignore[no-any-return]


def work(name: str = "работа.ipynb", data: bytes = b"{}") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)
