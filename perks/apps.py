from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PerksConfig(AppConfig):
    name = "perks"
    verbose_name = _("Effective rest")
    audited = {
        "Activity": (
            "course",
            "number",
            "title",
            "min_people",
            "count_people",
            "min_people_per_proof",
            "within_minutes",
            "takes_tracks",
        ),
        "Checkpoint": ("activity", "number", "title"),
        "ExtensionRule": ("course", "target_at", "max_assignments", "excludes_first", "excludes_last"),
        "Proof": (
            "group",
            "activity",
            "checkpoint",
            "taken_at",
            "posted_at",
            "posted_by",
            "state",
            "reason",
            "decided_by",
            "origin",
        ),
        "Participation": ("proof", "person", "state"),
        "Photo": ("proof", "position", "sha256", "hidden_by", "removed_at"),
        "Track": ("proof", "started_at", "sha256", "removed_at"),
        "ExtensionRequest": ("group", "filed_at", "filed_by", "ended_at", "ended_by", "end"),
        "RequestedAssignment": ("request", "assignment"),
    }

    def ready(self) -> None:
        from perks import messages  # noqa: F401, PLC0415 - needs the models
