"""What was handed in, what a TA made of it, and by which scheme of the course."""

from grading.models.exams import ExamResult
from grading.models.schemes import GradeRow, GradingScheme, LatePenalty
from grading.models.submissions import Review, Submission, SubmissionFile

__all__ = [
    "ExamResult",
    "GradeRow",
    "GradingScheme",
    "LatePenalty",
    "Review",
    "Submission",
    "SubmissionFile",
]
