"""Staff's work on courses: each page shows what its reader teaches."""

from schedule.admin import classes, courses, people

__all__ = ["classes", "courses", "people"]
