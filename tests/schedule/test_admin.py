"""The administration: who may enter, what each sees, and times that mean the course's zone."""

from __future__ import annotations

import re
from datetime import UTC, date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from people.models import AuditEntry, User
from perks.models import Activity, Checkpoint, ExtensionRule
from schedule.models import Assignment, ClassMeeting, Course, Enrolment, Exam, Role, StudyGroup
from schedule.moments import MomentField
from tests.factories import (
    make_assignment,
    make_class,
    make_course,
    make_enrolment,
    make_exam,
    make_group,
    make_user,
    moscow,
)

pytestmark = pytest.mark.django_db

OURS: dict[type[Model], str] = {
    Course: "schedule_course",
    StudyGroup: "schedule_studygroup",
    Enrolment: "schedule_enrolment",
    ClassMeeting: "schedule_classmeeting",
    Assignment: "schedule_assignment",
    Exam: "schedule_exam",
    User: "people_user",
    Activity: "perks_activity",
    ExtensionRule: "perks_extensionrule",
}


ADD_COURSE = "/admin/schedule/course/add/"


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def one_of_each(course: Course) -> dict[type[Model], Any]:
    """A row of every kind in this course."""
    enrolment = make_enrolment(course=course)
    return {
        Course: course,
        StudyGroup: enrolment.group,
        Enrolment: enrolment,
        ClassMeeting: make_class(course=course),
        Assignment: make_assignment(course=course),
        Exam: make_exam(course=course),
        User: enrolment.person,
        Activity: Activity.objects.create(course=course, number=1, title="Match", short_title="Match"),
        ExtensionRule: ExtensionRule.objects.create(course=course, target_at=moscow(2025, 12, 14)),
    }


class TestEntrance:
    def test_a_visitor_goes_to_the_portals_own_sign_in(self, client: Client) -> None:
        response = client.get("/admin/schedule/course/")
        assert response.status_code == 302
        assert response["Location"] == "/accounts/login/?next=/admin/schedule/course/"

    def test_the_admins_own_sign_in_is_no_way_around_it(self, client: Client) -> None:
        for answer in (client.get("/admin/login/"), client.post("/admin/login/", {"username": "x"})):
            assert answer.status_code == 302
            assert answer["Location"].startswith("/accounts/login/")

    def test_its_other_account_pages_lead_to_the_portals(self, assistant: User) -> None:
        client = signed_in(assistant)
        assert client.post("/admin/logout/")["Location"] == "/accounts/logout/"
        assert client.get("/admin/password_change/")["Location"] == "/accounts/password/change/"

    @pytest.mark.parametrize("who", ["student", "representative", "stranger"])
    @pytest.mark.parametrize("page", ["/admin/", "/admin/schedule/course/", "/admin/autocomplete/"])
    def test_whoever_teaches_nothing_finds_nothing(
        self, who: str, page: str, request: pytest.FixtureRequest
    ) -> None:
        client = signed_in(request.getfixturevalue(who))
        assert client.get(page).status_code == 404
        assert client.post(page, {}).status_code == 404

    def test_a_closed_account_and_an_ended_enrolment_open_nothing(self, assistant: User) -> None:
        client = signed_in(assistant)
        Enrolment.objects.filter(person=assistant).update(left_at=moscow(2025, 10, 1))
        assert client.get("/admin/").status_code == 404


