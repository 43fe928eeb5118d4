"""TAs' work in the administration: the queue, one work, two TAs at once, exam outcomes."""

from __future__ import annotations

import zipfile
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from grading.models import (
    SUBMISSIONS,
    Claim,
    ExamResult,
    GradeRow,
    GradingScheme,
    LatePenalty,
    Review,
    Submission,
)
from people.models import AuditEntry, User
from people.storage import durable_storage
from schedule.models import Assignment, Course, Enrolment, Role, StudyGroup
from tests.factories import (
    make_assignment,
    make_course,
    make_enrolment,
    make_file,
    make_group,
    make_review,
    make_submission,
    make_user,
    moscow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
QUEUE = "/admin/grading/submission/"
QUERIES_OF_THE_QUEUE = 18
QUERIES_OF_A_WORK = 24


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return make_assignment(course=course, number=1, title="Profiling")


@pytest.fixture
def ta(assistant: User) -> Client:
    return signed_in(assistant)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(work: Submission) -> str:
    return reverse("admin:grading_submission_change", args=[work.pk])


def listed(client: Client, query: str = "") -> list[Submission]:
    return list(client.get(f"{QUEUE}{query}").context["cl"].result_list)


def grade(client: Client, work: Submission, **fields: Any) -> Any:
    values = {"score": "8,5", "bonus": "", "feedback": "Good.", "version": 0}
    return client.post(page_of(work), values | fields)


class TestWhoSeesWhat:
    def test_a_visitor_is_asked_to_sign_in(self, client: Client, assignment: Assignment) -> None:
        for address in (QUEUE, page_of(make_submission(assignment=assignment))):
            assert client.get(address)["Location"] == f"/accounts/login/?next={address}"

    @pytest.mark.parametrize("who", ["student", "representative", "stranger"])
    def test_students_and_strangers_find_nothing(
        self, who: str, request: pytest.FixtureRequest, assignment: Assignment
    ) -> None:
        client = signed_in(request.getfixturevalue(who))
        work = make_submission(assignment=assignment)
        assert client.get(QUEUE).status_code == 404
        assert client.get(page_of(work)).status_code == 404
        assert grade(client, work).status_code == 404
        assert not Review.objects.exists()

    def test_a_ta_of_another_course_gets_nothing(
        self, foreign_assistant: User, assignment: Assignment, course: Course
    ) -> None:
        client, work = signed_in(foreign_assistant), make_submission(assignment=assignment)
        assert listed(client, "?state=all") == []
        assert listed(client, f"?state=all&course={course.pk}") == []
        assert client.get(page_of(work)).status_code == 404
        assert grade(client, work).status_code == 404
        assert client.get(reverse("admin:grading_submission_history", args=[work.pk])).status_code == 404
        assert not Review.objects.exists()
        assert course.title not in client.get(QUEUE).text

    def test_a_ta_who_is_a_student_here_never_sees_their_own_work(
        self, assistant: User, ta: Client, assignment: Assignment, group: StudyGroup
    ) -> None:
        make_enrolment(person=assistant, group=group)
        own, other = (
            make_submission(assignment=assignment, student=assistant),
            make_submission(assignment=assignment),
        )
        assert listed(ta) == [other]
        assert ta.get(page_of(own)).status_code == 404
        assert grade(ta, own).status_code == 404
        assert listed(signed_in(make_user(is_superuser=True))) == [own, other]

    def test_nothing_is_added_or_deleted(self, assignment: Assignment) -> None:
        root, work = (
            signed_in(make_user(is_superuser=True)),
            make_submission(assignment=assignment, score=900),
        )
        assert root.get(f"{QUEUE}add/").status_code == 403
        delete = reverse("admin:grading_submission_delete", args=[work.pk])
        assert root.post(delete, {"post": "yes"}).status_code == 403
        root.post(QUEUE, {"action": "delete_selected", "_selected_action": work.pk, "post": "yes"})
        assert Submission.objects.filter(pk=work.pk).exists()


class TestQueue:
    def test_what_waits_oldest_first(self, ta: Client, assignment: Assignment) -> None:
        newer = make_submission(assignment=assignment, submitted_at=moscow(2025, 9, 26))
        older = make_submission(assignment=assignment, submitted_at=moscow(2025, 9, 20))
        make_submission(assignment=assignment, score=900)
        comment = make_submission(assignment=assignment, submitted_at=moscow(2025, 9, 28))
        make_review(submission=comment, score=None, feedback="Which file?")
        assert listed(ta) == [older, newer, comment]

    def test_of_several_attempts_the_one_to_look_at_waits(
        self, ta: Client, assignment: Assignment, student: User, group_mate: User
    ) -> None:
        def attempt(who: User, day: int, **fields: Any) -> Submission:
            return make_submission(
                assignment=assignment, student=who, submitted_at=moscow(2025, 9, day), **fields
            )

        first, second = attempt(student, 20), attempt(student, 22)
        pointed = attempt(group_mate, 20, chosen_at=moscow(2025, 9, 23))
        later = attempt(group_mate, 22)
        assert listed(ta) == [pointed, second]
        assert listed(ta, "?state=set_aside") == [first, later]
        third = attempt(group_mate, 24)
        assert listed(ta) == [second, third]

    def test_filters(self, ta: Client, assistant: User, assignment: Assignment, group: StudyGroup) -> None:
        course = assignment.course
        elsewhere = make_course(title="Another one", short_title="Another", starts_on=date(2025, 2, 1))
        make_enrolment(person=assistant, course=elsewhere, role=Role.ASSISTANT)
        member = make_enrolment(group=group).person
        here = make_submission(assignment=assignment, student=member)
        other = make_submission(assignment=make_assignment(course=course, number=2))
        there = make_submission(assignment=make_assignment(course=elsewhere))
        graded = make_submission(assignment=assignment, score=500)
        assert listed(ta, f"?course={course.pk}") == [here, other]
        assert listed(ta, f"?course={elsewhere.pk}") == [there]
        assert listed(ta, "?course=all") == [here, other, there]
        assert listed(ta, f"?assignment={assignment.pk}") == [here]
        assert listed(ta, f"?group={group.pk}") == [here]
        assert listed(ta, "?state=graded") == [graded]
        assert listed(ta, "?state=all") == [here, other, graded]
        for nonsense in ("?course=x", "?assignment=99999999999999999999", "?group=%00", "?state=none"):
            assert listed(ta, nonsense) == [here, other]

    def test_search_by_student(self, ta: Client, assignment: Assignment, student: User) -> None:
        work = make_submission(assignment=assignment, student=student)
        make_submission(assignment=assignment)
        for words in ("ветрова", "student@example.org", work.receipt):
            assert listed(ta, f"?q={words}") == [work]

    def test_a_search_finds_graded_work_too(self, ta: Client, assignment: Assignment, student: User) -> None:
        work = make_submission(assignment=assignment, student=student, score=700)
        assert listed(ta, "?q=Ветрова") == [work]
        assert listed(ta, "?q=Ветрова&state=waiting") == []
        assert listed(ta, "?q=+") == []

    def test_a_line_says_when_how_late_and_which_attempt(
        self, ta: Client, assignment: Assignment, student: User
    ) -> None:
        make_submission(assignment=assignment, student=student, score=700)
        make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 10, 2, 12, 30))
        text = ta.get(QUEUE).text
        for words in ("Ветрова Алиса", "417", "2 of 2", "2 Oct 2025, 12:30", "2 days late, −2.00"):
            assert words in text
        text = ta.get(f"{QUEUE}?state=graded").text
        assert "on time" in text and "7.00" in text and "1 of 2" in text

    def test_points_stand_with_their_sum(self, ta: Client, assignment: Assignment, assistant: User) -> None:
        late = make_submission(assignment=assignment, submitted_at=moscow(2025, 10, 2, 12))
        make_review(submission=late, score=850, bonus=50, reviewer=assistant)
        text = ta.get(f"{QUEUE}?state=graded").text
        assert "8.50 − 2.00 + 0.50 = 7.00" in text
        assert assistant.name in text

    def test_it_costs_the_same_with_one_row_and_with_thirty(
        self, ta: Client, assignment: Assignment, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        make_submission(assignment=assignment)
        with django_assert_num_queries(QUERIES_OF_THE_QUEUE):
            assert len(listed(ta)) == 1
        for _each in range(29):
            make_submission(assignment=assignment, score=None)
        with django_assert_num_queries(QUERIES_OF_THE_QUEUE):
            assert len(listed(ta)) == 30

    def test_the_first_page_says_how_many_wait(self, ta: Client, assignment: Assignment) -> None:
        for score in (None, None, 900):
            make_submission(assignment=assignment, score=score)
        page = ta.get("/admin/").text
        assert "2 works wait for points" in page
        assert f'href="{QUEUE}?course={assignment.course_id}"' in page

    def test_a_section_says_nothing_of_what_waits(self, ta: Client, assignment: Assignment) -> None:
        make_submission(assignment=assignment, score=None)
        assert "for points" not in ta.get("/admin/schedule/").text

    def test_of_several_courses_the_first_page_says_where_they_wait(
        self, ta: Client, assistant: User, assignment: Assignment
    ) -> None:
        elsewhere = make_course(short_title="CUDA", term="spring 2025", starts_on=date(2025, 2, 1))
        make_enrolment(person=assistant, course=elsewhere, role=Role.ASSISTANT)
        assert "No work waits for points." in ta.get("/admin/").text
        make_submission(assignment=make_assignment(course=elsewhere))
        make_submission(assignment=make_assignment())  # of a course that is not theirs
        page = ta.get("/admin/").text
        assert "1 work waits for points" in page
        assert "<span>CUDA, spring 2025</span>" in page

    def test_assignments_and_groups_are_those_of_the_chosen_course(
        self, ta: Client, assistant: User, assignment: Assignment
    ) -> None:
        elsewhere = make_course(starts_on=date(2025, 2, 1))
        make_enrolment(person=assistant, course=elsewhere, role=Role.ASSISTANT)
        there = [make_assignment(course=elsewhere, number=7), make_assignment(course=elsewhere, number=8)]
        make_assignment(course=assignment.course, number=2)
        for _each in range(2):
            make_group(course=assignment.course)
        page = ta.get(QUEUE).text
        assert f"?assignment={assignment.pk}" in page
        assert f"assignment={there[0].pk}" not in page
        assert "group=" in page
        page = ta.get(f"{QUEUE}?course={elsewhere.pk}").text
        assert f"assignment={there[0].pk}" in page
        assert f"assignment={assignment.pk}" not in page
        page = ta.get(f"{QUEUE}?course=all").text
        assert "assignment=" not in page
        # Another course is opened without the assignment of this one.
        page = ta.get(f"{QUEUE}?assignment={assignment.pk}").text
        assert f'href="?course={elsewhere.pk}"' in page


class TestOneWork:
    def test_its_facts(self, ta: Client, assignment: Assignment, student: User) -> None:
        earlier = make_submission(assignment=assignment, student=student, score=600)
        work = make_submission(
            assignment=assignment,
            student=student,
            submitted_at=moscow(2025, 10, 1, 0, 0, 1),
            link="https://example.org/repo",
            comment="See cell 14",
        )
        file = make_file(submission=work, name="quantise.ipynb")
        text = ta.get(page_of(work)).text
        address = reverse("grading:file", args=[assignment.course.slug, file.pk, file.name])
        for words in (
            "Ветрова Алиса",
            "group 417",
            "1\N{NO-BREAK SPACE}October 2025, 00:00:01",
            "30\N{NO-BREAK SPACE}September 2025, 23:59:59",
            "1 day late, −1.00",
            f'href="{address}"',
            'href="https://example.org/repo"',
            "See cell 14",
            page_of(earlier),
            "6.00",
            work.receipt,
        ):
            assert words in text, words
        assert "asks to look at another attempt" not in text
        assert "asks to look at another attempt" in ta.get(page_of(earlier)).text

    def test_its_files_are_open_on_its_page(self, ta: Client, assignment: Assignment, place: Path) -> None:
        work = make_submission(assignment=assignment)
        for name, content in (("run.py", b"print('<i>')"), ("paper.pdf", b"%PDF"), ("broken.py", b"\xff")):
            (kept,) = durable_storage().keep([ContentFile(content, name=name)], under=SUBMISSIONS)
            make_file(submission=work, name=name, size=kept.size, sha256=kept.sha256, path=kept.path)
        make_file(submission=work, name="lost.py")
        text = ta.get(page_of(work)).text
        assert "&lt;i&gt;" in text and "<i>" not in text
        assert text.count('<details class="file" open>') == 1
        for name in ("run.py", "paper.pdf", "broken.py", "lost.py"):
            assert f"<strong>{name}</strong>" in text
        assert text.count("cannot be read just now") == 1

    def test_points_and_feedback_are_saved_and_the_sum_is_told(
        self, ta: Client, assistant: User, assignment: Assignment
    ) -> None:
        work = make_submission(assignment=assignment, submitted_at=moscow(2025, 10, 2, 12))
        response = grade(ta, work, _continue="1")
        assert response["Location"] == page_of(work)
        review = Review.objects.get()
        assert (review.score, review.feedback, review.reviewer) == (850, "Good.", assistant)
        text = ta.get(page_of(work)).text
        assert "8.50 − 2.00 = 6.50" in text
        assert 'data-part="result">6.50<' in text

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"score": "11"}, "At most 10"),
            ({"score": "-1"}, "At least 0"),
            ({"score": "nine"}, "Write points as a number"),
            ({"score": "9,555"}, "Write points as a number"),
            ({"bonus": "-1"}, "At least 0"),
            ({"version": "x"}, "whole number"),
        ],
    )
    def test_what_is_wrong_is_named_and_stays_in_the_form(
        self, ta: Client, assignment: Assignment, fields: dict[str, str], message: str
    ) -> None:
        work = make_submission(assignment=assignment)
        response = grade(ta, work, feedback="A long text", **fields)
        assert response.status_code == 200
        assert message in response.text
        assert "A long text" in response.text
        assert response.text.count(" autofocus") == 1
        assert not Review.objects.exists()

    def test_of_two_tas_the_second_sees_both_texts(
        self, ta: Client, assignment: Assignment, lecturer: User
    ) -> None:
        work = make_submission(assignment=assignment)
        grade(ta, work, feedback="The axis is wrong.")
        second = signed_in(lecturer)
        response = grade(second, work, score="4", feedback="Runs, but slowly.")
        assert response.status_code == 409
        for words in ("Ким Павел has saved", "The axis is wrong.", "Runs, but slowly.", "8.50"):
            assert words in response.text
        form = response.context["form"]
        assert (form["score"].value(), form["version"].value()) == ("4", "1")
        assert Review.objects.get().feedback == "The axis is wrong."
        response = grade(second, work, score="4", feedback="Runs, but slowly.", version=1)
        assert response.status_code == 302
        review = Review.objects.get()
        assert (review.score, review.reviewer, review.version) == (400, lecturer, 2)

    def test_its_history_is_in_words(
        self, ta: Client, assignment: Assignment, assistant: User, lecturer: User
    ) -> None:
        work = make_submission(assignment=assignment)
        grade(ta, work)
        grade(signed_in(lecturer), work, score="9", version=1)
        text = ta.get(page_of(work)).text
        for words in (assistant.name, lecturer.name, "in the administration", "8.5</span>", "9</span>"):
            assert words in text
        Review.objects.update(score=0)
        assert "by hand, past the portal" in ta.get(page_of(work)).text
        history = ta.get(reverse("admin:grading_submission_history", args=[work.pk])).text
        assert lecturer.name in history
        assert f"Changes: {work.student.name}, № 1" in history

    def test_work_that_came_too_late_is_graded_and_does_not_count(self, ta: Client, course: Course) -> None:
        hard = make_assignment(course=course, closes_at=moscow(2025, 9, 30, 23, 59, 59))
        work = make_submission(assignment=hard, submitted_at=moscow(2025, 10, 1))
        assert "too late to count" in ta.get(page_of(work)).text
        grade(ta, work)
        assert 'data-part="result">does not count<' in ta.get(page_of(work)).text

    def test_the_page_runs_under_the_policy(self, ta: Client, assignment: Assignment) -> None:
        work = make_submission(assignment=assignment, score=900)
        for address in (QUEUE, page_of(work)):
            response = ta.get(address)
            assert "script-src 'self'" in response["Content-Security-Policy"]
            assert "<style" not in response.text and " style=" not in response.text
            for script in response.text.split("<script")[1:]:
                assert "src=" in script.partition(">")[0]

    def test_it_costs_the_same_with_one_attempt_and_with_ten(
        self, ta: Client, assignment: Assignment, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        work = make_submission(assignment=assignment, score=900)
        with django_assert_num_queries(QUERIES_OF_A_WORK):
            ta.get(page_of(work))
        for hours in range(1, 10):
            make_submission(
                assignment=assignment,
                student=work.student,
                submitted_at=work.submitted_at - timedelta(hours=hours),
                score=100,
            )
        with django_assert_num_queries(QUERIES_OF_A_WORK):
            ta.get(page_of(work))


class TestNext:
    def works(self, assignment: Assignment) -> list[Submission]:
        return [
            make_submission(assignment=assignment, submitted_at=moscow(2025, 9, day)) for day in (20, 21, 22)
        ]

    def test_save_and_next_opens_the_work_after_this_one(self, ta: Client, assignment: Assignment) -> None:
        first, second, third = self.works(assignment)
        assert grade(ta, second, _next="1")["Location"] == page_of(third)
        assert grade(ta, third, _next="1")["Location"] == page_of(first)
        assert grade(ta, first, _next="1")["Location"] == QUEUE
        assert "Every work is marked." in ta.get(QUEUE).text

    def test_it_keeps_to_the_list_that_was_opened(self, ta: Client, assignment: Assignment) -> None:
        first, _second, _third = self.works(assignment)
        second_assignment = make_assignment(course=assignment.course, number=2)
        other = make_submission(assignment=second_assignment, submitted_at=moscow(2025, 9, 19))
        last = make_submission(assignment=second_assignment, submitted_at=moscow(2025, 9, 23))
        filters = f"?_changelist_filters=assignment%3D{second_assignment.pk}"
        data = {"score": "5", "feedback": "", "version": 0, "_next": "1"}
        response = ta.post(page_of(other) + filters, data)
        assert response["Location"] == page_of(last) + filters
        response = ta.post(page_of(last) + filters, data)
        assert response["Location"] == f"{QUEUE}?assignment={second_assignment.pk}"
        assert listed(ta)[0] == first

    def test_a_broken_list_in_the_address_is_no_error(self, ta: Client, assignment: Assignment) -> None:
        first, *_others = self.works(assignment)
        for broken in ("p%3Dx%26state%3D%00", "student%3D1"):
            response = ta.post(f"{page_of(first)}?_changelist_filters={broken}", {"version": 0})
            assert response.status_code == 302


class TestTogether:
    """Taking works, and downloading their files in one archive."""

    def act(self, client: Client, action: str, *works: Submission, query: str = "") -> Any:
        data = {"action": action, "_selected_action": [work.pk for work in works]}
        return client.post(f"{QUEUE}{query}", data, follow=True)

    def test_works_are_taken_and_given_back(
        self, ta: Client, assistant: User, lecturer: User, assignment: Assignment
    ) -> None:
        first, second, third = (make_submission(assignment=assignment) for _each in range(3))
        assert "2 works are yours." in self.act(ta, "take", first, second).text
        other = signed_in(lecturer)
        page = self.act(other, "take", second, third).text
        assert "1 work is yours." in page
        assert f"has been taken already: {assistant.name}." in page
        assert f"{assistant.name} (taken)" in page
        assert listed(ta, "?whose=mine") == [first, second]
        assert listed(other, "?whose=mine") == [third]
        assert "1 work is given back." in self.act(ta, "give_back", first, third).text
        assert listed(ta, "?whose=free") == [first]
        assert Claim.objects.count() == 2

    def test_what_one_has_reviewed_is_ones_own(self, ta: Client, assignment: Assignment) -> None:
        work = make_submission(assignment=assignment)
        make_submission(assignment=assignment, score=500)
        grade(ta, work)
        assert listed(ta, "?whose=mine&state=graded") == [work]

    def test_on_its_page_a_work_is_taken_and_what_is_typed_stays(
        self, ta: Client, assistant: User, lecturer: User, assignment: Assignment
    ) -> None:
        work = make_submission(assignment=assignment)
        assert "Nobody has taken this work." in ta.get(page_of(work)).text
        page = grade(ta, work, score="7,x", feedback="Half of a thought", _claim="take").text
        assert "You have taken this work." in page
        assert 'value="7,x"' in page and "Half of a thought" in page and "errorlist" not in page
        assert not Review.objects.exists()
        other = signed_in(lecturer)
        assert f"{assistant.name} has taken this work." in other.get(page_of(work)).text
        assert "has just taken it" in grade(other, work, _claim="take").text
        assert "You have taken this work." in grade(other, work, _claim="over").text
        grade(other, work, _claim="release")
        assert not Claim.objects.exists()

    def test_the_next_work_is_none_that_another_has_taken(
        self, ta: Client, lecturer: User, assignment: Assignment
    ) -> None:
        first, second, third = (
            make_submission(assignment=assignment, submitted_at=moscow(2025, 9, day)) for day in (20, 21, 22)
        )
        self.act(signed_in(lecturer), "take", second)
        assert grade(ta, first, _next="1")["Location"] == page_of(third)
        assert grade(ta, third, _next="1")["Location"] == QUEUE
        assert "taken by other TAs" in ta.get(QUEUE).text

    def test_files_come_in_one_archive(self, ta: Client, assignment: Assignment, place: Path) -> None:
        work = make_submission(assignment=assignment)
        (kept,) = durable_storage().keep([ContentFile(b"1", name="a.py")], under=SUBMISSIONS)
        make_file(submission=work, name="a.py", size=kept.size, sha256=kept.sha256, path=kept.path)
        response = self.act(ta, "download", work)
        assert "effdl-1.zip" in response["Content-Disposition"]
        archive = zipfile.ZipFile(BytesIO(response.getvalue()))
        (name,) = archive.namelist()
        assert name.startswith("№ 1. Profiling/") and name.endswith(f"/{work.student}/a.py")
        assert archive.read(name) == b"1"

    def test_too_much_or_nothing_is_told(self, ta: Client, assignment: Assignment) -> None:
        empty, huge = make_submission(assignment=assignment), make_submission(assignment=assignment)
        make_file(submission=huge, size=3 * 2**30)
        assert "have no files" in self.act(ta, "download", empty).text
        assert "choose fewer works" in self.act(ta, "download", huge).text

    @pytest.mark.parametrize("action", ["take", "give_back", "download"])
    def test_nothing_is_done_to_another_courses_works(
        self, foreign_assistant: User, assignment: Assignment, action: str
    ) -> None:
        work = make_submission(assignment=assignment)
        make_file(submission=work)
        response = self.act(signed_in(foreign_assistant), action, work, query="?state=all&course=all")
        assert "zip" not in response.get("Content-Type", "")
        assert not Claim.objects.exists()


class TestExam:
    add = "/admin/grading/examresult/add/"

    def test_an_outcome_is_recorded_by_whoever_is_signed_in(
        self, ta: Client, assistant: User, course: Course, student: User
    ) -> None:
        data = {"course": course.pk, "student": student.pk, "outcome": "raise"}
        assert ta.post(self.add, data).status_code == 302
        result = ExamResult.objects.get()
        assert (result.outcome, result.recorded_by) == ("raise", assistant)
        assert AuditEntry.objects.of(result)[0].how == "admin"
        assert ta.post(self.add, data).status_code == 302
        assert ta.post(self.add, data | {"outcome": "lower"}).status_code == 302
        assert ExamResult.objects.count() == 2
        assert student.name in ta.get("/admin/grading/examresult/").text

    def test_only_for_students_of_the_course_and_never_for_oneself(
        self, ta: Client, assistant: User, course: Course, lecturer: User, group: StudyGroup
    ) -> None:
        make_enrolment(person=assistant, group=group)
        stranger = make_enrolment().person
        for person, message in (
            (lecturer, "not a student"),
            (assistant, "their own exam"),
            (stranger, "valid choice"),
        ):
            data = {"course": course.pk, "student": person.pk, "outcome": "confirm"}
            response = ta.post(self.add, data)
            assert response.status_code == 200
            assert message in response.text
        assert not ExamResult.objects.exists()

    def test_it_is_never_changed_or_deleted(self, ta: Client, course: Course, student: User) -> None:
        result = ExamResult.objects.create(
            course=course, student=student, outcome="fail", recorded_at=moscow(2025, 12, 20)
        )
        for page in ("change", "delete"):
            address = reverse(f"admin:grading_examresult_{page}", args=[result.pk])
            assert ta.post(address, {"outcome": "raise", "post": "yes"}).status_code == 403
        assert ExamResult.objects.get().outcome == "fail"

    def test_another_courses_staff_see_none(
        self, foreign_assistant: User, course: Course, student: User
    ) -> None:
        result = ExamResult.objects.create(
            course=course, student=student, outcome="fail", recorded_at=moscow(2025, 12, 20)
        )
        client = signed_in(foreign_assistant)
        assert student.name not in client.get("/admin/grading/examresult/").text
        for page in ("change", "history"):
            address = reverse(f"admin:grading_examresult_{page}", args=[result.pk])
            assert client.get(address).status_code == 404


class TestScheme:
    def form(self, course: Course, **fields: Any) -> dict[str, Any]:
        scheme = GradingScheme.objects.get(course=course)
        rows = list(GradeRow.objects.filter(scheme=scheme).order_by("position"))
        data: dict[str, Any] = {
            "pass_score": "4",
            "pass_grade": "good",
            "pass_basis": "final",
            "grades-TOTAL_FORMS": len(rows),
            "grades-INITIAL_FORMS": len(rows),
        }
        for place, row in enumerate(rows):
            data |= {
                f"grades-{place}-id": row.pk,
                f"grades-{place}-scheme": scheme.pk,
                f"grades-{place}-position": row.position,
                f"grades-{place}-code": row.code,
                f"grades-{place}-title": "",
                f"grades-{place}-min_total": row.min_total // 100,
                f"grades-{place}-min_passed": row.min_passed,
            }
        return data | fields

    def address(self, course: Course) -> str:
        return reverse("admin:grading_gradingscheme_change", args=[course.grading_scheme.pk])

    def test_thresholds_are_changed_and_written_down(self, ta: Client, course: Course) -> None:
        data = self.form(course, **{"grades-0-min_total": "50,5"})
        assert ta.post(self.address(course), data).status_code == 302
        row = GradeRow.objects.get(scheme__course=course, position=0)
        assert row.min_total == 5050
        assert AuditEntry.objects.of(row)[0].new == {"min_total": 5050}
        history = ta.get(self.address(course).replace("change", "history")).text
        assert "48</span>" in history and "50.5</span>" in history

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"grades-0-min_total": "10"}, "thresholds"),
            ({"grades-3-min_total": "1"}, "needs nothing"),
            ({"pass_grade": "superb"}, "no grade of this scale"),
        ],
    )
    def test_what_is_no_scale_is_refused(
        self, ta: Client, course: Course, fields: dict[str, str], message: str
    ) -> None:
        response = ta.post(self.address(course), self.form(course, **fields))
        assert response.status_code == 200
        assert message in response.text

    @pytest.mark.parametrize("per_day", ["0", ""])
    @pytest.mark.parametrize(
        ("typed", "kept"), [("1 2 4,5", [100, 200, 450]), ("", []), ("2 1", None), ("1;2", None)]
    )
    def test_a_table_by_day_is_typed_in_points(
        self, ta: Client, course: Course, per_day: str, typed: str, kept: list[int] | None
    ) -> None:
        penalty = LatePenalty.objects.get(course=course)
        address = reverse("admin:grading_latepenalty_change", args=[penalty.pk])
        response = ta.post(address, {"per_day": per_day, "by_day": typed, "assignment": ""})
        assert response.status_code == (200 if kept is None else 302)
        penalty.refresh_from_db()
        assert penalty.by_day == (kept or [])

    def test_a_penalty_of_another_courses_assignment_is_refused(
        self, ta: Client, assistant: User, course: Course
    ) -> None:
        elsewhere = make_course()
        make_enrolment(person=assistant, course=elsewhere, role=Role.ASSISTANT)
        foreign = make_assignment(course=elsewhere)
        data = {"course": course.pk, "assignment": foreign.pk, "per_day": "2", "by_day": ""}
        response = ta.post("/admin/grading/latepenalty/add/", data)
        assert response.status_code == 200
        assert "another course" in response.text
        own = make_assignment(course=course)
        response = ta.post("/admin/grading/latepenalty/add/", data | {"assignment": own.pk})
        assert response.status_code == 302
        assert LatePenalty.objects.get(assignment=own).per_day == 200


def test_an_assignment_is_worth_what_was_given_for_it(ta: Client, assignment: Assignment) -> None:
    make_submission(assignment=assignment, score=950)
    make_submission(assignment=make_assignment(course=assignment.course, number=2), score=1000)
    address = reverse("admin:schedule_assignment_change", args=[assignment.pk])
    form = ta.get(address).context["adminform"].form

    def worth(points: str) -> str:
        typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
        typed |= {f"due_at_{place}": text for place, text in enumerate(("2025-09-30", "23:59:59"))}
        typed["suffixes"] = ".ipynb"
        return ta.post(address, typed | {"max_score": points}).text

    assert "A work was given 9.50 points." in worth("9.49")
    assignment.refresh_from_db()
    assert assignment.max_score == 1000
    worth("9.5")
    assignment.refresh_from_db()
    assert assignment.max_score == 950


def test_who_left_is_listed_without_a_group(ta: Client, assignment: Assignment, student: User) -> None:
    make_submission(assignment=assignment, student=student)
    Enrolment.objects.filter(person=student).update(left_at=moscow(2025, 9, 29))
    make_group(course=assignment.course)
    assert [work.student for work in listed(ta)] == [student]
