"""What a class can be, and what the database refuses."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.test import Client

from people.models import User
from schedule.models import Course
from tests.factories import make_class

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def test_a_class_may_be_called_neither_lecture_nor_seminar(course: Course) -> None:
    assert str(make_class(course=course, kind="class", number="07", title="CNN")) == "class 07: CNN"


def test_a_class_whose_topic_is_not_known_has_its_number(course: Course) -> None:
    assert str(make_class(course=course, number="11", title="")) == "lecture 11"


def test_a_class_has_a_title_or_a_number(course: Course) -> None:
    with pytest.raises(IntegrityError, match="class_has_a_title_or_a_number"):
        make_class(course=course, number="", title="")


def test_a_class_of_an_unknown_kind_is_refused(course: Course) -> None:
    with pytest.raises(IntegrityError, match="class_kind_is_known"):
        make_class(course=course, kind="party")


def test_the_programme_says_that_a_topic_is_not_known(course: Course, student: User, client: Client) -> None:
    make_class(course=course, number="11", title="")
    client.force_login(student)
    page = client.get(f"/courses/{course.slug}/schedule/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "Topic not known yet" in page
    assert "Lecture 11" in page