class TestOwnCourse:
    @pytest.mark.parametrize("model", OURS, ids=OURS.values())
    def test_staff_open_lists_rows_and_histories(
        self, model: type[Model], course: Course, assistant: User
    ) -> None:
        row = one_of_each(course)[model]
        client = signed_in(assistant)
        listed = client.get(reverse(f"admin:{OURS[model]}_changelist"))
        assert reverse(f"admin:{OURS[model]}_change", args=[row.pk]) in listed.text
        for page in ("change", "history"):
            response = client.get(reverse(f"admin:{OURS[model]}_{page}", args=[row.pk]))
            assert response.status_code == 200, page

    def test_no_page_has_inline_scripts_or_styles(self, course: Course, assistant: User) -> None:
        rows = one_of_each(course)
        client = signed_in(assistant)
        pages = ["/admin/", reverse("admin:schedule_enrolment_add")]
        for model, name in OURS.items():
            pages.append(reverse(f"admin:{name}_changelist"))
            pages += [
                reverse(f"admin:{name}_{page}", args=[rows[model].pk]) for page in ("change", "history")
            ]
        for page in pages:
            text = client.get(page).text
            assert "<style" not in text, page
            assert " style=" not in text, page
            assert " onclick=" not in text, page
            for script in text.split("<script")[1:]:
                head, _, body = script.partition(">")
                assert "src=" in head and not body.partition("</script>")[0].strip(), page

    def test_the_list_costs_the_same_with_many_rows(
        self, course: Course, assistant: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = signed_in(assistant)
        make_assignment(course=course)
        make_enrolment(course=course)
        counts = []
        for _round in range(2):
            for name, number in QUERIES_OF_A_LIST.items():
                page = reverse(f"admin:schedule_{name}_changelist")
                with django_assert_num_queries(number):
                    counts.append(client.get(page).status_code)
            for _each in range(30):
                make_assignment(course=course)
                make_enrolment(course=course)
        assert counts == [200] * 4


QUERIES_OF_A_LIST = {"assignment": 9, "enrolment": 10}


class TestLists:
    """One course at a time, the current one unless another is asked for."""

    @pytest.fixture
    def elsewhere(self, assistant: User) -> Course:
        """A second course of the same TA, of an earlier term."""
        course = make_course(title="Deep learning", short_title="DL", term="2024", starts_on=date(2024, 9, 1))
        make_enrolment(person=assistant, course=course, role=Role.ASSISTANT)
        return course

    @pytest.mark.parametrize("name", ["assignment", "classmeeting", "enrolment", "studygroup"])
    def test_rows_of_the_chosen_course(
        self, name: str, course: Course, elsewhere: Course, assistant: User
    ) -> None:
        model = next(model for model, path in OURS.items() if path == f"schedule_{name}")
        here, there = one_of_each(course)[model], one_of_each(elsewhere)[model]
        address = reverse(f"admin:schedule_{name}_changelist")
        client = signed_in(assistant)
        for query, found in {
            "": {here},
            f"?course={course.pk}": {here},
            f"?course={elsewhere.pk}": {there},
            "?course=all": {here, there},
            f"?course={make_course().pk}": {here},  # somebody else's
            "?course=x": {here},
        }.items():
            rows = set(client.get(address + query).context["cl"].result_list)
            assert rows & {here, there} == found, query

    def test_two_terms_of_a_course_are_told_apart(
        self, course: Course, elsewhere: Course, assistant: User
    ) -> None:
        Course.objects.filter(pk=course.pk).update(short_title="DL", term="2025")
        address = reverse("admin:schedule_assignment_changelist")
        make_assignment(course=elsewhere)
        page = signed_in(assistant).get(address).text
        assert "DL, 2025" in page and "DL, 2024" in page
        assert "column-of_course" not in page
        page = signed_in(assistant).get(f"{address}?course=all").text
        assert '<td class="field-of_course">DL, 2024</td>' in page

    def test_who_teaches_one_course_is_not_asked_which(self, course: Course, assistant: User) -> None:
        page = signed_in(assistant).get(reverse("admin:schedule_assignment_changelist")).text
        assert "?course=" not in page

    @pytest.mark.parametrize(
        "name", [*OURS.values(), "grading_submission", "grading_examresult", "grading_latepenalty"]
    )
    def test_no_filter_names_another_persons_course(
        self, name: str, course: Course, elsewhere: Course, assistant: User
    ) -> None:
        secret = make_course(title="Secret course", short_title="Secret course", term="Secret term")
        group = make_group(course=secret, name="Secret group")
        make_assignment(course=secret, title="Secret assignment")
        make_enrolment(group=group, person=make_user(name="Secret person"))
        client = signed_in(assistant)
        address = reverse(f"admin:{name}_changelist")
        assert "Secret" not in client.get(f"{address}add/").text
        for query in ("", "?course=all", f"?course={secret.pk}", f"?group={group.pk}"):
            page = client.get(address + query, follow=True)
            assert page.status_code == 200
            assert "Secret" not in page.text, query
            assert "Show counts" not in page.text

    def test_a_class_without_hours_shows_its_day(self, course: Course, assistant: User) -> None:
        make_class(course=course, starts_at=moscow(2025, 9, 9), ends_at=moscow(2025, 9, 9, 23, 59, 59))
        page = signed_in(assistant).get(reverse("admin:schedule_classmeeting_changelist")).text
        assert "9 Sep 2025, time not known yet" in page
        assert "00:00" not in page

    def test_an_outcome_is_offered_for_students_only(
        self, course: Course, assistant: User, lecturer: User, student: User
    ) -> None:
        query = {"app_label": "grading", "model_name": "examresult", "field_name": "student", "term": ""}
        found = signed_in(assistant).get("/admin/autocomplete/", query).json()["results"]
        assert {row["text"] for row in found} == {student.name}


class TestStrangers:
    @pytest.mark.parametrize("model", OURS, ids=OURS.values())
    def test_another_courses_rows_are_not_there(
        self, model: type[Model], course: Course, foreign_assistant: User
    ) -> None:
        row = one_of_each(course)[model]
        client = signed_in(foreign_assistant)
        for page in ("change", "delete", "history"):
            address = reverse(f"admin:{OURS[model]}_{page}", args=[row.pk])
            assert client.get(address).status_code == 404, page
            assert client.post(address, {}).status_code == 404, page
        listed = client.get(reverse(f"admin:{OURS[model]}_changelist"))
        assert listed.status_code == 200
        assert reverse(f"admin:{OURS[model]}_change", args=[row.pk]) not in listed.text

    def test_choices_offer_own_courses_only(self, course: Course, foreign_assistant: User) -> None:
        make_group(course=course, name="Group of another course")
        page = signed_in(foreign_assistant).get(reverse("admin:schedule_enrolment_add"))
        assert course.title not in page.text
        assert "Group of another course" not in page.text

    def test_a_row_cannot_be_put_into_anothers_course(self, course: Course, foreign_assistant: User) -> None:
        data = assignment_form(course=course.pk)
        response = signed_in(foreign_assistant).post(reverse("admin:schedule_assignment_add"), data)
        assert response.status_code == 200
        assert not Assignment.objects.exists()

    def test_completing_a_name_shows_people_of_own_courses_only(
        self, course: Course, assistant: User, foreign_assistant: User, student: User
    ) -> None:
        query = {"app_label": "schedule", "model_name": "enrolment", "field_name": "person", "term": ""}
        found = [
            {row["text"] for row in signed_in(who).get("/admin/autocomplete/", query).json()["results"]}
            for who in (assistant, foreign_assistant)
        ]
        assert student.name in found[0]
        assert found[1] == {foreign_assistant.name}

    def test_a_superuser_sees_all(self, course: Course) -> None:
        root = make_user(is_superuser=True)
        for model, row in one_of_each(course).items():
            assert (
                signed_in(root).get(reverse(f"admin:{OURS[model]}_change", args=[row.pk])).status_code == 200
            )

    def test_the_whole_audit_is_for_superusers(self, assistant: User) -> None:
        address = reverse("admin:people_auditentry_changelist")
        assert signed_in(assistant).get(address).status_code == 403
        assert signed_in(make_user(is_superuser=True)).get(address, {"q": "assistant"}).status_code == 200
        page = signed_in(make_user(is_superuser=True)).get(address)
        entry = AuditEntry.objects.latest("pk")
        assert page.context["title"] == "Changes"
        shown = page.context["cl"].result_list[0]
        assert f"{shown.changed_at.astimezone(UTC):%H:%M:%S} UTC" in page.text
        detail = reverse("admin:people_auditentry_change", args=[entry.pk])
        root = signed_in(make_user(is_superuser=True))
        assert root.get(detail).status_code == 200
        assert root.post(detail, {"why": "x"}).status_code == 403

    def test_the_audit_takes_no_more_statements_for_more_changes(self, course: Course) -> None:
        root, address = signed_in(make_user(is_superuser=True)), reverse("admin:people_auditentry_changelist")
        make_enrolment(course=course)

        def statements() -> int:
            with CaptureQueriesContext(connection) as captured:
                assert root.get(address).status_code == 200
            return len(captured)

        few = statements()
        for _row in range(10):
            make_enrolment(course=course)
        assert statements() == few


def assignment_form(**fields: Any) -> dict[str, Any]:
    values = {
        "number": 1,
        "title": "Profiling",
        "issued_on": "2025-09-16",
        "due_at": "2025-09-30T23:59:59",
        "max_score": "10",
        "takes_files": "on",
        "suffixes": ".py .ipynb",
        "max_files": 1,
        "max_bytes": 1000,
    }
    return values | fields


class TestMoments:
    def test_what_is_typed_is_the_courses_time(self, course: Course, assistant: User) -> None:
        data = assignment_form(course=course.pk)
        response = signed_in(assistant).post(reverse("admin:schedule_assignment_add"), data)
        assert response.status_code == 302, response.context["errors"]
        assignment = Assignment.objects.get()
        assert assignment.due_at == moscow(2025, 9, 30, 23, 59, 59)

    def test_of_two_courses_the_chosen_ones_zone_holds(self, course: Course, assistant: User) -> None:
        far = make_course(time_zone="Asia/Vladivostok")
        make_enrolment(person=assistant, course=far, role=Role.LECTURER)
        signed_in(assistant).post(reverse("admin:schedule_assignment_add"), assignment_form(course=far.pk))
        due = Assignment.objects.get().due_at
        assert due.astimezone(ZoneInfo("Asia/Vladivostok")).isoformat() == "2025-09-30T23:59:59+10:00"

    def test_a_form_shows_the_same_time_and_says_the_zone(self, course: Course, assistant: User) -> None:
        assignment = make_assignment(course=course)
        page = signed_in(assistant).get(reverse("admin:schedule_assignment_change", args=[assignment.pk]))
        assert 'value="2025-09-30T23:59:59"' in page.text
        assert "In Moscow time." in page.text

    def test_a_change_is_in_the_history_in_words(self, course: Course, assistant: User) -> None:
        assignment = make_assignment(course=course, title="Profiling")
        client = signed_in(assistant)
        data = assignment_form(due_at="2025-10-07T23:59:59")
        address = reverse("admin:schedule_assignment_change", args=[assignment.pk])
        assert client.post(address, data).status_code == 302
        page = client.get(reverse("admin:schedule_assignment_history", args=[assignment.pk])).text
        assert "30 Sep 2025, 23:59:59 MSK" in page
        assert "7 Oct 2025, 23:59:59 MSK" in page
        assert assistant.name in page
        assert "in the administration" in page

    def test_a_form_sent_unchanged_changes_nothing(self, course: Course, assistant: User) -> None:
        meeting = make_class(course=course)
        address = reverse("admin:schedule_classmeeting_change", args=[meeting.pk])
        client = signed_in(assistant)
        form = client.get(address).context["adminform"].form
        data = {name: form[name].value() for name in form.fields}
        data |= {"starts_at": "2025-09-09T10:30:00", "ends_at": "2025-09-09T12:05:00"}
        data |= {"materials-TOTAL_FORMS": 0, "materials-INITIAL_FORMS": 0}
        before = AuditEntry.objects.count()
        assert client.post(address, data).status_code == 302
        assert AuditEntry.objects.count() == before

    @pytest.mark.parametrize(
        ("typed", "instant"),
        [
            ("2025-10-26T02:30:00", "2025-10-26T01:30:00+00:00"),  # twice on that night: the later
            ("2025-03-30T02:30:00", "2025-03-30T01:30:00+00:00"),  # never on that night: after the gap
            ("2025-07-01 12:00", "2025-07-01T10:00:00+00:00"),
            ("2025-07-01T23:59", "2025-07-01T21:59:59+00:00"),  # and so takes work of 23:59:30
            ("2025-07-01T23:58", "2025-07-01T21:58:00+00:00"),
        ],
    )
    def test_what_may_mean_two_moments_is_read_in_the_students_favour(self, typed: str, instant: str) -> None:
        field = MomentField()
        field.read_in(ZoneInfo("Europe/Berlin"))
        cleaned = field.clean(typed)
        assert cleaned is not None
        assert cleaned.isoformat() == instant

    @pytest.mark.parametrize(
        "typed",
        [
            "yesterday",
            "2025-13-01T00:00",
            "2025-02-30T00:00:00",
            "12",
            "0001-01-01T00:00",
            "9999-12-31T23:59:59",
        ],
    )
    def test_what_is_no_moment_is_named(self, course: Course, assistant: User, typed: str) -> None:
        data = assignment_form(course=course.pk, due_at=typed)
        response = signed_in(assistant).post(reverse("admin:schedule_assignment_add"), data)
        assert response.status_code == 200
        assert "due_at" in response.context["adminform"].form.errors


class TestRows:
    def test_an_enrolment_needs_a_group_of_its_course(self, course: Course, assistant: User) -> None:
        elsewhere = make_course()
        make_enrolment(person=assistant, course=elsewhere, role=Role.ASSISTANT)
        foreign = make_group(course=elsewhere)
        data = {"course": course.pk, "person": assistant.pk, "role": Role.STUDENT, "group": foreign.pk}
        address = reverse("admin:schedule_enrolment_add")
        for group, message in ((foreign.pk, "another course"), ("", "A student has a group")):
            page = signed_in(assistant).post(address, data | {"group": group})
            assert message in page.text
        own = make_group(course=course)
        assert signed_in(assistant).post(address, data | {"group": own.pk}).status_code == 302

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [(".PY .ipynb", [".py", ".ipynb"]), (".py, .py", [".py"]), ("py", None), ("", None)],
    )
    def test_kinds_of_file_are_typed_as_words(
        self, course: Course, assistant: User, typed: str, kept: list[str] | None
    ) -> None:
        data = assignment_form(course=course.pk, suffixes=typed)
        response = signed_in(assistant).post(reverse("admin:schedule_assignment_add"), data)
        assert response.status_code == (302 if kept else 200)
        assert [row.suffixes for row in Assignment.objects.all()] == ([kept] if kept else [])

    def test_points_are_typed_with_fractions(self, course: Course, assistant: User) -> None:
        assignment = make_assignment(course=course, max_score=950)
        address = reverse("admin:schedule_assignment_change", args=[assignment.pk])
        (field,) = re.findall(r'<input[^>]* name="max_score"[^>]*>', signed_in(assistant).get(address).text)
        assert 'type="text"' in field and 'value="9.5"' in field

    def test_a_group_is_told_apart_from_its_like_in_another_term(
        self, course: Course, assistant: User, group: StudyGroup
    ) -> None:
        Course.objects.filter(pk=course.pk).update(term="autumn 2025")
        client = signed_in(assistant)
        page = client.get(reverse("admin:schedule_enrolment_add")).text
        assert f"417 ({course.short_title}, autumn 2025)" in page
        enrolment = make_enrolment(group=group)
        page = client.get(reverse("admin:schedule_enrolment_change", args=[enrolment.pk])).text
        assert ">417</option>" in page

    def test_a_row_never_moves_to_another_course(self, course: Course, assistant: User) -> None:
        other = make_course()
        make_enrolment(person=assistant, course=other, role=Role.ASSISTANT)
        assignment = make_assignment(course=course)
        address = reverse("admin:schedule_assignment_change", args=[assignment.pk])
        assert signed_in(assistant).post(address, assignment_form(course=other.pk)).status_code == 302
        assignment.refresh_from_db()
        assert assignment.course == course

    def test_addresses_that_people_have_stay(
        self, course: Course, assistant: User, time_machine: Any
    ) -> None:
        time_machine.move_to(moscow(2025, 9, 24))
        given, later = make_assignment(course=course), make_assignment(course=course)
        Assignment.objects.filter(pk=later.pk).update(issued_on=date(2025, 9, 25))
        client = signed_in(make_user(is_superuser=True))

        def says(row: Course | Assignment, name: str) -> bool:
            page = client.get(reverse(f"admin:{OURS[type(row)]}_change", args=[row.pk])).text
            assert ("Chosen once" if name == "slug" else "Stays once") in page
            return f'name="{name}"' in page

        assert not says(course, "slug") and 'name="slug"' in client.get(ADD_COURSE).text
        assert says(given, "number")  # nobody has it yet
        make_enrolment(course=course)
        assert (says(given, "number"), says(later, "number")) == (False, True)
        address = reverse("admin:schedule_assignment_change", args=[given.pk])
        assert client.post(address, assignment_form(course=course.pk, number=77)).status_code == 302
        given.refresh_from_db()
        assert given.number != 77

    @pytest.mark.parametrize("model", [Course, Enrolment, Assignment, Exam, User, ExtensionRule])
    def test_what_has_results_is_not_deleted(self, model: type[Model], course: Course) -> None:
        row = one_of_each(course)[model]
        root = signed_in(make_user(is_superuser=True))
        address = reverse(f"admin:{OURS[model]}_delete", args=[row.pk])
        assert root.post(address, {"post": "yes"}).status_code == 403
        action = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        root.post(reverse(f"admin:{OURS[model]}_changelist"), action)
        assert model._default_manager.filter(pk=row.pk).exists()

    def test_a_group_goes_only_while_nobody_was_in_it(self, course: Course, assistant: User) -> None:
        empty, full = make_group(course=course), make_enrolment(course=course).group
        client = signed_in(assistant)
        for group, status in ((empty, 302), (full, 403)):
            assert group is not None
            address = reverse("admin:schedule_studygroup_delete", args=[group.pk])
            assert client.post(address, {"post": "yes"}).status_code == status
        assert list(StudyGroup.objects.all()) == [full]

    def test_course_staff_read_people_and_superusers_change_them(
        self, course: Course, assistant: User, student: User
    ) -> None:
        address = reverse("admin:people_user_change", args=[student.pk])
        data = {"name": "Another", "email": " STUDENT@example.org", "is_active": "on"}
        assert signed_in(assistant).post(address, data).status_code == 403
        assert signed_in(make_user(is_superuser=True)).post(address, data).status_code == 302
        student.refresh_from_db()
        assert (student.name, student.email) == ("Another", "student@example.org")

    def test_checkpoints_stand_inside_their_activity(self, course: Course, assistant: User) -> None:
        activity = Activity.objects.create(course=course, number=1, title="Photo", short_title="Photo")
        Checkpoint.objects.create(activity=activity, number=1, title="Ostankino Tower")
        page = signed_in(assistant).get(reverse("admin:perks_activity_change", args=[activity.pk]))
        assert "Ostankino Tower" in page.text


