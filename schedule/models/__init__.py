"""What happens when, in which course, for whom."""

from schedule.models.assignments import Assignment
from schedule.models.classes import ClassMeeting, Exam, Material
from schedule.models.courses import Course
from schedule.models.enrolments import Enrolment, StudyGroup
from schedule.models.roles import STAFF_ROLES, STUDENT_ROLES, Role

__all__ = [
    "STAFF_ROLES",
    "STUDENT_ROLES",
    "Assignment",
    "ClassMeeting",
    "Course",
    "Enrolment",
    "Exam",
    "Material",
    "Role",
    "StudyGroup",
]
