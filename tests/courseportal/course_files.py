"""A small course file, and what is wrong with variants of it: what to replace, by what, what is told."""

from __future__ import annotations

SMALL = """
[course]
slug = "small"
title = "A small course"
short_title = "Small"
time_zone = "Europe/Moscow"
starts_on = 2025-09-01
ends_on = 2025-12-31
due_days_after_issue = 14

[grading]
pass_score = 4
pass_grade = "pass"

[[grading.grade]]
code = "pass"
min_total = 5
min_passed = 1

[[grading.grade]]
code = "fail"

[[class]]
date = 2025-09-09
kind = "lecture"
title = "First"
time = "10:30-12:05"

[[assignment]]
number = 1
title = "Homework"
given_at_class = "2025-09-09-lecture"
due_at = 2025-09-30

[[activity]]
number = 1
title = "Play"
short_title = "Play"
"""


WRONG = [
    (
        'slug = "',
        'report_weekday = "Mon"\nslug = "',
        'course.report_weekday: "Mon" is not one of "monday", "tuesday"',
    ),
    ('slug = "', 'report_days = [61]\nslug = "', "course.report_days: 61 is not a whole number from 0 to 60"),
    ("date = 2025-09-09", 'date = "2025-13-01"', 'class[1].date: "2025-13-01" is not a date'),
    ("date = 2025-09-09", 'date = "9 сентября"', 'class[1].date: "9 сентября" is not a date'),
    ("date = 2025-09-09", "date = 2025-09-09T10:30:00", "class[1].date: 2025-09-09 10:30:00 is not a date"),
    ("date = 2025-09-09", "date = 12", "class[1].date: 12 is not a date such as 2025-09-09"),
    ("date = 2025-09-09", "", "class[1].date: is missing: a date such as 2025-09-09"),
    (
        "date = 2025-09-09",
        "date = 2052-09-09",
        "class[1].date: 2052-09-09 is not between 2025-09-01 and 2025-12-31, the course's days",
    ),
    ("date = 2025-09-09", "date = 9999-12-31", "class[1].date: the year 9999 is not between 2000 and 2100"),
    (
        'kind = "lecture"',
        'kind = "Lecture"',
        'class[1].kind: "Lecture" is not one of "lecture", "seminar", "class"',
    ),
    ('title = "First"', "title = 5", "class[1].title: 5 is not a text in quotes"),
    ('title = "First"', 'title = " "', "class[1].title: is missing: a class has a title, a number or both"),
    ('title = "Homework"', 'title = ""', "assignment[1].title: is empty"),
    (
        'title = "First"',
        f'title = "{"x" * 301}"',
        "class[1].title: is 301 characters long, at most 300 are kept",
    ),
    ('title = "First"', 'title = "\\u0000"', "class[1].title: holds the character NUL"),
    (
        'time = "10:30-12:05"',
        "",
        'class[1].time: is missing, and [class_times] has no hours for "lecture"',
    ),
    ("10:30-12:05", "12:05-10:30", 'class[1].time: "12:05-10:30" ends before it starts'),
    ("10:30-12:05", "10:60-12:05", 'class[1].time: "10:60-12:05" is not hours such as "10:30-12:05"'),
    ("10:30-12:05", "10:30", 'class[1].time: "10:30" is not hours such as "10:30-12:05"'),
    (
        'title = "First"',
        'title = "First"\nmaterials = [{title = "Slides", url = "javascript:alert(1)"}]',
        'class[1].materials[1].url: "javascript:alert(1)" is not a web address',
    ),
    ('title = "First"', 'title = "First"\nmaterials = ["a"]', 'class[1].materials[1]: "a" is not a table'),
    (
        'title = "Homework"',
        'titel = "Homework"\ntitle = "Homework"',
        'assignment[1]: unknown key "titel" (did you mean "title"?)',
    ),
    (
        'number = 1\ntitle = "Homework"',
        'title = "Homework"',
        "assignment[1].number: is missing: a whole number",
    ),
    (
        'number = 1\ntitle = "Homework"',
        'number = 0\ntitle = "H"',
        "assignment[1].number: 0 is not between 1 and",
    ),
    (
        'number = 1\ntitle = "Homework"',
        'number = true\ntitle = "H"',
        "assignment[1].number: true is not a whole",
    ),
    (
        '"2025-09-09-lecture"',
        '"2025-09-16-lecture"',
        'assignment[1].given_at_class: no class has the key "2025-09-16-lecture"',
    ),
    (
        'given_at_class = "2025-09-09-lecture"',
        "",
        "assignment[1].given_at_class: is missing: the key of a class, or the day as issued_on",
    ),
    (
        "due_at = 2025-09-30",
        "due_at = 2025-09-01",
        "assignment[1].due_at: is before the assignment is issued, 2025-09-09",
    ),
    (
        "due_at = 2025-09-30",
        "due_at = 2025-09-30\ncloses_at = 2025-09-29",
        "assignment[1].closes_at: is before due_at: work cannot close before it is due",
    ),
    (
        "due_at = 2025-09-30",
        'due_at = "next week"',
        'assignment[1].due_at: "next week" is not a date, nor a date and time',
    ),
    (
        "due_at = 2025-09-30",
        "max_score = 9.505",
        "assignment[1].max_score: 9.505 has more than two decimal places",
    ),
    ("due_at = 2025-09-30", "max_score = 0", "assignment[1].max_score: an assignment is worth points"),
    (
        "due_at = 2025-09-30",
        "max_score = -1",
        "assignment[1].max_score: -1 is not between 0 and 100000 points",
    ),
    (
        "due_at = 2025-09-30",
        "max_score = nan",
        "assignment[1].max_score: NaN is not between 0 and 100000 points",
    ),
    ("due_at = 2025-09-30", 'max_score = "9,5"', 'assignment[1].max_score: "9,5" is not a number of points'),
    (
        "due_at = 2025-09-30",
        "takes_files = false\ntakes_link = false",
        "assignment[1].takes_link: an assignment takes files, a link or both",
    ),
    (
        "due_at = 2025-09-30",
        'suffixes = ["ipynb"]',
        'assignment[1].suffixes: "ipynb" is not a file name ending such as ".ipynb"',
    ),
    (
        "due_at = 2025-09-30",
        "late_penalty = { per_day = 1, by_day = [1, 2] }",
        "assignment[1].late_penalty.by_day: a penalty is a rate for each day or a table by day, not both",
    ),
    (
        "due_at = 2025-09-30",
        "late_penalty = { by_day = [1, 4, 2] }",
        "assignment[1].late_penalty.by_day[3]: 2 is less than the 4 before it",
    ),
    (
        "due_at = 2025-09-30",
        "late_penalty = { by_day = [1, true] }",
        "assignment[1].late_penalty.by_day[2]: true is not a number of points",
    ),
    (
        "due_at = 2025-09-30",
        "late_penalty = { by_day = [] }",
        "assignment[1].late_penalty.by_day: is empty: for a hard deadline give closes_at",
    ),
    (
        "due_at = 2025-09-30",
        "suffixes = []",
        "assignment[1].suffixes: is empty, so no file could be handed in",
    ),
    (
        "due_at = 2025-09-30",
        "issued_on = 2025-08-31",
        "assignment[1].issued_on: 2025-08-31 is before the course starts, 2025-09-01",
    ),
    (
        "due_at = 2025-09-30",
        "late_penalty = {}",
        "assignment[1].late_penalty.per_day: is missing: the points for each day, or the whole",
    ),
    (
        '"Europe/Moscow"',
        '"Moscow"',
        'course.time_zone: "Moscow" is not an IANA time zone such as "Europe/Moscow"',
    ),
    ('"Europe/Moscow"', '"localtime"', 'course.time_zone: "localtime" is not an IANA time zone'),
    ('"Europe/Moscow"', '"Factory"', 'course.time_zone: "Factory" is not an IANA time zone'),
    (
        "ends_on = 2025-12-31",
        "ends_on = 2025-12-31\ncloses_at = 2025-08-31",
        "course.closes_at: is before the course starts, 2025-09-01",
    ),
    (
        '"Europe/Moscow"',
        '"../../etc/passwd"',
        'course.time_zone: "../../etc/passwd" is not an IANA time zone',
    ),
    (
        "ends_on = 2025-12-31",
        "ends_on = 2025-08-31",
        "course.ends_on: 2025-08-31 is before the course starts, 2025-09-01",
    ),
    ('slug = "small"', 'slug = "Малый курс"', 'course.slug: "Малый курс" is not small Latin letters, digits'),
    ('slug = "small"', "", "course.slug: is missing: a text in quotes"),
    (
        'slug = "small"',
        'slug = "small"\nlinks_base_url = "example"',
        'course.links_base_url: "example" is not a web address',
    ),
    ("[course]", "[cuorse]", 'unknown key "cuorse" (did you mean "course"?)'),
    ("[course]", "[cuorse]", "course: is missing: a table, [course]"),
    ("[[class]]", "[class]", "class: a table is not a list of tables, each headed [[class]]"),
    (
        'pass_grade = "pass"',
        'pass_grade = "good"',
        'grading.pass_grade: "good" is not one of the grades pass, fail',
    ),
    (
        'pass_grade = "pass"',
        'pass_grade = "pass"\npass_basis = "exam"',
        'grading.pass_basis: "exam" is not one of "final", "accumulated"',
    ),
    (
        'code = "fail"',
        'code = "fail"\nmin_total = 1',
        "grading.grade[2].min_total: the last grade needs nothing",
    ),
    ('code = "fail"', 'code = "pass"', 'grading.grade[2].code: "pass" is used twice'),
    (
        'code = "fail"',
        'code = "better"\nmin_total = 8\nmin_passed = 2\n[[grading.grade]]\ncode = "fail"',
        'grading.grade[2].min_total: 8 is above the 5 of "pass"; the best grade comes first',
    ),
    (
        'code = "fail"',
        'code = "better"\nmin_total = 5\nmin_passed = 2\n[[grading.grade]]\ncode = "fail"',
        'grading.grade[2].min_passed: 2 is above the 1 of "pass"; the best grade comes first',
    ),
    (
        'short_title = "Play"',
        'short_title = "Play"\nwithin_minutes = 30',
        "activity[1].within_minutes: needs checkpoints, and there are none",
    ),
    (
        'short_title = "Play"',
        'short_title = "Play"\ncount_people = "each_checkpoint"',
        'activity[1].count_people: "each_checkpoint" needs checkpoints, and there are none',
    ),
    (
        'short_title = "Play"',
        'short_title = "Play"\ncheckpoint = [{title = "Pole", latitude = 91, longitude = 0}]',
        "activity[1].checkpoint[1].latitude: 91 is not between -90 and 90 degrees",
    ),
    (
        'short_title = "Play"',
        'short_title = "Play"\ncheckpoint = [{title = "Pole", latitude = 90}]',
        "activity[1].checkpoint[1].longitude: is missing beside latitude",
    ),
    (
        'short_title = "Play"',
        'short_title = "Play"\n[extension]\ntarget_at = 2024-12-14\nmax_assignments = 2',
        "extension.target_at: is before the course starts, 2025-09-01",
    ),
    (
        'short_title = "Play"',
        'short_title = "Play"\n[exam]\nnot_before_on = 2025-12-31\nnot_after_on = 2025-12-16',
        "exam.not_after_on: 2025-12-16 is before not_before_on, 2025-12-31",
    ),
    (
        "[[activity]]",
        "[exam]\nnot_before_on = 2025-12-16\nnot_after_on = 2025-12-31\nstarts_at = 2026-12-20\n[[activity]]",
        "exam.starts_at: 2026-12-20 is not between 2025-12-16 and 2025-12-31",
    ),
    (
        "[[activity]]",
        "[exam]\nnot_before_on = 2025-12-16\nnot_after_on = 2025-12-31\nstarts_at = 2025-12-20\n[[activity]]",
        "exam.starts_at: 2025-12-20 has no time of day such as 2025-12-20T10:30:00",
    ),
    (
        "[[activity]]",
        "[exam]\nnot_before_on = 2024-12-16\nnot_after_on = 2025-12-31\n[[activity]]",
        "exam.not_before_on: 2024-12-16 is before the course starts, 2025-09-01",
    ),
]
