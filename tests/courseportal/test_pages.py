"""The pages of a course as a student reads them: what each says in its words and numbers."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from courseportal.home_page import home_page
from people.models import User
from schedule.models import Assignment, Course
from tests.factories import make_assignment, make_class, make_review, make_submission, moscow

DUE = moscow(2025, 9, 30, 23, 59, 59)
BEFORE = moscow(2025, 9, 29, 12)
LATE = moscow(2025, 10, 2, 12)


@pytest.fixture
def assignment(course: Course) -> Assignment:
    return make_assignment(
        course=course, number=1, title="Triton kernels", due_at=DUE, issued_on=DUE.date() - timedelta(days=14)
    )


@pytest.fixture
def reader(client: Client, student: User) -> Client:
    """The student's browser, reading English."""
    client.force_login(student)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page_of(reader: Client, course: Course, tail: str) -> str:
    """The page with its blanks and no-break spaces made plain, so that sentences can be looked for."""
    answer = reader.get(f"/courses/{course.slug}/{tail}")
    assert answer.status_code == 200
    return re.sub(r"[\s\N{NO-BREAK SPACE}]+", " ", answer.content.decode().replace("&nbsp;", " "))


def test_before_the_deadline_handing_in_is_free_and_says_until_when(
    reader: Client, course: Course, assignment: Assignment
) -> None:
    with time_machine.travel(BEFORE, tick=False):
        page = page_of(reader, course, "assignments/1/")
    assert '<span class="price price-free"><span data-price>0</span>' in page
    assert "Until 30 Sep, 23:59 MSK. Then −1.00." in page
    assert re.search(r"data-price-button>Hand in</button>", page)


def test_after_it_the_page_says_the_price_on_the_tag_and_on_the_button(
    reader: Client, course: Course, assignment: Assignment
) -> None:
    with time_machine.travel(LATE, tick=False):
        page = page_of(reader, course, "assignments/1/")
    assert "<span data-price>−2.00</span>" in page
    assert "data-price-button>Hand in for −2.00</button>" in page
    found = re.search(r'<script id="prices" type="application/json">(.*?)</script>', page)
    assert found is not None
    lines = json.loads(found[1])
    assert [line["price"] for line in lines[:2]] == ["−2.00", "−3.00"]
    assert lines[0]["until"] == int((DUE + timedelta(days=2)).timestamp())


def test_an_attempt_shows_its_three_numbers_and_a_waiting_one_what_lateness_will_cost(
    reader: Client, course: Course, assignment: Assignment, student: User
) -> None:
    graded = make_submission(assignment=assignment, student=student, submitted_at=DUE + timedelta(hours=30))
    make_review(submission=graded, score=900, feedback="Change `axis`.")
    make_submission(assignment=assignment, student=student, submitted_at=DUE + timedelta(hours=50))
    with time_machine.travel(DUE + timedelta(days=4), tick=False):
        page = page_of(reader, course, "assignments/1/")
    assert "<dd>9.00</dd>" in page
    assert '<dd class="minus">2.00</dd>' in page
    assert '<dd class="res">7.00</dd>' in page
    assert "Change <code>axis</code>" in page
    assert "lateness will cost −3.00" in page
    assert "7.00 so far, from attempt 1." in page


def test_an_assignment_that_is_not_given_out_yet_says_when(reader: Client, course: Course) -> None:
    make_assignment(
        course=course, number=1, due_at=DUE, issued_on=DUE.date(), statement="A secret until then."
    )
    with time_machine.travel(BEFORE, tick=False):
        page = page_of(reader, course, "assignments/1/")
    assert "Not given out yet" in page
    assert "A secret until then." not in page
    assert "data-hand-in" not in page


def test_a_closed_assignment_has_no_form(reader: Client, course: Course) -> None:
    make_assignment(course=course, number=1, due_at=DUE, closes_at=DUE, issued_on=DUE.date())
    with time_machine.travel(LATE, tick=False):
        page = page_of(reader, course, "assignments/1/")
    assert "Nothing is taken any more." in page
    assert "Hard: nothing is taken afterwards." in page
    assert "data-hand-in" not in page


def test_the_list_opens_with_what_the_late_one_costs_and_what_is_due(
    reader: Client, course: Course, assignment: Assignment
) -> None:
    due_later = moscow(2025, 10, 14, 23, 59, 59)
    make_assignment(course=course, number=2, due_at=due_later, issued_on=DUE.date())
    with time_machine.travel(LATE, tick=False):
        page = page_of(reader, course, "assignments/")
    assert "Handing in № 1 now costs 2 points." in page
    assert "№ 2 is due on 14 October." in page


