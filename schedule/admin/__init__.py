"""Staff's work on courses: each page shows what its reader teaches."""

from schedule.admin import announcements, chats, classes, courses, outbox, people

__all__ = ["announcements", "chats", "classes", "courses", "outbox", "people"]
