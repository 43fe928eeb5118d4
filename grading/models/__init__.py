"""What was handed in, what a TA made of it, by which scheme of the course, until when."""

from grading.models.dates import PersonalDate
from grading.models.exams import ExamResult
from grading.models.schemes import GradeRow, GradingScheme, LatePenalty
from grading.models.submissions import SUBMISSIONS, Claim, Review, Submission, SubmissionFile
from grading.models.telling import AnnouncedDates, AnnouncedPerk, Reminded, Standstill

__all__ = [
    "SUBMISSIONS",
    "AnnouncedDates",
    "AnnouncedPerk",
    "Claim",
    "ExamResult",
    "GradeRow",
    "GradingScheme",
    "LatePenalty",
    "PersonalDate",
    "Reminded",
    "Review",
    "Standstill",
    "Submission",
    "SubmissionFile",
]
