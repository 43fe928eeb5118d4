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
    }
