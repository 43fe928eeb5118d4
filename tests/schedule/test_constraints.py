"""What a table allows once, typed into the administration: told in words, and rows may change places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from grading.models import GradeRow, GradingScheme, LatePenalty
from people.models import User
from perks.models import Activity, Checkpoint
from schedule.models import Course, Material, Role
from tests.factories import make_assignment, make_class, make_course, make_enrolment, make_group, moscow

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


@pytest.fixture
def staff(client: Client, assistant: User) -> Client:
    client.force_login(assistant)
    return client


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def as_shown(staff: Client, row: Model) -> dict[str, Any]:
    """What a browser sends when nothing on the row's page was touched."""
    context = staff.get(page_of(row)).context
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    forms = [context["adminform"].form]
    for formset in formsets:
        forms += [formset.management_form, *formset.forms]
    shown = {field.html_name: field.value() for form in forms for field in form}
    return {name: value for name, value in shown.items() if value is not None and value is not False}


def make_activity(course: Course, number: int) -> Activity:
    return Activity.objects.create(course=course, number=number, title="Play", short_title="Play")


TWICE: list[tuple[Callable[[Course], Model], Callable[[Course], Model], dict[str, str], str]] = [
    (
        lambda course: make_assignment(course=course, number=1),
        lambda course: make_assignment(course=course, number=2),
        {"number": "1"},
        "Assignment with this Course and Number already exists.",
    ),
    (
        lambda course: make_class(course=course, key="one"),
        lambda course: make_class(course=course, key="two"),
        {"key": "one"},
        "Class with this Course and Key already exists.",
    ),
    (
        lambda course: make_group(course=course, name="517"),
        lambda course: make_group(course=course, name="518"),
        {"name": "517"},
        "Study group with this Course and Name already exists.",
    ),
    (
        lambda course: make_activity(course, 1),
        lambda course: make_activity(course, 2),
        {"number": "1"},
        "Activity with this Course and Number already exists.",
    ),
    (
        lambda course: LatePenalty.objects.create(course=course),
        lambda course: LatePenalty.objects.create(course=course, assignment=make_assignment(course=course)),
        {"assignment": ""},
        "The course has a penalty for all assignments already.",
    ),
]


@pytest.mark.parametrize(("one", "two", "fields", "told"), TWICE)
def test_a_value_that_stands_there_already_is_told_in_words(
    staff: Client,
    course: Course,
    one: Callable[[Course], Model],
    two: Callable[[Course], Model],
    fields: dict[str, str],
    told: str,
) -> None:
    LatePenalty.objects.all().delete()
    one(course)
    row = two(course)

    response = staff.post(page_of(row), as_shown(staff, row) | fields)

    assert response.status_code == 200
    assert told in response.text
    assert "Constraint" not in response.text
    row.refresh_from_db()
    assert staff.post(page_of(row), as_shown(staff, row)).status_code == 302


def test_the_same_value_in_another_course_is_no_other(staff: Client, course: Course) -> None:
    make_class(course=make_course(), key="one")
    row = make_class(course=course, key="two")

    assert staff.post(page_of(row), as_shown(staff, row) | {"key": "one"}).status_code == 302


def test_who_came_back_is_not_let_in_twice(staff: Client, course: Course) -> None:
    ended = make_enrolment(course=course, left_at=moscow(2025, 10, 1))
    make_enrolment(course=course, person=ended.person)
    data = {name: value for name, value in as_shown(staff, ended).items() if not name.startswith("left_at")}

    response = staff.post(page_of(ended), data)

    assert response.status_code == 200
    assert "This person studies in this course already." in response.text


def test_a_second_representative_is_refused_in_words(staff: Client, course: Course) -> None:
    group = make_group(course=course)
    make_enrolment(group=group, role=Role.REPRESENTATIVE)
    other = make_enrolment(group=group)

    response = staff.post(page_of(other), as_shown(staff, other) | {"role": "representative"})

    assert response.status_code == 200
    assert "This group has a representative already." in response.text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"max_score": "0"}, "An assignment is worth points."),
        ({"takes_files": "", "takes_link": ""}, "An assignment takes files, a link or both."),
        ({"closes_at": "2025-09-20T12:00"}, "The hard deadline is before the deadline."),
        ({"due_at": "2025-09-15T12:00"}, "The deadline is before the day of issue."),
    ],
)
def test_an_assignment_that_makes_no_sense_is_refused_in_words(
    staff: Client, course: Course, fields: dict[str, str], told: str
) -> None:
    row = make_assignment(course=course)

    response = staff.post(page_of(row), as_shown(staff, row) | fields)

    assert response.status_code == 200
    assert told in response.text
    assert "Constraint" not in response.text


