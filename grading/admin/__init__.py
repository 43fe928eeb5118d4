"""TAs' work: what waits, works with their points, exam outcomes, personal dates, how the course grades."""

from grading.admin import assignments, exams, personal_dates, proofs, requests, schemes, works

__all__ = ["assignments", "exams", "personal_dates", "proofs", "requests", "schemes", "works"]
