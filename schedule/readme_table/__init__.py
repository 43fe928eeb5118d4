"""The schedule table of a course README in Markdown: read into values, and written back."""

from schedule.readme_table.reading import read_readme
from schedule.readme_table.tree import (
    FoundClass,
    Homework,
    Hours,
    Kind,
    Link,
    NoScheduleTableError,
    NoYearError,
    NumberUsedTwice,
    ReadmeError,
    ReadmeTable,
    Remark,
    Season,
    Term,
    WeeklyHours,
)
from schedule.readme_table.writing import term_of, write_readme

__all__ = [
    "FoundClass",
    "Homework",
    "Hours",
    "Kind",
    "Link",
    "NoScheduleTableError",
    "NoYearError",
    "NumberUsedTwice",
    "ReadmeError",
    "ReadmeTable",
    "Remark",
    "Season",
    "Term",
    "WeeklyHours",
    "read_readme",
    "term_of",
    "write_readme",
]
