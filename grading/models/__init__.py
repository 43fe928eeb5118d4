"""What was handed in, what a TA made of it, by which scheme of the course, until when."""

from grading.models.dates import PersonalDate
from grading.models.exams import ExamResult
from grading.models.schemes import GradeRow, GradingScheme, LatePenalty
from grading.models.submissions import SUBMISSIONS, Claim, Review, Submission, SubmissionFile

__all__ = [
    "SUBMISSIONS",
    "Claim",
    "ExamResult",
    "GradeRow",
    "GradingScheme",
    "LatePenalty",
    "PersonalDate",
    "Review",
    "Submission",
    "SubmissionFile",
]
