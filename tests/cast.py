"""A cast of people around one course, as fixtures; what they may do is their enrolment."""

from __future__ import annotations

import pytest

from people.models import User
from schedule.models import Course, Role, StudyGroup
from tests.factories import PASSWORD, make_course, make_enrolment, make_group, make_user


@pytest.fixture
def course(db: None) -> Course:
    """The real course's scale and penalty, in autumn 2025."""
    return make_course(slug="effdl", title="Efficient deep-learning systems")


@pytest.fixture
def group(course: Course) -> StudyGroup:
    return make_group(course=course, name="417")


def _enrolled(email: str, name: str, course: Course, role: Role, group: StudyGroup | None = None) -> User:
    person = make_user(email=email, name=name, password=PASSWORD)
    make_enrolment(person=person, course=course, group=group, role=role)
    return person


@pytest.fixture
def student(course: Course, group: StudyGroup) -> User:
    return _enrolled("student@example.org", "Ветрова Алиса", course, Role.STUDENT, group)


@pytest.fixture
def group_mate(course: Course, group: StudyGroup) -> User:
    return _enrolled("mate@example.org", "Белов Артём", course, Role.STUDENT, group)


@pytest.fixture
def representative(course: Course, group: StudyGroup) -> User:
    return _enrolled("representative@example.org", "Сафин Тимур", course, Role.REPRESENTATIVE, group)


@pytest.fixture
def assistant(course: Course) -> User:
    return _enrolled("assistant@example.org", "Ким Павел", course, Role.ASSISTANT)


@pytest.fixture
def lecturer(course: Course) -> User:
    return _enrolled("lecturer@example.org", "Маркова Ирина", course, Role.LECTURER)


@pytest.fixture
def stranger(db: None) -> User:
    """Signed in, but in no course."""
    return make_user(email="stranger@example.org", name="Stranger", password=PASSWORD)


@pytest.fixture
def foreign_assistant(db: None) -> User:
    """A TA of another course."""
    return _enrolled("foreign@example.org", "Foreign TA", make_course(slug="other"), Role.ASSISTANT)