class TestRows:
    def materials(self, course: Course) -> Any:
        meeting = make_class(course=course)
        for position in (1, 2, 3):
            Material.objects.create(class_meeting=meeting, position=position, title=f"{position}")
        return meeting

    def there(self) -> list[tuple[int, str]]:
        return list(Material.objects.order_by("position").values_list("position", "title"))

    def test_a_row_comes_between_two_others(self, staff: Client, course: Course) -> None:
        meeting = self.materials(course)
        data = as_shown(staff, meeting) | {
            "materials-TOTAL_FORMS": "4",
            "materials-1-position": "3",
            "materials-2-position": "4",
            "materials-3-position": "2",
            "materials-3-title": "new",
            "materials-3-class_meeting": meeting.pk,
        }
        assert staff.post(page_of(meeting), data).status_code == 302
        assert self.there() == [(1, "1"), (2, "new"), (3, "2"), (4, "3")]

    def test_rows_change_places_and_one_takes_that_of_a_row_that_goes(
        self, staff: Client, course: Course
    ) -> None:
        meeting = self.materials(course)
        data = as_shown(staff, meeting) | {
            "materials-0-position": "2",
            "materials-1-position": "3",
            "materials-2-DELETE": "on",
        }
        assert staff.post(page_of(meeting), data).status_code == 302
        assert self.there() == [(2, "1"), (3, "2")]

    def test_one_place_for_two_is_refused(self, staff: Client, course: Course) -> None:
        meeting = self.materials(course)
        response = staff.post(page_of(meeting), as_shown(staff, meeting) | {"materials-1-position": "1"})
        assert response.status_code == 200
        assert "Material with this Class and Position already exists." in response.text
        assert self.there() == [(1, "1"), (2, "2"), (3, "3")]

    def test_one_number_for_two_checkpoints_is_refused(self, staff: Client, course: Course) -> None:
        activity = make_activity(course, 1)
        for number in (1, 2):
            Checkpoint.objects.create(activity=activity, number=number, title=f"{number}")
        response = staff.post(page_of(activity), as_shown(staff, activity) | {"checkpoints-1-number": "1"})
        assert response.status_code == 200
        assert "Checkpoint with this Activity and Number already exists." in response.text

    def test_a_grade_comes_between_two_others(self, staff: Client, course: Course) -> None:
        scheme = GradingScheme.objects.get(course=course)
        data = as_shown(staff, scheme) | {
            "grades-TOTAL_FORMS": "5",
            "grades-1-position": "2",
            "grades-2-position": "3",
            "grades-3-position": "4",
            "grades-4-position": "1",
            "grades-4-code": "very good",
            "grades-4-min_total": "40",
            "grades-4-min_passed": "4",
            "grades-4-scheme": scheme.pk,
        }
        assert staff.post(page_of(scheme), data).status_code == 302
        codes = GradeRow.objects.filter(scheme=scheme).order_by("position").values_list("code", flat=True)
        assert list(codes) == ["excellent", "very good", "good", "satisfactory", "unsatisfactory"]

    def test_two_grades_change_their_codes(self, staff: Client, course: Course) -> None:
        scheme = GradingScheme.objects.get(course=course)
        data = as_shown(staff, scheme) | {"grades-0-code": "good", "grades-1-code": "excellent"}
        assert staff.post(page_of(scheme), data).status_code == 302
        codes = GradeRow.objects.filter(scheme=scheme).order_by("position").values_list("code", flat=True)
        assert list(codes) == ["good", "excellent", "satisfactory", "unsatisfactory"]

    @pytest.mark.parametrize(
        ("field", "told"),
        [
            ("position", "Grade with this Grading scheme and Position already exists."),
            ("code", "Grade with this Grading scheme and Code already exists."),
        ],
    )
    def test_two_grades_of_one_place_or_code_are_refused(
        self, staff: Client, course: Course, field: str, told: str
    ) -> None:
        scheme = GradingScheme.objects.get(course=course)
        data = as_shown(staff, scheme)
        response = staff.post(page_of(scheme), data | {f"grades-2-{field}": data[f"grades-1-{field}"]})
        assert response.status_code == 200
        assert told in response.text
