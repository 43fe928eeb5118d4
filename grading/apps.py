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

    def ready(self) -> None:
        from grading import messages  # noqa: F401, PLC0415 - needs the models
        from grading.actions.outage import sweep_outage  # noqa: PLC0415
        from grading.actions.reminding import sweep_reminders  # noqa: PLC0415
        from grading.actions.telling import sweep_dates, tell_group  # noqa: PLC0415
        from people.kinds import name_of, parts, sweepers  # noqa: PLC0415
        from perks.actions.afterwards import afterwards  # noqa: PLC0415

        afterwards.append(tell_group)
        sweepers.extend((sweep_outage, sweep_dates, sweep_reminders))
        parts[name_of(sweep_outage)] = _("standstills")
        parts[name_of(sweep_dates)] = _("moved deadlines and the perk")
        parts[name_of(sweep_reminders)] = _("reminders, reports and digests")
