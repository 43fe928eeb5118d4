"""What happens when, in which course, for whom."""

from schedule.models.assignments import Assignment
from schedule.models.classes import ClassMeeting, Exam, Material
from schedule.models.courses import Course
from schedule.models.enrolments import Enrolment, StudyGroup
from schedule.models.roles import STAFF_ROLES, STUDENT_ROLES, Role
from schedule.models.telling import AnnouncedClass, AnnouncedExam, Announcement, CourseChat

__all__ = [
    "STAFF_ROLES",
    "STUDENT_ROLES",
    "AnnouncedClass",
    "AnnouncedExam",
    "Announcement",
    "Assignment",
    "ClassMeeting",
    "Course",
    "CourseChat",
    "Enrolment",
    "Exam",
    "Material",
    "Role",
    "StudyGroup",
]
