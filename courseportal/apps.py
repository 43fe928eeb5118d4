from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CourseportalConfig(AppConfig):
    name = "courseportal"

    def ready(self) -> None:
        """Register the checks of the machine, and the words of what only this app does to messages."""
        from courseportal import checks  # noqa: F401, PLC0415  # needs the settings to be ready
        from courseportal.backup.unsent import RESTORED  # noqa: PLC0415
        from people.kinds import reasons  # noqa: PLC0415

        reasons[RESTORED] = _("the portal was restored from a backup, and it may have gone before")
