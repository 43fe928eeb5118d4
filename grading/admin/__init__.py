"""TAs' work: what waits, one work with its points and feedback, exam outcomes, how the course grades."""

from grading.admin import exams, schemes, works

__all__ = ["exams", "schemes", "works"]
