from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GradingConfig(AppConfig):
    name = "grading"
    verbose_name = _("Grading")
    audited = {
        "Submission": ("assignment", "student", "submitted_at", "origin", "chosen_at"),
        "Review": ("submission", "score", "bonus", "feedback", "reviewer"),
        "ExamResult": ("course", "student", "outcome", "recorded_at", "recorded_by"),
        "GradingScheme": ("course", "pass_score", "pass_grade", "pass_basis"),
        "GradeRow": ("scheme", "position", "code", "min_total", "min_passed"),
        "PersonalDate": (
            "assignment",
            "student",
            "due_at",
            "is_hard",
            "is_penalised",
            "reason",
            "set_by",
        ),
        "LatePenalty": ("course", "assignment", "per_day", "by_day"),
    }