def test_the_schedule_marks_today_and_links_homework_where_it_belongs(reader: Client, course: Course) -> None:
    lecture = make_class(
        course=course, title="GPUs", starts_at=moscow(2025, 9, 30, 10, 30), ends_at=moscow(2025, 9, 30, 12, 5)
    )
    make_assignment(
        course=course, number=1, title="CUDA", given_at_class=lecture, due_at=moscow(2025, 10, 14, 23, 59, 59)
    )
    with time_machine.travel(moscow(2025, 9, 30, 9), tick=False):
        page = page_of(reader, course, "schedule/")
    assert "1 class, no deadlines." in page
    assert re.search(r'class="week this" id="w\d+"', page)
    assert 'class="slot today-line"' in page
    assert "in 1 h 30 min" in page
    assert "№ 1. CUDA" in page


def test_grades_say_the_points_the_missing_ones_and_the_rule(
    reader: Client, course: Course, assignment: Assignment, student: User
) -> None:
    make_review(
        submission=make_submission(assignment=assignment, student=student, submitted_at=DUE), score=950
    )
    page = page_of(reader, course, "grades/")
    assert "9.5 of 10." in page
    assert "To “satisfactory”: 20.5 points, 2 more passed." in page
    assert "The first row that holds, from the top" in page
    assert '<span class="pencil">pending</span>' in page


def test_a_course_without_a_scale_says_so(reader: Client, course: Course) -> None:
    course.grading_scheme.delete()
    assert "No grade scale yet" in page_of(reader, course, "grades/")


def test_a_receipt_shows_number_time_zone_size_hash_and_price(
    reader: Client, course: Course, assignment: Assignment, student: User
) -> None:
    work = make_submission(assignment=assignment, student=student, submitted_at=DUE + timedelta(seconds=1))
    page = page_of(reader, course, f"receipts/{work.receipt}/")
    assert work.receipt in page
    assert "1 October 2025, 00:00:00 MSK" in page
    assert '<dd class="is-late">−1.00</dd>' in page


def test_home_opens_with_the_class_and_the_price(
    reader: Client, course: Course, assignment: Assignment, student: User
) -> None:
    make_class(
        course=course,
        title="GPUs",
        room="612",
        starts_at=moscow(2025, 10, 2, 16, 20),
        ends_at=moscow(2025, 10, 2, 17, 55),
    )
    other = make_assignment(course=course, number=2, due_at=moscow(2025, 9, 20, 23, 59, 59))
    make_review(
        submission=make_submission(assignment=other, student=student, submitted_at=BEFORE), score=1000
    )
    with time_machine.travel(LATE, tick=False):
        answer = reader.get("/")
        page = re.sub(r"[\s\N{NO-BREAK SPACE}]+", " ", answer.content.decode())
    assert "Class at 16:20, 612." in page
    assert "Handing in № 1 now costs 2 points." in page
    assert "in 4 h 20 min" in page
    assert "group 417" in page


@pytest.mark.parametrize(
    ("day", "hour", "first", "second"),
    [
        (30, 16, "Class at 16:20.", "№ 1 is due today."),
        (37, 16, "№ 1 is due today.", "The next class is on Tuesday, 7 October at 16:20."),
    ],
)
def test_work_due_today_comes_before_a_later_class_and_before_a_late_price(
    reader: Client, course: Course, assignment: Assignment, day: int, hour: int, first: str, second: str
) -> None:
    begins = moscow(2025, 9, 1, hour, 20) + timedelta(days=day - 1)
    make_class(course=course, title="GPUs", starts_at=begins, ends_at=begins + timedelta(minutes=95))
    make_assignment(
        course=course, number=2, due_at=DUE - timedelta(days=3), issued_on=DUE.date() - timedelta(days=9)
    )
    with time_machine.travel(DUE - timedelta(hours=12), tick=False):
        page = re.sub(r"[\s\N{NO-BREAK SPACE}]+", " ", reader.get("/").text)
    heading = page[page.index("<h1>") : page.index("</h1>")]
    assert 0 < heading.index(first) < heading.index(second)