class TestEmptyLists:
    def test_it_says_what_to_do(self, course: Course, assistant: User) -> None:
        page = signed_in(assistant).get(reverse("admin:schedule_assignment_changelist")).text
        assert "There is nothing here yet." in page
        assert f'<a href="{reverse("admin:schedule_assignment_add")}">Add the first</a>' in page
        page = signed_in(assistant).get(reverse("admin:grading_examresult_changelist")).text
        assert "No outcome is recorded yet." in page

    def test_what_is_narrowed_to_nothing_opens_whole(self, course: Course, assistant: User) -> None:
        make_assignment(course=course)
        page = (
            signed_in(assistant).get(reverse("admin:schedule_assignment_changelist"), {"q": "nowhere"}).text
        )
        assert "Nothing matches." in page and '<a href="?">Show all</a>' in page
        assert "There is nothing here yet." not in page


@pytest.mark.parametrize("name", ["gradingscheme", "latepenalty"])
def test_what_a_course_has_once_is_told_apart_by_term(name: str, course: Course, assistant: User) -> None:
    Course.objects.filter(pk=course.pk).update(short_title="DL", term="2025")
    row = apps.get_model("grading", name).objects.get(course=course)
    page = signed_in(assistant).get(reverse(f"admin:grading_{name}_change", args=[row.pk]))
    assert page.context["subtitle"] == "DL, 2025"
