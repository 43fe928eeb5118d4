"""TAs' work: what waits, one work with its points and feedback, exam outcomes, how the course grades."""

from grading.admin import assignments, exams, schemes, works

__all__ = ["assignments", "exams", "schemes", "works"]