@pytest.mark.parametrize(
    ("off", "coming", "sentences"),
    [
        ([(2, 14)], (7, 10), ["Today’s class is cancelled.", "The next class is on Tuesday, 7 October at"]),
        ([(2, 14)], (2, 16), ["The class at 14:00 is cancelled.", "Class at 16:00."]),
        ([(2, 14), (2, 16)], (7, 10), ["Today’s classes are cancelled.", "The next class is on Tuesday, 7"]),
        ([(2, 14), (7, 10)], (9, 10), ["2 classes are cancelled.", "The next class is on Thursday, 9"]),
        ([(7, 10)], (9, 10), ["The class on Tuesday, 7 October is cancelled.", "The next class is on Thu"]),
        ([(7, 10), (7, 12)], None, ["The classes on Tuesday, 7 October are cancelled."]),
    ],
)  # fmt: skip
def test_home_names_the_class_after_those_that_are_cancelled(
    reader: Client,
    course: Course,
    off: list[tuple[int, int]],
    coming: tuple[int, int] | None,
    sentences: list[str],
) -> None:
    for day, hour in off:
        why = {"cancelled_at": BEFORE, "cancelled_why": "The lecturer is ill"}
        make_class(course=course, title="Off", starts_at=moscow(2025, 10, day, hour), **why)
    if coming:
        make_class(course=course, title="GPUs", starts_at=moscow(2025, 10, *coming))
    with time_machine.travel(LATE, tick=False):
        page = re.sub(r"[\s\N{NO-BREAK SPACE}]+", " ", reader.get("/").text)
    heading = page[page.index("<h1>") : page.index("</h1>")]
    assert [said for said in sentences if said in heading] == sentences
    assert ("next class" in heading or "Class at" in heading) == (coming is not None)
    assert page.count("<s>Off</s>") == page.count("The lecturer is ill") == len(off)
    assert page.count(">GPUs</h2>") == (coming is not None)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [(2, "Class today."), (7, "The next class is on Tuesday, 7\N{NO-BREAK SPACE}October.")],
)
def test_a_class_whose_hours_are_not_known_shows_none(
    reader: Client, course: Course, day: int, sentence: str
) -> None:
    make_class(
        course=course,
        title="GPUs",
        starts_at=moscow(2025, 10, day),
        ends_at=moscow(2025, 10, day, 23, 59, 59),
    )
    with time_machine.travel(LATE, tick=False):
        home, schedule = reader.get("/").text, page_of(reader, course, "schedule/")
    assert sentence in home
    for page in (home, schedule):
        assert "GPUs" in page and "time not known yet" in page
        assert "00:00" not in page and "23:59" not in page


def test_home_says_what_waits_to_whoever_teaches(
    client: Client, course: Course, assignment: Assignment, student: User, assistant: User
) -> None:
    make_submission(assignment=assignment, student=student, submitted_at=BEFORE)
    client.force_login(assistant)
    page = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "1\N{NO-BREAK SPACE}work waits for points." in page
    assert "Where you stand" not in page


def test_home_counts_what_the_queue_lists(
    client: Client, lecturer: User, student: User, course: Course
) -> None:
    assignment = make_assignment(course=course)
    for day in (20, 21):  # the newer attempt is the one to look at
        make_submission(assignment=assignment, student=student, submitted_at=moscow(2025, 9, day))
    client.force_login(lecturer)
    page = client.get("/")
    assert page.context["page"].works_waiting == 1
    queue = client.get(f"/admin/grading/submission/?course={course.pk}")
    assert f'href="/admin/grading/submission/?course={course.pk}"' in page.text
    assert len(queue.context["cl"].result_list) == 1


def test_home_without_a_course_says_what_helps(client: Client, stranger: User) -> None:
    client.force_login(stranger)
    page = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "You are in no course yet." in page


def test_home_asks_a_visitor_to_sign_in(client: Client, db: None) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/")


@pytest.mark.parametrize("works", [1, 30])
def test_home_takes_the_same_number_of_statements_for_any_number_of_works(
    reader: Client,
    course: Course,
    student: User,
    works: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_class(
        course=course, title="GPUs", starts_at=moscow(2025, 10, 3, 10, 30), ends_at=moscow(2025, 10, 3, 12)
    )
    for number in range(1, works + 1):
        one = make_assignment(course=course, number=number, due_at=DUE, issued_on=DUE.date())
        make_submission(assignment=one, student=student, submitted_at=DUE)
    with time_machine.travel(LATE, tick=False), django_assert_num_queries(16):
        assert reader.get("/").status_code == 200


def test_with_nothing_to_hand_in_home_says_when_the_next_one_comes(reader: Client, course: Course) -> None:
    make_assignment(course=course, number=1, due_at=DUE + timedelta(days=14), issued_on=DUE.date())
    with time_machine.travel(BEFORE, tick=False):
        page = page_of(reader, course, "assignments/")
    assert "Nothing to hand in now." in page
    assert "№ 1 is given out on 30 September." in page


def test_a_deadline_is_never_late_for_whoever_hands_nothing_in(
    course: Course, assignment: Assignment, assistant: User, student: User
) -> None:
    assert [mark.state for mark in home_page(course, student, LATE).marks] == ["late"]
    assert [mark.state for mark in home_page(course, assistant, LATE).marks] == ["done"]
    assert [mark.state for mark in home_page(course, assistant, BEFORE).marks] == ["open"]
