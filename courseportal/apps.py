from django.apps import AppConfig


class CourseportalConfig(AppConfig):
    name = "courseportal"

    def ready(self) -> None:
        """Register the checks of the machine."""
        from courseportal import checks  # noqa: F401, PLC0415  # needs the settings to be ready
