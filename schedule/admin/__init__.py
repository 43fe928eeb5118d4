"""Staff's work on courses: each page shows what its reader teaches."""

from schedule.admin import chats, classes, courses, people

__all__ = ["chats", "classes", "courses", "people"]
